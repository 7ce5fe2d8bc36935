/** Which seeds a row is filled with: over all runs that ask its question, each seed once. */
import type { Experiment } from '../experiment/experiment.ts'
import { decisive } from '../experiment/same.ts'
import type { TrainedRun, TrainedSeed } from './trained.ts'
import { valuesOf, type Wanted } from './values.ts'

export interface RowSeed {
  readonly run: TrainedRun
  readonly seed: TrainedSeed
  /** Epochs that it finished, at most those of the row. */
  readonly epochs: number
}

const questions = new WeakMap<Experiment, string>()

/** `decisive`, once for each experiment: a paper asks for the same ones again and again. */
export function questionOf(experiment: Experiment): string {
  let question = questions.get(experiment)
  if (question === undefined) {
    question = decisive(experiment)
    questions.set(experiment, question)
  }
  return question
}

/** Runs of one question, found by what decides it. */
export class RunsByQuestion {
  readonly #runs = new Map<string, TrainedRun[]>()

  constructor(runs: readonly TrainedRun[]) {
    for (const run of runs) {
      const key = questionOf(run.experiment)
      this.#runs.set(key, [...(this.#runs.get(key) ?? []), run])
    }
  }

  /** The same experiment but for its seeds, epochs, engine, and what moves nothing; the newest first. */
  of(experiment: Experiment): readonly TrainedRun[] {
    const found = this.#runs.get(questionOf(experiment)) ?? []
    return found.toSorted((a, b) => (a.created < b.created ? 1 : -1))
  }
}

/**
 * Each seed once, in order: from the run that trained it furthest, of equals from the newest. A run that did not take what is
 * wanted (training accuracy off, no measure) gives no seed. One that collapsed only after the epochs of the row did not for it.
 */
export function rowSeeds(runs: readonly TrainedRun[], epochs: number, wanted: Wanted): readonly RowSeed[] {
  const best = new Map<number, RowSeed>()
  for (const run of runs)
    for (const whole of run.seeds) {
      const late = whole.collapsed !== null && whole.collapsed.epoch > epochs
      const seed = late ? { ...whole, collapsed: null } : whole
      const finished = Math.min(epochs, seed.epochs.at(-1) ?? 0)
      if (finished === 0 && seed.collapsed === null) continue
      if (finished > 0 && valuesOf(seed, wanted, 'epoch').size === 0) continue
      const known = best.get(seed.seed)
      if (known === undefined || known.epochs < finished) best.set(seed.seed, { run, seed, epochs: finished })
    }
  return [...best.values()].sort((a, b) => a.seed.seed - b.seed.seed)
}

/** Whether a run takes what is wanted of the experiment asked for; of top-k accuracies, that of the same k. */
export function takes(run: Experiment, { quantity }: Wanted, asked: Experiment): boolean {
  if (quantity === 'test') return run.training.evaluateTest !== 'off'
  if (quantity === 'train') return run.training.evaluateTrain !== 'off'
  if (quantity === 'top-k') return run.evaluation.topK !== null && run.evaluation.topK === asked.evaluation.topK
  return run.measures.some(({ name }) => name === quantity)
}

/** A seed's values of what is wanted, as its run took them. */
export function valuesIn({ run, seed }: RowSeed, wanted: Wanted, unit: 'epoch' | 'batch'): ReadonlyMap<number, number> {
  const { evaluation, training } = run.experiment
  return valuesOf(seed, wanted, unit, Math.min(evaluation.topKEveryEpochs, training.epochs))
}

/** So far below the median of its group a seed is told apart from the others, here as in the paper. */
const LOST = 0.03

/**
 * Seeds that are lost: collapsed, or ending more than three points of test accuracy below the median of their group. A mean
 * with one of them in it says nothing of the others.
 */
export function lostSeeds(
  seeds: readonly { readonly seed: number; readonly test: number | null }[],
): readonly number[] {
  const values = seeds.flatMap(({ test }) => test ?? []).sort((a, b) => a - b)
  const middle = values.length / 2
  const median = ((values[Math.ceil(middle) - 1] ?? 0) + (values[Math.floor(middle)] ?? 0)) / 2
  return seeds.filter(({ test }) => test === null || test < median - LOST).map(({ seed }) => seed)
}

/** Printed seeds scatter so much that some of them were lost, without it being printed which. */
export function hidesLost(sd: number): boolean {
  return sd > LOST
}
