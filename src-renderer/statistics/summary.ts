/** What a handful of seeds says together: centre, spread and how sure the centre is. */
import { fsum, quantileSorted } from 'd3-array'
import { spreadOf } from '../../src-main/experiment/spread.ts'
import type { Interval } from './bootstrap.ts'
import { meanInterval } from './mean-interval.ts'

export interface Summary {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation (n − 1); 0 for one value. */
  readonly sd: number
  readonly median: number
  /** First and third quartile, type 7. */
  readonly quartiles: Interval
  /** Interquartile mean: the mean of the middle half. */
  readonly iqm: number
  /** 95 % interval of the mean, by the method that `mean-interval.ts` takes for so many; null for one value. */
  readonly interval: Interval | null
  readonly lowest: number
  readonly highest: number
}

/** Of finite values; null where there are none. */
export function summarise(values: readonly number[]): Summary | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const spread = spreadOf(sorted)
  const [lowest] = sorted
  const highest = sorted.at(-1)
  if (spread === null || lowest === undefined || highest === undefined) return null
  return {
    ...spread,
    median: quantileSorted(sorted, 0.5) ?? NaN,
    quartiles: { low: quantileSorted(sorted, 0.25) ?? NaN, high: quantileSorted(sorted, 0.75) ?? NaN },
    iqm: interquartileMean(sorted),
    interval: meanInterval(sorted),
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
