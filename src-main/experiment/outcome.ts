/** The accuracies of a run from those of its seeds. */
import type { SeedOutcome, Spread, TopKComparison } from './event.ts'
import type { Experiment } from './experiment.ts'
import { comparePublishedTopK, spreadOf, type Published } from './published.ts'

/** Seeds that count: those that are whole, else those stopped with a result, else the collapsed ones, so that what was measured is shown. */
function countingSeeds(seeds: readonly SeedOutcome[]): readonly SeedOutcome[] {
  const of = (status: SeedOutcome['status']): readonly SeedOutcome[] => seeds.filter((seed) => seed.status === status)
  const whole = of('done')
  if (whole.length > 0) return whole
  const stopped = of('stopped').filter(({ testAccuracy }) => testAccuracy !== null)
  return stopped.length > 0 ? stopped : of('collapsed')
}

/** Mean and sample standard deviation of each accuracy over the seeds that count. */
export function spreadsOf(
  seeds: readonly SeedOutcome[],
): Readonly<Record<'testAccuracy' | 'trainAccuracy' | 'validationAccuracy', Spread | null>> {
  const counting = countingSeeds(seeds)
  return {
    testAccuracy: spreadOf(counting.map(({ testAccuracy }) => testAccuracy)),
    trainAccuracy: spreadOf(counting.map(({ trainAccuracy }) => trainAccuracy)),
    validationAccuracy: spreadOf(counting.map(({ validationAccuracy }) => validationAccuracy)),
  }
}

/** What is compared with a published number: never the accuracy of a run that collapsed as a whole. */
export function comparedOf(seeds: readonly SeedOutcome[]): Spread | null {
  return seeds.some(({ status }) => status === 'done') ? spreadsOf(seeds).testAccuracy : null
}

/** The same of the top-k accuracy; null where the experiment counts none. */
export function comparedTopK(
  { evaluation: { topK: k } }: Experiment,
  seeds: readonly SeedOutcome[],
  published: Published | null,
): TopKComparison | null {
  if (k === null) return null
  const test = spreadOf(countingSeeds(seeds).map(({ topK }) => topK ?? null))
  return comparePublishedTopK(test, k, comparedOf(seeds) === null ? null : published)
}
