/**
 * Counts of values whose range is not known before all were seen. Bins are a power of two wide and begin at multiples of
 * it, so that counts in finer bins are counts in coarser ones without looking at any value again: of one distribution as
 * it grows, and of several that are laid over each other.
 */
import type { Histogram } from '../experiment/representations.ts'

/** At most so many bins, and more than half of it unless there are few different values. */
const MOST_BINS = 96
/** The finest bins: 2^−60. */
const FINEST = -60

/** Places are whole numbers that a double counts exactly, with room. */
const FURTHEST = 2 ** 48
/** Room on both sides of the bins in use, so that they are seldom moved. */
const ROOM = 2 * MOST_BINS

export class Counting {
  #exponent = FINEST
  /** Counts by bin, `#base` the place of the first: a bin has values from place · width on. */
  #bins = new Float64Array(MOST_BINS + 2 * ROOM)
  #base = 0
  #low = Infinity
  #high = -Infinity
  #count = 0
  #zeros = 0
  #broken = 0
  #mean = 0
  #squares = 0

  add(values: Iterable<number>): void {
    for (const value of values) this.#addOne(value)
  }

  #addOne(value: number): void {
    if (!Number.isFinite(value)) {
      this.#broken++
      return
    }
    this.#count++
    if (value === 0) this.#zeros++
    // Welford's update: no difference of large sums.
    const away = value - this.#mean
    this.#mean += away / this.#count
    this.#squares += away * (value - this.#mean)
    let place = Math.floor(value * 2 ** -this.#exponent)
    if (place < this.#low || place > this.#high) place = this.#widen(value, place)
    const at = place - this.#base
    this.#bins[at] = (this.#bins[at] as number) + 1
  }

  /** Makes room for a bin beyond those in use, in coarser ones where there would be too many; answers its place. */
  #widen(value: number, found: number): number {
    let place = found
    while (Math.abs(place) > FURTHEST || Math.max(this.#high, place) - Math.min(this.#low, place) >= MOST_BINS) {
      this.coarsen(this.#exponent + 1)
      place = Math.floor(value * 2 ** -this.#exponent)
    }
    const low = Math.min(this.#low, place)
    const high = Math.max(this.#high, place)
    if (low < this.#base || high - this.#base >= this.#bins.length) this.#rebuild(low, (at) => at)
    this.#low = low
    this.#high = high
    return place
  }

  #rebuild(low: number, placeOf: (place: number) => number): void {
    const bins = new Float64Array(this.#bins.length)
    const base = low - ROOM
    for (let place = this.#low; place <= this.#high; place++) {
      const at = placeOf(place) - base
      bins[at] = (bins[at] as number) + (this.#bins[place - this.#base] as number)
    }
    this.#bins = bins
    this.#base = base
  }

  /** Bins are 2^this wide. */
  get exponent(): number {
    return this.#exponent
  }

  /** The first and the last bin with a value. */
  get places(): readonly [number, number] {
    return [this.#low, this.#high]
  }

  coarsen(exponent: number): void {
    if (exponent <= this.#exponent) return
    const coarser = (place: number): number => Math.floor(place * 2 ** (this.#exponent - exponent))
    this.#rebuild(coarser(this.#low), coarser)
    this.#low = coarser(this.#low)
    this.#high = coarser(this.#high)
    this.#exponent = exponent
  }

  get mean(): number {
    return this.#mean
  }

  /** Of the values as a whole, not of a sample of them. */
  get sd(): number {
    return this.#count === 0 ? 0 : Math.sqrt(Math.max(0, this.#squares) / this.#count)
  }

  get zeros(): number {
    return this.#count === 0 ? 0 : this.#zeros / this.#count
  }

  get count(): number {
    return this.#count
  }

  get broken(): number {
    return this.#broken
  }

  histogram([low, high]: readonly [number, number] = this.places): Histogram {
    const width = 2 ** this.#exponent
    if (!(low <= high)) return { low: 0, width, counts: [] }
    const counts = Array.from({ length: high - low + 1 }, (_, i) => this.#bins[low + i - this.#base] ?? 0)
    return { low: low * width, width, counts }
  }
}

/** Brings all to the same bins; answers the histogram of each. */
export function inSameBins(all: readonly Counting[]): readonly Histogram[] {
  const some = all.filter(({ count }) => count > 0)
  let exponent = Math.max(FINEST, ...some.map((one) => one.exponent))
  const span = (): readonly [number, number] => [
    Math.min(...some.map(({ places }) => places[0])),
    Math.max(...some.map(({ places }) => places[1])),
  ]
  for (;;) {
    for (const one of all) one.coarsen(exponent)
    const [low, high] = span()
    if (some.length === 0 || high - low < MOST_BINS) return all.map((one) => one.histogram(span()))
    exponent++
  }
}

/** Mean, standard deviation and histogram of values that are all there; null for none. */
export function spreadIn(values: readonly number[]): { mean: number; sd: number; histogram: Histogram } | null {
  const counting = new Counting()
  counting.add(values)
  if (counting.count === 0) return null
  return { mean: counting.mean, sd: counting.sd, histogram: counting.histogram() }
}
