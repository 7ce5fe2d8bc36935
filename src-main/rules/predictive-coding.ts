/**
 * Predictive coding: hidden values settle between what is predicted from below and the label clamped above; synapses then
 * reduce the prediction errors that remain. Values and predictions in `predictive-values.ts`.
 *
 *   hidden, all at once (Jacobi): v_k ← v_k + η( −e_k + (W_{k+1}ᵀ e_{k+1}) ∘ f′(v_k) )
 *   v_L is held at low + (high − low)·y
 *   ΔW_k = μ⟨e_k f(v_{k−1})ᵀ⟩, Δb_k = μ⟨e_k⟩, or by Adam in ascent with the step μ·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε)
 *
 * Note, as in the released code: this Adam puts the bias corrections into the step, so ε is added to the uncorrected root.
 * Prediction: the feedforward pass, before any activation of the output.
 *
 * Source: Whittington & Bogacz, Neural Computation 2017.
 */
import { z } from 'zod'
import { layers } from '../program/layers.ts'
import type { Parameter, Tracer, Value } from '../program/trace.ts'
import { difference, divide, map, mean, meanOverBatch, outer, relu, sum } from '../program/words.ts'
import { neuralRate } from './neural-step.ts'
import { checkDepth, clampedPhase, predictionError, settlingValues, valueMeasures } from './predictive-form.ts'
import { valueNetwork } from './predictive-values.ts'
import type { Behaviour, Measure, Rule } from './rule.ts'
import { choice, number, schedule, scheduleFactor } from './setting.ts'
import { backpropagationTruth, reportDescent, reportUpdates } from './truth.ts'

function build(p: Tracer, s: PredictiveCodingSettings, widths: readonly number[]): Behaviour {
  const L = widths.length - 1
  // ReLU has no inverse: the released code puts x itself in, and the first layer sees relu(x), which matters below zero.
  const network = valueNetwork(p, s.activation, widths, s.activation === 'relu' ? relu(p.x) : p.x)
  const η = p.scalarPerIteration('neuralLr', s.iterations, (t) => neuralRate(s, t))
  const rate = (epoch: number): number => s.learningRate * scheduleFactor(s.schedule, epoch)
  const step =
    s.optimiser === 'sgd'
      ? p.scalar('rate', ({ epoch }) => rate(epoch))
      : p.scalar('rate', ({ epoch, batch }) => {
          const t = batch + 1
          return (rate(epoch) * Math.sqrt(1 - s.adamBeta2 ** t)) / (1 - s.adamBeta1 ** t)
        })
  const zero = { kind: 'constant', value: 0 } as const
  const moments = new Map(
    (s.optimiser === 'adam' ? network.learned : []).map((parameter) => {
      const [rows, columns] = parameter.shape
      const moment = (suffix: string): Parameter =>
        p.parameter(`${parameter.label}.${suffix}`, [rows as number, columns], zero, 'optimiser')
      return [parameter, { m: moment('m'), v: moment('v') }]
    }),
  )
  const one = p.fill(1, [1, 1])

  function ascend(parameter: Parameter, gradient: Value): void {
    const moment = moments.get(parameter)
    if (moment === undefined) {
      parameter.increase(step, gradient)
      return
    }
    moment.m.become(sum([s.adamBeta1, moment.m], [1 - s.adamBeta1, gradient]))
    moment.v.become(sum([s.adamBeta2, moment.v], [1 - s.adamBeta2, map('square', gradient)]))
    parameter.increase(step, divide(moment.m, sum([1, map('sqrt', moment.v)], [s.adamEpsilon, one])))
  }

  return {
    train() {
      const start = network.forward()
      network.reportStart(start)
      p.count(start(L))
      const target = sum([s.targetHigh - s.targetLow, p.y], [s.targetLow, one])
      const v = layers(1, L, (k) => p.state(`v${k}`, k === L ? target : start(k)))
      p.repeat(s.iterations, () => {
        const before = Array.from({ length: L - 1 }, (_, i) => v(i + 1).current)
        const e = layers(1, L, (k) => network.error(v, k))
        const moves = layers(1, L - 1, (k) => sum([-1, e(k)], [1, network.fromAbove(v, e(k + 1), k)]))
        for (let k = 1; k < L; k++) v(k).increase(η, moves(k))
        // Settling follows −∂F/∂v of F = ½ Σ_k ‖e_k‖².
        network.reportSettling('clamped', before, v, sum([0.5, network.squaredErrors(v)]))
      })
      const gradients = layers(1, L, (k) => {
        const e = network.error(v, k)
        return { weight: outer(e, network.input(v, k)), bias: meanOverBatch(e) }
      })
      const update = layers(1, L, (k) => gradients(k).weight)
      const exact = network.backpropagated(start, difference(target, start(L)))
      reportUpdates(p, L, update)
      reportDescent(
        ...([p, L, 'backprop', update] as const),
        layers(1, L, (k) => outer(exact(k), network.input(start, k))),
      )
      for (let k = 1; k <= L; k++) {
        p.measure(`clamped.v${k}`, v(k))
        ascend(network.W(k), gradients(k).weight)
        ascend(network.b(k), gradients(k).bias)
      }
      p.measure('released.freeEnergy', mean(sum([-1, network.squaredErrors(v)])))
    },
    layers: () => network.rates(network.forward()),
  }
}

const settings = z.strictObject({
  ...settlingValues(
    'sigmoid',
    ' The first layer sees the inputs themselves, with ReLU their part above zero; the released code, which inverts the activation first, gives NaN for inputs outside the range of a sigmoid, tanh or exponential.',
  ),
  targetLow: number({
    label: 'Target, other classes',
    help: 'What the output is clamped to for all classes but the sample’s.',
    minimum: -10,
    maximum: 10,
    default: 0.03,
    group: 'dynamics',
  }),
  targetHigh: number({
    label: 'Target, correct class',
    help: 'What the output is clamped to for the sample’s class.',
    minimum: -10,
    maximum: 10,
    default: 0.97,
    group: 'dynamics',
  }),
  optimiser: choice({
    label: 'Optimiser',
    help: 'How prediction errors are turned into weight updates.',
    options: ['adam', 'sgd'],
    optionLabels: { adam: 'Adam', sgd: 'SGD' },
    default: 'adam',
    group: 'learning',
  }),
  learningRate: number({
    label: 'Learning rate',
    symbol: 'μ',
    help: 'Step size before any decay.',
    above: 0,
    maximum: 100,
    default: 0.001,
    group: 'learning',
  }),
  schedule: schedule({
    label: 'Learning rate schedule',
    help: 'From each epoch on (counted from 0), the learning rate is multiplied by base^epoch, where epoch counts from the start of training.',
    default: [{ fromEpoch: 0, base: 1 }],
    group: 'learning',
  }),
  adamBeta1: number({
    label: 'Adam β₁',
    help: 'Decay rate of the first moment; used by Adam only.',
    minimum: 0,
    maximum: 0.999999,
    default: 0.9,
    group: 'learning',
  }),
  adamBeta2: number({
    label: 'Adam β₂',
    help: 'Decay rate of the second moment; used by Adam only.',
    minimum: 0,
    maximum: 0.999999,
    default: 0.999,
    group: 'learning',
  }),
  adamEpsilon: number({
    label: 'Adam ε',
    help: 'Added to the root of the second moment; used by Adam only.',
    above: 0,
    maximum: 1,
    default: 1e-8,
    group: 'learning',
  }),
})

type PredictiveCodingSettings = z.infer<typeof settings>

/** F = −⟨Σ_k ‖e_k‖²⟩ of the settled values with the parameters after the step: what the released code returns for a batch. */
const releasedFreeEnergy: Measure<unknown> = {
  name: 'free-energy-released',
  label: 'Free energy, as released',
  unit: 'per sample',
  help: 'Minus the sum of a sample’s squared prediction errors, of the settled values with the weights after the batch’s step, mean over one batch: sign, factor and moment as in the released code.',
  keep: () => ['released.freeEnergy'],
  take: async (_settings, _widths, source) => [
    { series: 'settled', value: Number(source.measurement('released.freeEnergy')[0]) },
  ],
}

export const predictiveCoding: Rule<PredictiveCodingSettings> = {
  name: 'pc',
  label: 'Predictive coding',
  summary:
    'Each layer predicts the next; with the output clamped to the label, values settle and the weights reduce the remaining prediction errors.',
  source: { text: 'Whittington & Bogacz, Neural Computation 2017', url: 'https://doi.org/10.1162/NECO_a_00949' },
  palette: 5,
  settings,
  equations: [
    predictionError,
    {
      caption: 'Hidden values, each iteration',
      tex: String.raw`v_k \leftarrow v_k + \eta\big[-e_k + (W_{k+1}^\top e_{k+1}) \circ f'(v_k)\big]`,
      settings: ['neuralLr', 'neuralRule', 'neuralLrStop', 'neuralLrDecay', 'iterations', 'targetLow', 'targetHigh'],
    },
    {
      caption: 'Learning',
      tex: String.raw`\Delta W_k = \mu \langle e_k f(v_{k-1})^\top\rangle,\quad \Delta b_k = \mu\langle e_k\rangle`,
      settings: ['learningRate', 'schedule', 'optimiser', 'adamBeta1', 'adamBeta2', 'adamEpsilon'],
    },
  ],
  measures: [
    ...valueMeasures(clampedPhase, 'half the sum of a sample’s squared prediction errors'),
    releasedFreeEnergy,
    ...backpropagationTruth('half the squared distance of the outputs from what they are clamped to'),
  ],
  phases: () => [clampedPhase],
  classification: null,
  synapses: [{ kind: 'forward', letter: 'W' }],
  check: (_settings, widths) => checkDepth(widths),
  build,
}
