/** The 95 % interval of a mean over seeds: by Student's t where there are few of them, else by the bootstrap. */
import { spreadOf } from '../../src-main/experiment/spread.ts'
import { bootstrapInterval, CONFIDENCE, RESAMPLES, type Interval } from './bootstrap.ts'
import { studentQuantile } from '../../src-main/experiment/student-t.ts'

/**
 * Below this many values the percentile bootstrap is hardly more than minimum to maximum, and covers the mean far less often
 * than it says: with n values of a normal distribution its interval is too short by about √((n − 1)/n)·z/t₍ₙ₋₁₎.
 */
const FEW = 10

export const INTERVAL_METHODS = { t: 'Student’s t', bootstrap: 'percentile bootstrap' } as const
export type IntervalMethod = keyof typeof INTERVAL_METHODS

export function methodFor(n: number): IntervalMethod {
  return n < FEW ? 't' : 'bootstrap'
}

/** Null for one value, which says nothing of it. */
export function meanInterval(values: readonly number[], resamples = RESAMPLES): Interval | null {
  if (values.length < 2) return null
  return methodFor(values.length) === 't' ? studentInterval(values) : bootstrapInterval(values, resamples)
}

/** mean ± t₍ₙ₋₁₎·s/√n, of two values or more. */
export function studentInterval(values: readonly number[], confidence = CONFIDENCE): Interval | null {
  const spread = spreadOf(values)
  if (spread === null || spread.n < 2) return null
  const half = (quantile(confidence, spread.n - 1) * spread.sd) / Math.sqrt(spread.n)
  return { low: spread.mean - half, high: spread.mean + half }
}

/** The usual ones, once for all points of a curve. */
const usual = new Map<number, number>()

function quantile(confidence: number, df: number): number {
  if (confidence !== CONFIDENCE) return studentQuantile((1 + confidence) / 2, df)
  const known = usual.get(df) ?? studentQuantile((1 + CONFIDENCE) / 2, df)
  usual.set(df, known)
  return known
}

/** How intervals of so many values each were computed: 'Student’s t', 'Student’s t below 10 seeds, else percentile bootstrap'. */
export function methodText(counts: readonly number[]): string {
  const methods = [...new Set(counts.filter((n) => n > 1).map(methodFor))]
  const [only] = methods
  if (methods.length > 1) return `${INTERVAL_METHODS.t} below ${FEW} seeds, else ${INTERVAL_METHODS.bootstrap}`
  return only === undefined ? '' : INTERVAL_METHODS[only]
}
