/** The settings of backpropagation and feedback alignment, what they are watched by, and the step they share as people read it; computed in `perceptron.ts`. */
import { z } from 'zod'
import { rateMeasures } from './measures.ts'
import { optimiserSettings, stepSettings } from './optimiser.ts'
import type { Equation, Measure } from './rule.ts'
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

/** The settings of both rules, to be spread into theirs. */
export const perceptronSettings = {
  criterion: choice({
    label: 'Loss',
    help: 'The squared error is averaged over batch and units; the cross-entropy is that of the softmax.',
    options: ['squared-error', 'cross-entropy'],
    optionLabels: { 'squared-error': 'Squared error', 'cross-entropy': 'Cross-entropy' },
    default: 'squared-error',
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
  ...optimiserSettings({ optimiser: 'adam', momentum: 0.9 }),
  weightDecay: number({
    label: 'Weight decay',
    help: 'This times the weights is added to the gradient.',
    minimum: 0,
    maximum: 1,
    default: 0,
    group: 'learning',
  }),
  ...stepSettings('The learning rate is', { epochs: 10, factor: 0.95 }),
}

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

/** What both rules are watched by: the loss, and the hidden activations of a training batch. */
export const perceptronMeasures: readonly Measure<PerceptronSettings>[] = [
  loss,
  ...rateMeasures('hidden layers', (k) => `activation.${k}`),
  ...backpropagationTruth('the rule’s own loss'),
]
