/**
 * How much the speed of a session varies, for an estimate of the time left with its uncertainty. Batches are counted in
 * stretches of about two seconds: chunks are too short to tell a slow machine from a hiccup.
 */

/** A stretch lasts at least this long. */
const STRETCH_MS = 2000
/** The window: about a minute. */
const MOST_STRETCHES = 30
/** Fewer give no estimate. */
const LEAST_STRETCHES = 3

export class Pace {
  /** Milliseconds per batch, the latest last. */
  readonly #stretches: number[] = []
  #ms = 0
  #batches = 0

  /** Adds `batches` that took `ms` together. */
  note(batches: number, ms: number): void {
    this.#ms += ms
    this.#batches += batches
    if (this.#ms < STRETCH_MS || this.#batches === 0) return
    this.#stretches.push(this.#ms / this.#batches)
    if (this.#stretches.length > MOST_STRETCHES) this.#stretches.shift()
    this.#ms = 0
    this.#batches = 0
  }

  /** Milliseconds per batch at the 10th and the 90th percentile of the stretches; null while there are too few. */
  range(): readonly [number, number] | null {
    if (this.#stretches.length < LEAST_STRETCHES) return null
    const sorted = this.#stretches.toSorted((a, b) => a - b)
    const tenth = Math.floor(sorted.length / 10)
    return [sorted[tenth] as number, sorted[sorted.length - 1 - tenth] as number]
  }
}
