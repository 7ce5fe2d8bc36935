/** The entries of a legend, a key and its words each: in rows below each other, or in a column. Long names are wrapped, never cut. */
import { PAPER } from './paper.ts'
import { wrapped, type Measure, type Words } from './scene.ts'

/** Width of a key, and of it with the room behind it, in font sizes. */
export const KEY = 2.6
const KEY_AND_ROOM = KEY + 0.5
/** From entry to entry, and from line to line of one, in font sizes. */
const ROW = 1.4
const LEADING = 1.15

export interface PlacedEntry<E> {
  readonly entry: E
  readonly lines: readonly string[]
  /** Left end and middle of its key, from the legend's left top. */
  readonly x: number
  readonly y: number
}

export interface Legend<E> {
  readonly width: number
  readonly height: number
  readonly placed: readonly PlacedEntry<E>[]
}

interface Named {
  readonly text: string
}

/** In as many rows as they need, as many beside each other as fit. */
export function legendRows<E extends Named>(
  entries: readonly E[],
  width: number,
  size: number,
  measure: Measure,
): Legend<E> {
  const placed: PlacedEntry<E>[] = []
  let [x, top, deepest] = [0, 0, 0]
  for (const entry of entries) {
    const { lines, width: needs } = wrappedEntry(entry, width, size, measure)
    if (x > 0 && x + needs > width) {
      top += heightOf(deepest, size)
      ;[x, deepest] = [0, 0]
    }
    placed.push({ entry, lines, x, y: top + (size * ROW) / 2 })
    deepest = Math.max(deepest, lines.length)
    x += needs + size * 1.2
  }
  return { width, height: top + heightOf(deepest, size), placed }
}

/** One below the other; no wider than `most`. */
export function legendColumn<E extends Named>(
  entries: readonly E[],
  most: number,
  size: number,
  measure: Measure,
): Legend<E> {
  let [widest, height] = [0, 0]
  const placed = entries.map((entry): PlacedEntry<E> => {
    const { lines, width } = wrappedEntry(entry, most, size, measure)
    widest = Math.max(widest, width)
    const y = height + (size * ROW) / 2
    height += heightOf(lines.length, size)
    return { entry, lines, x: 0, y }
  })
  return { width: widest, height, placed }
}

function wrappedEntry(
  { text }: Named,
  width: number,
  size: number,
  measure: Measure,
): { readonly lines: readonly string[]; readonly width: number } {
  const lines = wrapped(text, width - size * KEY_AND_ROOM, size, measure)
  return { lines, width: size * KEY_AND_ROOM + Math.max(0, ...lines.map((line) => measure(line, size))) }
}

function heightOf(lines: number, size: number): number {
  return lines === 0 ? 0 : size * (ROW + (lines - 1) * LEADING)
}

/** The words of an entry whose key begins at x and is in the middle of y. */
export function legendWords(lines: readonly string[], x: number, y: number, size: number): readonly Words[] {
  return lines.map((text, i) => ({
    ...{ kind: 'words', x: x + size * KEY_AND_ROOM, y: y + size * (0.35 + i * LEADING), text, size },
    ...{ color: PAPER.ink, anchor: 'start', role: 'legend' },
  }))
}
