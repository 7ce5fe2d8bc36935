/** Means over seeds, and whether they agree with what the authors printed. */
import type { PublishedComparison, Spread } from './event.ts'

export interface Published extends Spread {
  /** Where the number stands. */
  readonly source: string
  readonly epochs: number
}

/** With fewer seeds than this no verdict is given. */
const SEEDS_FOR_A_VERDICT = 3

/** Mean and sample standard deviation (n − 1; 0 for one value); nulls do not count; null when nothing is left. */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const present = values.filter((value) => value !== null)
  const n = present.length
  if (n === 0) return null
  const mean = present.reduce((sum, value) => sum + value, 0) / n
  const squares = present.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, n }
}

/**
 * inside: our mean is within two published standard deviations of the published mean; outside: it is not;
 * too few seeds: fewer than three of ours, or one published. Null when there is nothing to compare.
 */
export function comparePublished(ours: Spread | null, published: Published | null): PublishedComparison | null {
  if (published === null) return null
  const { mean, sd, n } = published
  const verdict =
    ours === null || ours.n < SEEDS_FOR_A_VERDICT || n < 2
      ? 'too few seeds'
      : Math.abs(ours.mean - mean) <= 2 * sd
        ? 'inside'
        : 'outside'
  return { mean, sd, n, verdict }
}
