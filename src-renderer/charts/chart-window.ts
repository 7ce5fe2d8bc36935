/** Looking closer at a stretch of x, and along it: windows on an axis, never wider than all there is. */
import { forward, inverse, type Range, type ScaleKind } from './scale.ts'

/** A window with its ends put in order and kept within the whole; null where it would show all. */
export function windowWithin(whole: Range, { low, high }: Range): Range | null {
  const from = Math.max(whole.low, Math.min(low, high))
  const to = Math.min(whole.high, Math.max(low, high))
  if (!(to > from) || (from <= whole.low && to >= whole.high)) return null
  return { low: from, high: to }
}

/** A window `factor` times as wide around a value that stays where it is; never narrower than `least`. */
export function zoomed(
  kind: ScaleKind,
  whole: Range,
  now: Range,
  { around, factor, least }: { readonly around: number; readonly factor: number; readonly least: number },
): Range | null {
  const [from, to, at] = [now.low, now.high, around].map((value) => forward(kind, value)) as [number, number, number]
  const next = { low: inverse(kind, at - (at - from) * factor), high: inverse(kind, at + (to - at) * factor) }
  return next.high - next.low < least && factor < 1 ? windowWithin(whole, now) : windowWithin(whole, next)
}

/** A window moved along by a share of its own width, stopped at the ends of all there is. */
export function panned(kind: ScaleKind, whole: Range, now: Range, share: number): Range | null {
  const [from, to, first, last] = [now.low, now.high, whole.low, whole.high].map((value) => forward(kind, value)) as [
    number,
    number,
    number,
    number,
  ]
  const by = Math.min(last - to, Math.max(first - from, (to - from) * share))
  return windowWithin(whole, { low: inverse(kind, from + by), high: inverse(kind, to + by) })
}
