/** The entries of a legend in rows: a key and its words each, as many beside each other as fit. */
import { cut, type Measure } from './scene.ts'

/** Width of a key, and of it with the room behind it, in font sizes. */
export const KEY = 2.6
export const KEY_AND_ROOM = KEY + 0.5
/** From row to row, in font sizes. */
export const ROW = 1.4

export interface PlacedEntry<E> {
  readonly entry: E
  /** Of its key, from the legend's left edge. */
  readonly x: number
}

/** In as many rows as they need; what is longer than a row is cut. */
export function legendRows<E extends { readonly text: string }>(
  entries: readonly E[],
  width: number,
  size: number,
  measure: Measure,
): readonly (readonly PlacedEntry<E>[])[] {
  const rows: PlacedEntry<E>[][] = []
  let x = Infinity
  for (const whole of entries) {
    const entry = { ...whole, text: cut(whole.text, width - size * KEY_AND_ROOM, size, measure) }
    const needs = size * KEY_AND_ROOM + measure(entry.text, size)
    if (x + needs > width) {
      rows.push([])
      x = 0
    }
    rows.at(-1)?.push({ entry, x })
    x += needs + size * 1.2
  }
  return rows
}
