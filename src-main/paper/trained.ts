/** What a paper is filled from: runs of a lab, or evidence that ships. */
import type { Experiment } from '../experiment/experiment.ts'
import type { Evidence } from './evidence.ts'

/** One seed's history, as a record of a run has it. */
export interface TrainedSeed {
  readonly seed: number
  /** Epochs finished, in order, and the accuracies after each, as fractions. */
  readonly epochs: readonly number[]
  readonly testAccuracy: readonly (number | null)[]
  readonly trainAccuracy: readonly (number | null)[]
  readonly collapsed: { readonly epoch: number; readonly reason: string } | null
  readonly measures: Readonly<
    Record<string, Readonly<Record<string, { readonly batch: readonly number[]; readonly value: readonly number[] }>>>
  >
}

export interface Machine {
  readonly apical: string
  readonly engine: string
  readonly device: string
  readonly cpu: string
  readonly cores: number
}

export interface TrainedRun {
  /** Null for evidence that ships. */
  readonly id: string | null
  readonly name: string
  readonly experiment: Experiment
  /** Null where it was not written yet. */
  readonly machine: Machine | null
  /** ISO 8601. */
  readonly created: string
  readonly seconds: number
  /** It runs or waits: what it lacks is on its way. */
  readonly moving: boolean
  /** It can go on from checkpoints. */
  readonly resumable: boolean
  readonly seeds: readonly TrainedSeed[]
}

export function trainedOf({ experiment, machine, started, seconds, seeds }: Evidence): TrainedRun {
  return {
    id: null,
    name: experiment.name,
    ...{ experiment, machine, created: started, seconds, moving: false, resumable: false },
    seeds: seeds.map(({ seed, test, train, collapsed, measures }) => ({
      seed,
      epochs: test.map((_, i) => i + 1),
      testAccuracy: test,
      trainAccuracy: train,
      collapsed,
      measures,
    })),
  }
}
