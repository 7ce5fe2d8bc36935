/**
 * Predictive coding with a nudged output: nothing is clamped, the output is pulled towards the label, and in the limit of
 * a weak pull the updates are those of backpropagation. Values and predictions in `predictive-values.ts`.
 *
 *   F = −Σ_k ‖e_k‖² − λ‖v_L − y‖², no halves; all layers at once (Jacobi): v ← v + η ∂F/∂v
 *   hidden: ∂F/∂v_k = −2e_k + 2(W_{k+1}ᵀ e_{k+1}) ∘ f′(v_k);  output: −2e_L − 2λ(v_L − y)
 *   synapses ascend (1/λ)F summed over the batch: (2/λ) Σ e_k f(v_{k−1})ᵀ and (2/λ) Σ e_k
 *
 * λ's sign may be tossed for every batch. Note, as in the released code: the step schedule counts optimiser steps.
 *
 * Source: Millidge, Song, Salvatori, Lukasiewicz, Bogacz, ICLR 2023.
 */
import { z } from 'zod'
import { layers } from '../program/layers.ts'
import type { Tracer } from '../program/trace.ts'
import { difference, map, outerSum, sum, sumOverBatch, sumOverUnits } from '../program/words.ts'
import { neuralRate } from './neural-step.ts'
import { optimiser, optimiserSettings, stepFactor } from './optimiser.ts'
import { checkDepth, nudgedPhase, predictionError, settlingValues, valueMeasures } from './predictive-form.ts'
import { valueNetwork } from './predictive-values.ts'
import type { Behaviour, Rule } from './rule.ts'
import { number, onOff, whole } from './setting.ts'
import { backpropagationTruth, reportDescent, reportUpdates } from './truth.ts'

function build(p: Tracer, s: NudgedPredictiveCodingSettings, widths: readonly number[]): Behaviour {
  const L = widths.length - 1
  const network = valueNetwork(p, s.activation, widths)
  const signedLambda = (sign: number): number => s.lambda * (s.randomSign ? sign : 1)
  const η = p.scalarPerIteration('neuralLr', s.iterations, (t) => neuralRate(s, t))
  const λ = p.scalar('lambda', ({ sign }) => signedLambda(sign))
  const scale = p.scalar('scale', ({ sign }) => 2 / signedLambda(sign))
  const { descend } = optimiser(
    p,
    { ...s, weightDecay: 0 },
    ({ batch }) => s.learningRate * s.stepFactor ** Math.floor(batch / s.stepBatches),
    network.learned,
  )
  return {
    train() {
      const start = network.forward()
      network.reportStart(start)
      p.count(start(L))
      const v = layers(1, L, (k) => p.state(`v${k}`, start(k)))
      p.repeat(s.iterations, () => {
        const before = Array.from({ length: L }, (_, i) => v(i + 1).current)
        const e = layers(1, L, (k) => network.error(v, k))
        const moves = layers(1, L, (k) =>
          k < L
            ? sum([-2, e(k)], [2, network.fromAbove(v, e(k + 1), k)])
            : sum([-2, e(L)], [λ.times(-2), difference(v(L), p.y)]),
        )
        for (let k = 1; k <= L; k++) v(k).increase(η, moves(k))
        const pull = sumOverUnits(map('square', difference(v(L), p.y)))
        network.reportSettling('nudged', before, v, sum([1, network.squaredErrors(v)], [λ, pull]))
      })
      const gradients = layers(1, L, (k) => {
        const e = network.error(v, k)
        return {
          weight: sum([scale, outerSum(e, network.input(v, k))]),
          bias: sum([scale, sumOverBatch(e)]),
        }
      })
      const update = layers(1, L, (k) => gradients(k).weight)
      // The cost is ‖v_L − y‖², summed over the batch as the update is.
      const exact = network.backpropagated(start, sum([2, p.y], [-2, start(L)]))
      reportUpdates(p, L, update)
      reportDescent(
        ...([p, L, 'backprop', update] as const),
        layers(1, L, (k) => outerSum(exact(k), network.input(start, k))),
      )
      for (let k = 1; k <= L; k++) {
        p.measure(`nudged.v${k}`, v(k))
        p.measure(`gradient.W${k}`, gradients(k).weight)
        p.measure(`gradient.b${k}`, gradients(k).bias)
        // The optimiser descends, and F is ascended.
        descend(network.W(k), sum([-1, gradients(k).weight]))
        descend(network.b(k), sum([-1, gradients(k).bias]))
      }
    },
    layers: () => network.rates(network.forward()),
  }
}

const settings = z.strictObject({
  ...settlingValues('relu'),
  lambda: number({
    label: 'Nudging strength',
    symbol: 'λ',
    help: 'How strongly the label pulls the output; the updates are divided by it.',
    above: 0,
    maximum: 100,
    default: 0.001,
    group: 'dynamics',
  }),
  randomSign: onOff({
    label: 'Random sign of λ',
    help: 'Draws the sign of λ by a fair coin before every batch.',
    default: false,
    group: 'dynamics',
  }),
  ...optimiserSettings({ optimiser: 'sgd', momentum: 0 }, ' Gradients are summed over the batch.'),
  stepBatches: whole({
    label: 'Decay every',
    help: 'The learning rate is multiplied by the decay factor after every so many batches.',
    unit: 'batches',
    minimum: 1,
    maximum: 1_000_000_000,
    default: 30_000,
    group: 'learning',
  }),
  stepFactor: stepFactor(0.9),
})

type NudgedPredictiveCodingSettings = z.infer<typeof settings>

export const nudgedPredictiveCoding: Rule<NudgedPredictiveCodingSettings> = {
  name: 'pc-nudge',
  label: 'Predictive coding, nudged',
  summary: 'Predictive coding whose output is nudged towards the label instead of clamped to it.',
  source: { text: 'Millidge et al., ICLR 2023', url: 'https://openreview.net/forum?id=nIMifqu2EO' },
  palette: 6,
  settings,
  equations: [
    predictionError,
    {
      caption: 'Hidden values, each iteration',
      tex: String.raw`v_k \leftarrow v_k + 2\eta\big[-e_k + (W_{k+1}^\top e_{k+1}) \circ f'(v_k)\big]`,
      settings: ['neuralLr', 'neuralRule', 'neuralLrStop', 'neuralLrDecay', 'iterations'],
    },
    {
      caption: 'Output values',
      tex: String.raw`v_L \leftarrow v_L + 2\eta\big[-e_L - \lambda(v_L - y)\big]`,
      settings: ['lambda', 'randomSign'],
    },
    {
      caption: 'Learning, summed over the batch',
      tex: String.raw`\Delta W_k \propto \tfrac{2}{\lambda}\textstyle\sum e_k f(v_{k-1})^\top,\quad \Delta b_k \propto \tfrac{2}{\lambda}\textstyle\sum e_k`,
      settings: ['learningRate', 'optimiser', 'momentum', 'dampening', 'nesterov', 'stepBatches', 'stepFactor'],
    },
  ],
  measures: [
    ...valueMeasures(
      nudgedPhase,
      'the sum of a sample’s squared prediction errors and λ times its squared distance to the label',
    ),
    ...backpropagationTruth('the squared error'),
  ],
  phases: () => [nudgedPhase],
  classification: null,
  synapses: [{ kind: 'forward', letter: 'W' }],
  check: (_settings, widths) => checkDepth(widths),
  build,
}
