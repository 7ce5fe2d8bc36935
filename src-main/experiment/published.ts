/** Whether means over seeds agree with what the authors printed. */
import { agreementOf } from './agreement.ts'
import type { EarlyEpoch, PublishedComparison, Spread, TopKComparison } from './event.ts'
import { spreadOf } from './spread.ts'

export interface Published extends Spread {
  /** Where the number stands. */
  readonly source: string
  readonly epochs: number
  /** On the training set, and top-5 on the test set; null where they were not printed. */
  readonly train: Spread | null
  readonly top5: Spread | null
  readonly early: EarlyCurve | null
}

/** Mean test accuracy after epochs 1, 2, …, and its sample standard deviation where the authors printed several seeds. */
export interface EarlyCurve {
  readonly n: number
  readonly mean: readonly number[]
  readonly sd: readonly number[] | null
}

/** Of the top-k accuracy, as `comparePublished`: judged where the k is that of what was printed. */
export function comparePublishedTopK(ours: Spread | null, k: number, published: Published | null): TopKComparison {
  const printed = k === PRINTED_K ? (published?.top5 ?? null) : null
  const judged = published === null || printed === null ? null : comparePublished(ours, { ...published, ...printed })
  return { k, test: ours, published: judged }
}

/** The top-5 accuracy is what the authors printed. */
const PRINTED_K = 5

/** What a comparison needs of a seed: test accuracy after each epoch, and whether it counts. */
interface SeedCurve {
  readonly epochs: readonly number[]
  readonly testAccuracy: readonly (number | null)[]
  readonly collapsed: unknown
}

/** Null when there is nothing to compare; else what `agreementOf` says of two means over seeds. */
export function comparePublished(ours: Spread | null, published: Published | null): PublishedComparison | null {
  if (published === null) return null
  const { mean, sd, n } = published
  return { mean, sd, n, verdict: agreementOf(ours, published)?.verdict ?? 'too few seeds' }
}

/** A first epoch agrees within so many standard deviations of the printed seeds. */
const DEVIATIONS = 2

/**
 * Our mean after each of the first epochs beside theirs, every printed epoch once, also those that no seed has reached.
 * Null when there is nothing to compare.
 */
export function compareEarly(seeds: readonly SeedCurve[], early: EarlyCurve | null): readonly EarlyEpoch[] | null {
  if (early === null) return null
  const good = seeds.filter(({ collapsed }) => collapsed === null)
  return early.mean.map((mean, index) => {
    const epoch = index + 1
    const sd = early.sd?.[index] ?? null
    const ours = spreadOf(good.map((seed) => seed.testAccuracy[seed.epochs.indexOf(epoch)] ?? null))
    return {
      epoch,
      published: { mean, sd, n: early.n },
      ours,
      verdict: ours === null ? null : sideOf(ours.mean, mean, sd),
    }
  })
}

function sideOf(ours: number, mean: number, sd: number | null): EarlyEpoch['verdict'] {
  if (sd === null) return null
  if (ours < mean - DEVIATIONS * sd) return 'below'
  return ours > mean + DEVIATIONS * sd ? 'above' : 'inside'
}
