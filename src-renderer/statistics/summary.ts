/** What a handful of seeds says together: centre, spread and how sure the centre is. */
import { deviation, fsum, quantileSorted } from 'd3-array'
import { bootstrapInterval, type Interval } from './bootstrap.ts'

export interface Summary {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation (n − 1); 0 for one value. */
  readonly sd: number
  readonly median: number
  /** First and third quartile, type 7. */
  readonly quartiles: Interval
  /** Interquartile mean: the middle half's mean. */
  readonly iqm: number
  /** 95 % bootstrap interval of the mean; null for one value, which says nothing of it. */
  readonly interval: Interval | null
  readonly lowest: number
  readonly highest: number
}

/** Of finite values; null where there are none. */
export function summarise(values: readonly number[]): Summary | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const n = sorted.length
  const [lowest] = sorted
  const highest = sorted.at(-1)
  if (lowest === undefined || highest === undefined) return null
  return {
    n,
    mean: meanOf(sorted),
    // Equal values may differ from their computed mean in the last bit.
    sd: highest > lowest ? (deviation(sorted) ?? 0) : 0,
    median: quantileSorted(sorted, 0.5) ?? NaN,
    quartiles: { low: quantileSorted(sorted, 0.25) ?? NaN, high: quantileSorted(sorted, 0.75) ?? NaN },
    iqm: interquartileMean(sorted),
    interval: n > 1 ? bootstrapInterval(sorted) : null,
    lowest,
    highest,
  }
}

/**
 * Mean of what is left when ⌊n/4⌋ values are cut from either end (Agarwal et al., NeurIPS 2021, whose rliable takes
 * SciPy's trim_mean(x, 0.25)): steadier than the mean with outliers, steadier than the median with few seeds.
 */
function interquartileMean(sorted: readonly number[]): number {
  const cut = Math.floor(sorted.length / 4)
  return meanOf(sorted.slice(cut, sorted.length - cut))
}

/** The correctly rounded sum, so that the order of the seeds cannot change a digit. */
function meanOf(values: readonly number[]): number {
  return fsum(values) / values.length
}
