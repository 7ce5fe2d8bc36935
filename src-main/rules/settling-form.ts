/** The settings of equilibrium propagation and similarity matching, their measures, and the equations they share as people read them; computed in `settling-network.ts`. */
import { z } from 'zod'
import { energyMeasure, rateMeasures, residualMeasure } from './measures.ts'
import { evaluationIterations } from './neural-step.ts'
import { nudgingSettings } from './nudging.ts'
import { stepSettings } from './optimiser.ts'
import type { Classification, Equation, Measure, Phase, SettingProblem } from './rule.ts'
import { choice, number, perLayer, whole } from './setting.ts'
import { backpropagationTruth, settledTruth } from './truth.ts'
import { unitSettings } from './unit.ts'

/** What both rules compute beside their dynamics. */
export const settlingEquations: readonly Equation[] = [
  {
    caption: 'At the output, nudged',
    tex: String.raw`\ldots - 2\eta\beta(s_L - y)`,
    settings: ['beta', 'randomSign', 'iterationsNudged', 'criterion'],
  },
  {
    caption: 'Learning',
    tex: String.raw`\Delta W_k = \tfrac{\alpha_k}{\beta}\big(\langle s_k s_{k-1}^\top\rangle_\beta - \langle s_k s_{k-1}^\top\rangle_0\big)`,
    settings: ['learningRates', 'stepEpochs', 'stepFactor'],
  },
]

/** The settings of both rules, to be spread into theirs. */
export const settlingSettings = {
  ...nudgingSettings,
  neuralLr: number({
    label: 'Neural learning rate',
    symbol: 'η',
    help: 'Step size of the neural dynamics in both phases of training.',
    above: 0,
    maximum: 2,
    default: 0.5,
    group: 'dynamics',
  }),
  evaluationLr: number({
    label: 'Neural learning rate in evaluation',
    symbol: 'η_e',
    help: 'Step size of the neural dynamics when samples are classified.',
    above: 0,
    maximum: 2,
    default: 0.5,
    group: 'dynamics',
  }),
  iterationsFree: whole({
    label: 'Free iterations',
    symbol: 'T₁',
    help: 'Iterations of the free phase.',
    minimum: 1,
    maximum: 10_000,
    default: 20,
    group: 'dynamics',
  }),
  iterationsNudged: whole({
    label: 'Nudged iterations',
    symbol: 'T₂',
    help: 'Iterations of the nudged phase.',
    minimum: 1,
    maximum: 10_000,
    default: 4,
    group: 'dynamics',
  }),
  iterationsEvaluation: evaluationIterations,
  ...unitSettings,
  criterion: choice({
    label: 'Cost',
    help: 'What nudges the output. The released cross-entropy sets the output to the energy’s gradient while training, with no rate and no activation.',
    options: ['squared-error', 'cross-entropy-released'],
    optionLabels: { 'squared-error': 'Squared error', 'cross-entropy-released': 'Cross-entropy, as released' },
    default: 'squared-error',
    group: 'dynamics',
  }),
  learningRates: perLayer({
    label: 'Learning rates',
    symbol: 'α',
    help: 'Learning rate of W and b, one per layer, from the input up.',
    minimum: 0,
    maximum: 100,
    from: 1,
    default: [0.1, 0.05],
    group: 'learning',
  }),
  ...stepSettings('The learning rates are', { epochs: 15, factor: 1 }),
}

export type SettlingSettings = z.infer<z.ZodObject<typeof settlingSettings>>

export function checkSettling(s: SettlingSettings, widths: readonly number[]): SettingProblem[] {
  const depth = widths.length - 1
  const problems: SettingProblem[] = []
  if (depth < 2)
    problems.push({
      key: '',
      message: `a settling network needs a hidden layer, found a network of ${widths.join('-')}`,
    })
  if (s.learningRates.length !== depth)
    problems.push({
      key: 'learningRates',
      message: `expected ${depth} learning rates, one per layer, found ${s.learningRates.length}`,
    })
  return problems
}

/** How a batch settles: free, then nudged. */
export const settlingPhases: readonly Phase[] = [
  { name: 'free', label: 'Free', layers: 'all', state: 'state', iterations: 'iterationsFree' },
  { name: 'nudged', label: 'Nudged', layers: 'all', state: 'state', iterations: 'iterationsNudged' },
]

/** Samples are classified at a rate of their own. */
export const settlingClassification: Classification = {
  ...{ name: 'classified', label: 'Classification', layers: 'all', state: 'state' },
}

/** What both rules are watched by: rates of the free phase, and how all phases settle. */
export const settlingNetworkMeasures = <S extends SettlingSettings>(
  phases: (settings: S) => readonly Phase[],
): readonly Measure<S>[] => [
  ...rateMeasures('all layers', (k) => `free.s${k}`),
  residualMeasure(phases),
  energyMeasure(
    phases,
    'What settling descends: the energy of a sample after each iteration, mean over one batch, with the cost that nudges it.',
  ),
  ...backpropagationTruth('the cost that nudges, of the outputs after their activation'),
  ...settledTruth('the squared error').map((measure) => ({
    ...measure,
    unavailable: ({ criterion }: Pick<SettlingSettings, 'criterion'>) =>
      criterion === 'squared-error'
        ? null
        : 'with the cross-entropy as released the output has no state of rest, and so no settled gradient',
  })),
]
