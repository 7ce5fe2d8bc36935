/** The settings of predictive coding, clamped and nudged, what both are watched by, and the equation they share as people read it; computed in `predictive-values.ts`. */
import { energyMeasure, rateMeasures, residualMeasure } from './measures.ts'
import { neuralStepSettings } from './neural-step.ts'
import type { Equation, Measure, Phase, SettingProblem } from './rule.ts'
import { choice, whole } from './setting.ts'

const VALUE_ACTIVATIONS = ['sigmoid', 'tanh', 'relu', 'linear', 'exp'] as const
export type ValueActivation = (typeof VALUE_ACTIVATIONS)[number]

/** What every value is compared with. */
export const predictionError: Equation = {
  caption: 'Prediction and error',
  tex: String.raw`p_k = W_k f(v_{k-1}) + b_k,\quad e_k = v_k - p_k`,
  settings: ['activation'],
}

/** How values settle, to be spread into a rule's settings. `inputs`: a sentence about what the first layer sees. */
export function settlingValues(activation: ValueActivation, inputs = '') {
  return {
    activation: choice({
      label: 'Activation',
      symbol: 'f',
      help: `Nonlinearity between a layer’s values and its prediction of the next layer.${inputs}`,
      options: VALUE_ACTIVATIONS,
      optionLabels: { sigmoid: 'Sigmoid', tanh: 'Tanh', relu: 'ReLU', linear: 'Linear', exp: 'Exponential' },
      default: activation,
      group: 'dynamics',
    }),
    iterations: whole({
      label: 'Iterations',
      symbol: 'T',
      help: 'Iterations of the value dynamics.',
      minimum: 1,
      maximum: 10_000,
      default: 50,
      group: 'dynamics',
    }),
    ...neuralStepSettings({ neuralRule: 'constant', neuralLr: 0.1, neuralLrStop: 0.05 }),
  }
}

export function checkDepth(widths: readonly number[]): SettingProblem[] {
  return widths.length >= 3
    ? []
    : [{ key: '', message: `predictive coding needs a hidden layer, found a network of ${widths.join('-')}` }]
}

/** Values settle in training alone: samples are classified by one pass from below. */
export const clampedPhase: Phase = {
  ...{ name: 'clamped', label: 'Clamped to the label', layers: 'hidden', state: 'value' },
  iterations: 'iterations',
}
export const nudgedPhase: Phase = {
  ...{ name: 'nudged', label: 'Nudged', layers: 'all', state: 'value' },
  iterations: 'iterations',
}

/** What both forms are watched by: hidden rates of the feedforward pass, which is how samples are classified, and how values settle in the one phase of training. */
export function valueMeasures(phase: Phase, energy: string): readonly Measure<unknown>[] {
  return [
    ...rateMeasures('hidden layers', (k) => `feedforward.r${k}`),
    residualMeasure(() => [phase]),
    energyMeasure(() => [phase], `What settling descends: ${energy}, after each iteration, mean over one batch.`),
  ]
}
