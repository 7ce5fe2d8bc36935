/** The settings of backpropagation and the rules with feedback weights of their own, what they are watched by, and the equations they share as people read them; computed in `perceptron.ts`. */
import { z } from 'zod'
import { angleBetween } from '../program/measures.ts'
import { rateMeasures } from './measures.ts'
import { optimiserSettings, stepSettings } from './optimiser.ts'
import type { Equation, Measure, MeasureSource, Rule } from './rule.ts'
import { choice, number } from './setting.ts'
import { backpropagationTruth } from './truth.ts'

/** How gradients become steps. */
export const perceptronStep: Equation = {
  caption: 'Step',
  tex: String.raw`W_k \leftarrow W_k - \mu\,\kappa^{\lfloor \mathrm{epoch}/s \rfloor}\, d(\nabla W_k)`,
  settings: [
    'learningRate',
    'optimiser',
    'momentum',
    'dampening',
    'nesterov',
    'weightDecay',
    'stepEpochs',
    'stepFactor',
  ],
}

/** The forward pass; `settings`: what else of the rule shows there. */
export const perceptronForward = (...settings: readonly string[]): Equation => ({
  caption: 'Forward',
  tex: String.raw`h_k = W_k a_{k-1} + b_k,\quad a_k = \max(h_k, 0)`,
  settings: ['outputActivation', ...settings],
})

/** The error from layer to layer through F of W's shape. */
export const backwardThroughFeedback = (caption: string): Equation => ({
  caption,
  tex: String.raw`\delta_k = (F_{k+1}^\top \delta_{k+1}) \circ \mathbf 1[h_k > 0],\quad \nabla W_k = \langle \delta_k a_{k-1}^\top\rangle`,
  settings: ['criterion'],
})

/** What all of these rules have alike: nothing settles, and any network will do. */
export const unsettled = {
  phases: () => [],
  classification: null,
  check: () => [],
} satisfies Partial<Rule>

/** The settings of all of these rules, to be spread into theirs. */
export function perceptronSettingsWith(defaults: {
  readonly criterion: 'squared-error' | 'cross-entropy'
  readonly optimiser: 'adam' | 'sgd'
  readonly momentum: number
  readonly learningRate: number
  readonly weightDecay: number
}) {
  return {
    criterion: choice({
      label: 'Loss',
      help: 'The squared error is averaged over batch and units; the cross-entropy is that of the softmax.',
      options: ['squared-error', 'cross-entropy'],
      optionLabels: { 'squared-error': 'Squared error', 'cross-entropy': 'Cross-entropy' },
      default: defaults.criterion,
      group: 'learning',
    }),
    outputActivation: choice({
      label: 'Output activation',
      help: 'Activation function of the output layer.',
      options: ['linear', 'relu'],
      optionLabels: { linear: 'Linear', relu: 'ReLU' },
      default: 'linear',
      group: 'dynamics',
    }),
    ...optimiserSettings(defaults),
    weightDecay: number({
      label: 'Weight decay',
      help: 'This times the weights is added to the gradient.',
      minimum: 0,
      maximum: 1,
      default: defaults.weightDecay,
      group: 'learning',
    }),
    ...stepSettings('The learning rate is', { epochs: 10, factor: 0.95 }),
  }
}

/** As published with CorInfoMax: the defaults of the rules that have no reason for others. */
export const perceptronSettings = perceptronSettingsWith({
  criterion: 'squared-error',
  optimiser: 'adam',
  momentum: 0.9,
  learningRate: 0.001,
  weightDecay: 0,
})

export type PerceptronSettings = z.infer<z.ZodObject<typeof perceptronSettings>>

/** The loss of a training batch, before its update. */
const loss: Measure<PerceptronSettings> = {
  name: 'loss',
  label: 'Training loss',
  unit: 'per sample',
  help: 'The loss of one training batch before its update: mean squared error, or cross-entropy in nats.',
  keep: () => ['loss'],
  take: async (settings, _widths, source) => [
    { series: settings.criterion, value: Number(source.measurement('loss')[0]) },
  ],
}

/** What all of these rules are watched by: the loss, and the hidden activations of a training batch. */
export const perceptronMeasures: readonly Measure<PerceptronSettings>[] = [
  loss,
  ...rateMeasures('hidden layers', (k) => `activation.${k}`),
  ...backpropagationTruth('the rule’s own loss'),
]

/**
 * The angle between what carries errors back to layer k − 1, k from 2, and what backpropagation would carry them by.
 *
 * @param of both at layer k; of feedback of W's shape, W_k and that feedback
 */
export function alignmentMeasure<S>(
  label: string,
  help: string,
  of: (k: number, source: MeasureSource, settings: S, widths: readonly number[]) => Promise<Pair>,
): Measure<S> {
  return {
    ...{ name: 'alignment', label, unit: 'degrees', help },
    keep: () => [],
    async take(settings, widths, source) {
      const series = []
      for (let k = 2; k < widths.length; k++)
        series.push({ series: `layer ${k}`, value: angleBetween(...(await of(k, source, settings, widths))) })
      return series
    },
  }
}

type Pair = readonly [ArrayLike<number>, ArrayLike<number>]

/** W_k and F_k. */
export const weightsAndFeedback = async (k: number, source: MeasureSource): Promise<Pair> => [
  await source.parameter(`W${k}`),
  await source.parameter(`F${k}`),
]

/** W_L ⋯ W_k and F_k, both n_L × n_{k−1}: without its nonlinearities, what backpropagation sends the output's error through. */
export async function pathAndFeedback(
  k: number,
  source: MeasureSource,
  _settings: unknown,
  widths: readonly number[],
): Promise<Pair> {
  const L = widths.length - 1
  const rows = widths[L] as number
  let path = await source.parameter(`W${L}`)
  for (let layer = L - 1; layer >= k; layer--)
    path = product(path, await source.parameter(`W${layer}`), rows, widths[layer] as number)
  return [path, await source.parameter(`F${k}`)]
}

/** A B of rows × inner and inner × columns. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, rows: number, inner: number): Float64Array {
  const columns = b.length / inner
  const result = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < inner; j++)
      for (let c = 0; c < columns; c++)
        result[i * columns + c] =
          (result[i * columns + c] as number) + (a[i * inner + j] as number) * (b[j * columns + c] as number)
  return result
}

/** Of feedback that learns. */
export const learnedAlignment: Measure<unknown> = alignmentMeasure(
  'Alignment of W and F',
  'The angle between forward and feedback weights: 0° means errors are propagated as in backpropagation.',
  weightsAndFeedback,
)
