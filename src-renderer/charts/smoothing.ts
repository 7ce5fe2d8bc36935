/** Smoothed lines, from all points and before any thinning, kept up with lines that grow. */
import { Column, columnOf } from './column.ts'

/**
 * `exponential`: Σ(1−α)ⁱ y₍ₜ₋ᵢ₎ / Σ(1−α)ⁱ with α = 2/(span+1), pandas' `ewm(span).mean()`.
 * `window`: the mean of `span` points around, fewer at the ends, pandas' `rolling(span, center=True, min_periods=1).mean()`.
 */
export interface Smoothing {
  readonly kind: 'none' | 'exponential' | 'window'
  /** Points. */
  readonly span: number
}

/** What pandas calls on a series to smooth it the same way; '' where nothing is smoothed. */
export function pandasSmoothing({ kind, span }: Smoothing): string {
  switch (kind) {
    case 'none':
      return ''
    case 'exponential':
      return `.ewm(span=${span}).mean()`
    case 'window':
      return `.rolling(${span}, center=True, min_periods=1).mean()`
  }
}

class Smoothed {
  readonly #smoothing: Smoothing
  readonly y = new Column()
  /** The sum of weights up to each point, for going on in the middle. */
  readonly #weights = new Column()

  constructor(smoothing: Smoothing) {
    this.#smoothing = smoothing
  }

  /** Takes a line as it is now, of which the first `kept` values are what they were. */
  update(y: Float64Array, kept = 0): void {
    const { kind, span } = this.#smoothing
    if (kind === 'window') this.#window(y, Math.max(1, Math.round(span)), kept)
    else this.#exponential(y, kind === 'none' ? 1 : 2 / (span + 1), kept)
  }

  #exponential(y: Float64Array, alpha: number, kept: number): void {
    this.y.truncate(Math.min(kept, y.length))
    this.#weights.truncate(this.y.length)
    const start = this.y.length
    let weights = start === 0 ? 0 : this.#weights.last
    let sum = start === 0 ? 0 : this.y.last * weights
    if (!Number.isFinite(sum)) sum = 0
    for (let i = start; i < y.length; i++) {
      const value = y[i]!
      sum *= 1 - alpha
      weights *= 1 - alpha
      if (Number.isFinite(value)) {
        sum += value
        weights += 1
      }
      this.y.push(weights === 0 ? NaN : sum / weights)
      this.#weights.push(weights)
    }
  }

  #window(y: Float64Array, span: number, kept: number): void {
    // As pandas places it: an even window reaches one point further back.
    const ahead = (span - 1) >> 1
    const behind = span - 1 - ahead
    // The last points stood at the end of the line and had fewer to average.
    this.y.truncate(Math.max(0, Math.min(kept, y.length, this.y.length) - ahead))
    const start = this.y.length
    // Compensated (Neumaier): a spike that has left the window leaves nothing behind.
    let sum = 0
    let lost = 0
    let count = 0
    const add = (value: number, sign: 1 | -1): void => {
      if (!Number.isFinite(value)) return
      const term = sign * value
      const next = sum + term
      lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
      sum = next
      count += sign
    }
    for (let i = Math.max(0, start - behind); i < Math.min(y.length, start + ahead); i++) add(y[i]!, 1)
    for (let i = start; i < y.length; i++) {
      if (i + ahead < y.length) add(y[i + ahead]!, 1)
      this.y.push(count === 0 ? NaN : (sum + lost) / count)
      if (i - behind >= 0) add(y[i - behind]!, -1)
    }
  }
}

/** Smoothed lines stay with the columns that they are of, one of each way. */
const smoothedLines = new WeakMap<
  object,
  Map<string, { readonly smoothed: Smoothed; length: number; version: number }>
>()

/** The smoothed values of a line, one for each of its points. */
export function smoothedOf(y: Float64Array, smoothing: Smoothing): Float64Array {
  const column = columnOf(y)
  const key = column ?? y
  const all = smoothedLines.get(key) ?? new Map<string, { smoothed: Smoothed; length: number; version: number }>()
  smoothedLines.set(key, all)
  const name = `${smoothing.kind} ${smoothing.span}`
  let known = all.get(name)
  if (known === undefined) {
    // A slider passes many values; a line keeps the last few.
    for (const old of [...all.keys()].slice(0, -3)) all.delete(old)
    known = { smoothed: new Smoothed(smoothing), length: 0, version: column?.version ?? 0 }
    all.set(name, known)
  }
  const kept = Math.min(known.length, column?.changedSince(known.version) ?? known.length)
  if (kept < y.length || known.length !== y.length) known.smoothed.update(y, kept)
  known.length = y.length
  known.version = column?.version ?? 0
  return known.smoothed.y.view()
}
