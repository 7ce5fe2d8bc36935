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
import { difference, map, outerSum, sum, sumOverBatch, sumOverUnits } from '../program/words.ts'
import { neuralRate } from './neural-step.ts'
import { OPTIMISERS, optimiser } from './optimiser.ts'
import { settlingValues } from './predictive-coding.ts'
import { checkDepth, valueMeasures, valueNetwork } from './predictive-values.ts'
import type { Rule } from './rule.ts'
import { choice, number, onOff, whole } from './setting.ts'

const settings = z.strictObject({
  ...settlingValues,
  activation: settlingValues.activation
    .unwrap()
    .default('relu')
    .meta(settlingValues.activation.meta() ?? {}),
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
    help: 'Toss a fair coin for the sign of λ before every batch.',
    default: false,
    group: 'dynamics',
  }),
  optimiser: choice({
    label: 'Optimiser',
    help: 'How gradients become steps of the synapses.',
    options: OPTIMISERS,
    optionLabels: { adam: 'Adam', sgd: 'SGD with momentum' },
    default: 'sgd',
    group: 'learning',
  }),
  learningRate: number({
    label: 'Learning rate',
    symbol: 'μ',
    help: 'First step of the optimiser; gradients are summed over the batch.',
    above: 0,
    maximum: 100,
    default: 0.001,
    group: 'learning',
  }),
  momentum: number({
    label: 'Momentum',
    help: 'Used by SGD only.',
    minimum: 0,
    maximum: 0.9999,
    default: 0,
    group: 'learning',
  }),
  stepBatches: whole({
    label: 'Batches a step',
    help: 'After every so many batches the learning rate is multiplied by the factor below.',
    minimum: 1,
    maximum: 1_000_000_000,
    default: 30_000,
    group: 'learning',
  }),
  stepFactor: number({
    label: 'Step factor',
    symbol: 'κ',
    help: '1 keeps the learning rate as it is.',
    above: 0,
    maximum: 1,
    default: 0.9,
    group: 'learning',
  }),
})

export type NudgedPredictiveCodingSettings = z.infer<typeof settings>

export const nudgedPredictiveCoding: Rule<NudgedPredictiveCodingSettings> = {
  name: 'pc-nudge',
  label: 'Predictive coding, nudged',
  summary: 'Predictive coding whose output is pulled towards the label instead of held at it.',
  source: { text: 'Millidge et al., ICLR 2023', url: 'https://openreview.net/forum?id=nIMifqu2EO' },
  palette: 6,
  settings,
  equations: [
    {
      caption: 'Prediction and error',
      tex: String.raw`p_k = W_k f(v_{k-1}) + b_k,\quad e_k = v_k - p_k`,
      settings: ['activation'],
    },
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
      settings: ['learningRate', 'optimiser', 'momentum', 'stepBatches', 'stepFactor'],
    },
  ],
  measures: valueMeasures(
    'nudged',
    'the sum of a sample’s squared prediction errors and λ times its squared distance to the label',
  ),
  synapses: ['forward'],
  check: (_settings, widths) => checkDepth(widths),
  build(p, s, widths) {
    const L = widths.length - 1
    const network = valueNetwork(p, s.activation, widths)
    const signedLambda = (sign: number): number => s.lambda * (s.randomSign ? sign : 1)
    const η = p.scalarPerIteration('neuralLr', s.iterations, (t) => neuralRate(s, t))
    const λ = p.scalar('lambda', ({ sign }) => signedLambda(sign))
    const scale = p.scalar('scale', ({ sign }) => 2 / signedLambda(sign))
    const { descend } = optimiser(
      p,
      { optimiser: s.optimiser, momentum: s.momentum, weightDecay: 0 },
      ({ batch }) => s.learningRate * s.stepFactor ** Math.floor(batch / s.stepBatches),
      network.learned,
    )
    return {
      train() {
        const start = network.forward()
        network.reportStart(start)
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
        for (let k = 1; k <= L; k++) {
          p.measure(`nudged.v${k}`, v(k))
          p.measure(`gradient.W${k}`, gradients(k).weight)
          p.measure(`gradient.b${k}`, gradients(k).bias)
          // The optimiser descends, and F is ascended.
          descend(network.W(k), sum([-1, gradients(k).weight]))
          descend(network.b(k), sum([-1, gradients(k).bias]))
        }
      },
      predict: () => network.forward()(L),
    }
  },
}
