/** Step sizes of neural dynamics, t counted from 0 in every phase [C, released code]. */
export const NEURAL_RULES = ['constant', 'divide_by_loop_index', 'divide_by_slow_loop_index'] as const
export type NeuralRule = (typeof NEURAL_RULES)[number]

export interface NeuralStep {
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
