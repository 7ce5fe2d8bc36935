/** The accuracies of a run from those of its seeds. */
import type { SeedOutcome, Spread, TopKComparison } from './event.ts'
import type { Experiment } from './experiment.ts'
import { comparePublishedTopK, type Published } from './published.ts'
import { behind, countedSeeds, type Standing } from './result.ts'
import { spreadOf } from './spread.ts'

/** Mean and sample standard deviation of each accuracy over the seeds that count, and how far these were trained. */
export interface Result {
  readonly testAccuracy: Spread | null
  readonly trainAccuracy: Spread | null
  /** Null without a validation set. */
  readonly validationAccuracy: Spread | null
  /** Epochs that every seed of it finished; null before the first, and where all collapsed. */
  readonly resultEpoch: number | null
}

export function resultOf(seeds: readonly SeedOutcome[]): Result {
  const { epoch, seeds: counting } = countedSeeds(standing(seeds))
  return {
    testAccuracy: spreadOf(counting.map(({ testAccuracy }) => testAccuracy)),
    trainAccuracy: spreadOf(counting.map(({ trainAccuracy }) => trainAccuracy)),
    validationAccuracy: spreadOf(counting.map(({ validationAccuracy }) => validationAccuracy)),
    resultEpoch: epoch,
  }
}

/** Seeds with a result of their own that the means leave out, because they finished fewer epochs. */
export function seedsBehind(seeds: readonly SeedOutcome[]): readonly SeedOutcome[] {
  return behind(standing(seeds))
}

function standing(seeds: readonly SeedOutcome[]): readonly (SeedOutcome & Standing)[] {
  return seeds.map((seed) => ({ ...seed, collapsed: seed.status === 'collapsed' }))
}

/** What is compared with a published number: never the accuracy of a run that collapsed as a whole. */
export function comparedOf(seeds: readonly SeedOutcome[]): Spread | null {
  return seeds.some(({ status }) => status === 'done') ? resultOf(seeds).testAccuracy : null
}

/** The same of the top-k accuracy; null where the experiment counts none. */
export function comparedTopK(
  { evaluation: { topK: k } }: Experiment,
  seeds: readonly SeedOutcome[],
  published: Published | null,
): TopKComparison | null {
  if (k === null) return null
  const test = spreadOf(countedSeeds(standing(seeds)).seeds.map(({ topK }) => topK ?? null))
  return comparePublishedTopK(test, k, comparedOf(seeds) === null ? null : published)
}
