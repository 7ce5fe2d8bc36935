/**
 * A min/max pyramid over a long line: any stretch of it is told by its lowest and highest point in O(log n), so that a
 * chart of a million points draws only what its pixels can show and hides no spike.
 *
 * Level l has one pair of indices for each FAN^l points, made once a block is complete; points that were appended since
 * are looked at themselves, at most FAN of them a level.
 */
import { columnOf, type Column } from './column.ts'

const FAN = 16

export interface Points {
  readonly x: Float64Array
  readonly y: Float64Array
}

interface Stretch {
  /** Indices of the lowest and the highest finite value; −1 where there is none. */
  readonly low: number
  readonly high: number
}

export class Pyramid {
  #y: Float64Array = new Float64Array()
  readonly #levels: Level[] = []

  get length(): number {
    return this.#y.length
  }

  /** Takes a line as it is now, of which the first `kept` values are what they were. */
  update(y: Float64Array, kept = 0): void {
    this.#y = y
    let length = y.length
    let same = kept
    for (let level = 0; length >= FAN; level++) {
      const blocks = (this.#levels[level] ??= new Level())
      const complete = Math.floor(length / FAN)
      same = Math.min(blocks.length, Math.floor(same / FAN))
      blocks.reserve(complete, same)
      for (let block = same; block < complete; block++) {
        const found = none()
        this.#take(found, level, block * FAN, (block + 1) * FAN)
        blocks.low[block] = found.low
        blocks.high[block] = found.high
        blocks.lowest[block] = found.lowest
        blocks.highest[block] = found.highest
      }
      blocks.length = complete
      length = complete
    }
    for (let level = 0, left = Math.floor(y.length / FAN); level < this.#levels.length; level++) {
      this.#levels[level]!.length = left
      left = Math.floor(left / FAN)
    }
  }

  /** The lowest and highest of the points `from` to `to` (excluded). */
  range(from: number, to: number): Stretch {
    const found = none()
    let i = Math.max(0, from)
    let j = Math.min(this.#y.length, to)
    for (let level = 0; i < j; level++) {
      const above = this.#levels[level]?.length ?? 0
      const start = Math.ceil(i / FAN)
      const end = Math.min(Math.floor(j / FAN), above)
      if (start >= end) {
        this.#take(found, level, i, j)
        break
      }
      this.#take(found, level, i, start * FAN)
      this.#take(found, level, end * FAN, j)
      i = start
      j = end
    }
    return found
  }

  #take(found: Found, level: number, from: number, to: number): void {
    const below = level === 0 ? undefined : this.#levels[level - 1]
    if (below === undefined) {
      const y = this.#y
      for (let i = from; i < to; i++) {
        const value = y[i]!
        if (!Number.isFinite(value)) continue
        if (value < found.lowest) {
          found.lowest = value
          found.low = i
        }
        if (value > found.highest) {
          found.highest = value
          found.high = i
        }
      }
      return
    }
    const { low, high, lowest, highest } = below
    for (let i = from; i < to; i++) {
      if (lowest[i]! < found.lowest) {
        found.lowest = lowest[i]!
        found.low = low[i]!
      }
      if (highest[i]! > found.highest) {
        found.highest = highest[i]!
        found.high = high[i]!
      }
    }
  }
}

interface Found {
  low: number
  high: number
  lowest: number
  highest: number
}

function none(): Found {
  return { low: -1, high: -1, lowest: Infinity, highest: -Infinity }
}

/** Values stand beside their indices: looking each up in the line itself would wait for memory. */
class Level {
  low = new Int32Array(16)
  high = new Int32Array(16)
  lowest = new Float64Array(16)
  highest = new Float64Array(16)
  length = 0

  /** Room for so many blocks; the first `kept` stay. */
  reserve(blocks: number, kept: number): void {
    if (blocks <= this.low.length) return
    const size = Math.max(blocks, this.low.length * 2)
    for (const name of ['low', 'high'] as const) {
      const longer = new Int32Array(size)
      longer.set(this[name].subarray(0, kept))
      this[name] = longer
    }
    for (const name of ['lowest', 'highest'] as const) {
      const longer = new Float64Array(size)
      longer.set(this[name].subarray(0, kept))
      this[name] = longer
    }
  }
}

/** Pyramids stay with the columns that they are of, and grow with them. */
const pyramids = new WeakMap<object, { readonly pyramid: Pyramid; version: number }>()

export function pyramidOf(y: Float64Array): Pyramid {
  const column: Column | undefined = columnOf(y)
  const key = column ?? y
  const known = pyramids.get(key)
  if (known === undefined) {
    const pyramid = new Pyramid()
    pyramid.update(y)
    pyramids.set(key, { pyramid, version: column?.version ?? 0 })
    return pyramid
  }
  if (column !== undefined) {
    const kept = Math.min(known.pyramid.length, column.changedSince(known.version))
    if (kept < y.length || known.pyramid.length !== y.length) known.pyramid.update(y, kept)
    known.version = column.version
  }
  return known.pyramid
}

/** Where a value stands or would stand among values that never fall. */
export function indexOf(x: Float64Array, value: number, from = 0, to = x.length): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Which points a window of x shows, with one more to either side, so that lines go on to the edge. */
export function visible(x: Float64Array, low: number, high: number): { readonly from: number; readonly to: number } {
  return { from: Math.max(0, indexOf(x, low) - 1), to: Math.min(x.length, indexOf(x, high) + 2) }
}

/** A window onto x: its columns of pixels, and where each begins; edges rise with the column. */
export interface Window {
  readonly columns: number
  /** The x at the left edge of a column, 0 to `columns` (the right edge of all). */
  readonly edge: (column: number) => number
}

export interface Seen extends Points {
  /** Points the window holds; `x.length` of them are told. */
  readonly points: number
  /** Lowest and highest value a column, where a column holds many points; null where every point is told. */
  readonly envelope: { readonly x: Float64Array; readonly low: Float64Array; readonly high: Float64Array } | null
}

/**
 * The points that draw the same picture in that window: of every column of pixels the first, the lowest, the highest and
 * the last (M4: Jugel et al., VLDB 2014), or all of them where that is hardly fewer. Values that are not finite are left out.
 */
export function seen({ x, y }: Points, pyramid: Pyramid, { columns, edge }: Window): Seen {
  const { from, to } = visible(x, edge(0), edge(columns))
  const points = Math.max(0, to - from)
  if (points <= 4 * columns) {
    const finite: number[] = []
    for (let i = from; i < to; i++) if (Number.isFinite(y[i])) finite.push(i)
    return { ...picked(x, y, finite), points, envelope: null }
  }
  const kept: number[] = []
  const envelope = { x: [] as number[], low: [] as number[], high: [] as number[] }
  let start = from
  let stride = 16
  for (let column = 0; column < columns && start < to; column++) {
    // Looked for where the last column says that it will be: a search through all of a long line waits for memory.
    const near = Math.min(to, start + 2 * stride)
    const right = edge(column + 1)
    const within = near < to && x[near]! >= right ? near : to
    const end = column === columns - 1 ? to : indexOf(x, right, start, within)
    stride = Math.max(16, end - start)
    if (end > start) {
      const { low, high } = pyramid.range(start, end)
      if (low >= 0) {
        let last = -1
        for (const i of [start, Math.min(low, high), Math.max(low, high), end - 1]) {
          if (i > last && Number.isFinite(y[i])) kept.push(i)
          last = Math.max(last, i)
        }
        envelope.x.push((edge(column) + edge(column + 1)) / 2)
        envelope.low.push(y[low]!)
        envelope.high.push(y[high]!)
      }
      start = end
    }
  }
  return {
    ...picked(x, y, kept),
    points,
    envelope: {
      x: Float64Array.from(envelope.x),
      low: Float64Array.from(envelope.low),
      high: Float64Array.from(envelope.high),
    },
  }
}

function picked(x: Float64Array, y: Float64Array, indices: readonly number[]): Points {
  return { x: Float64Array.from(indices, (i) => x[i]!), y: Float64Array.from(indices, (i) => y[i]!) }
}
