/** Bootstrap intervals of a mean: how far it would have moved had other seeds of the same kind been drawn. */
import { quantile } from 'd3-array'

export interface Interval {
  readonly low: number
  readonly high: number
}

/** How often values are drawn again for an interval that is printed. */
export const RESAMPLES = 10_000
/** For a band, which has an interval at every point of a curve. */
export const BAND_RESAMPLES = 1_000
/** Of the draws, so that the same seeds give the same interval every time. */
const RESAMPLING_SEED = 1
export const CONFIDENCE = 0.95

/** Percentile interval of the mean (Efron & Tibshirani 1993, section 13.3). */
export function bootstrapInterval(values: ArrayLike<number>, resamples = RESAMPLES): Interval {
  const n = values.length
  const means = new Float64Array(resamples)
  const draws = drawn(n, resamples)
  for (let at = 0, round = 0; round < resamples; round++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += values[draws[at++] as number] as number
    means[round] = sum / n
  }
  const tail = (1 - CONFIDENCE) / 2
  return { low: quantile(means, tail) ?? NaN, high: quantile(means, 1 - tail) ?? NaN }
}

const kept = new Map<string, Uint16Array>()

/**
 * Which of n values are drawn, round after round. The same for every point of a curve: seeds are drawn, not points, as
 * a seed's values hang together.
 */
function drawn(n: number, resamples: number): Uint16Array {
  const key = `${n} ${resamples}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const draws = new Uint16Array(n * resamples)
  const random = mulberry32(RESAMPLING_SEED)
  for (let i = 0; i < draws.length; i++) draws[i] = Math.floor(random() * n)
  kept.set(key, draws)
  return draws
}

/** Tommy Ettinger's Mulberry32: 32 bits of state, enough for drawing seeds again. Uniform in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
