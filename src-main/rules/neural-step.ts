import { choice, number, whole } from './setting.ts'

/** Step sizes of neural dynamics, t counted from 0 in every phase, as in the code released with arXiv 2306.04810. */
const NEURAL_RULES = ['constant', 'divide_by_loop_index', 'divide_by_slow_loop_index'] as const
export type NeuralRule = (typeof NEURAL_RULES)[number]

interface NeuralStep {
  readonly neuralRule: NeuralRule
  /** η at the first iteration. */
  readonly neuralLr: number
  /** η never falls below this. */
  readonly neuralLrStop: number
  /** d of the slow rule. */
  readonly neuralLrDecay: number
}

/** constant: η; divide_by_loop_index: max(η/(t+1), η_stop); divide_by_slow_loop_index: max(η/(t·d+1), η_stop). */
export function neuralRate(step: NeuralStep, t: number): number {
  switch (step.neuralRule) {
    case 'constant':
      return step.neuralLr
    case 'divide_by_loop_index':
      return Math.max(step.neuralLr / (t + 1), step.neuralLrStop)
    case 'divide_by_slow_loop_index':
      return Math.max(step.neuralLr / (t * step.neuralLrDecay + 1), step.neuralLrStop)
    default:
      return step.neuralRule satisfies never
  }
}

/** How long a network settles when samples are classified: the released code passes it apart from training's. */
export const evaluationIterations = whole({
  label: 'Iterations in evaluation',
  symbol: 'T_e',
  help: 'Iterations when samples are classified. 0: as many as in the free phase.',
  minimum: 0,
  maximum: 10_000,
  default: 0,
  group: 'dynamics',
})

/** The settings of a neural step, to be spread into a rule's. */
export function neuralStepSettings(defaults: Pick<NeuralStep, 'neuralRule' | 'neuralLr' | 'neuralLrStop'>) {
  return {
    neuralRule: choice({
      label: 'Neural learning rate schedule',
      help: 'How the step size of the neural dynamics decays from one iteration to the next.',
      options: NEURAL_RULES,
      optionLabels: {
        constant: 'Constant: η',
        divide_by_loop_index: 'Fast decay: η / (t + 1)',
        divide_by_slow_loop_index: 'Slow decay: η / (t·d + 1)',
      },
      default: defaults.neuralRule,
      group: 'dynamics',
    }),
    neuralLr: number({
      label: 'Neural learning rate',
      symbol: 'η',
      help: 'Step size of the neural dynamics in the first iteration.',
      above: 0,
      maximum: 10,
      default: defaults.neuralLr,
      group: 'dynamics',
    }),
    neuralLrStop: number({
      label: 'Minimum neural learning rate',
      symbol: 'η_stop',
      help: 'Decaying schedules never go below this.',
      minimum: 0,
      maximum: 10,
      default: defaults.neuralLrStop,
      group: 'dynamics',
    }),
    neuralLrDecay: number({
      label: 'Neural learning rate decay',
      symbol: 'd',
      help: 'Used by the slow decay only.',
      minimum: 0,
      maximum: 100,
      default: 0.01,
      group: 'dynamics',
    }),
  }
}
