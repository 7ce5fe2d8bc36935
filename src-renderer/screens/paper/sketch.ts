/** Paths of a sketch, in a box of its own units. */
import { extent } from 'd3-array'
import type { ExhibitLine } from '../../exhibits/exhibit-table.ts'
import type { ShownExhibit } from './paper-watch.svelte.ts'

export const SKETCH = { width: 260, height: 92 }
const MARGIN = 4
/** More points than the sketch has pixels are not seen. */
const MOST_POINTS = 60

interface SketchedCurve {
  /** Paths; empty where there is nothing. */
  readonly band: string
  readonly mean: string
  readonly ours: string
}

/** Null for a table. */
export function curvesIn({ exhibit, state }: ShownExhibit): readonly SketchedCurve[] | null {
  if (exhibit.curves.length === 0 || exhibit.x === null) return null
  const { at } = exhibit.x
  const all = exhibit.curves.flatMap(({ mean, low, high }) => [...mean, ...(low ?? []), ...(high ?? [])])
  const ours = state.curves.flatMap(({ mean }) => mean)
  const [least, most] = extent([...all, ...ours].filter((value) => value !== null))
  const [first, last] = extent(at)
  const x = along(first, last, MARGIN, SKETCH.width - MARGIN)
  const y = along(least, most, SKETCH.height - MARGIN, MARGIN)
  return exhibit.curves.map(({ mean, low, high }, i) => {
    const places = at.slice(0, mean.length)
    const step = Math.max(1, Math.ceil(places.length / MOST_POINTS))
    const kept = places.map((_, index) => index).filter((index) => index % step === 0 || index === places.length - 1)
    const points = (values: readonly (number | null)[]): string[] =>
      kept.flatMap((index) => {
        const value = values[index] ?? null
        return value === null ? [] : [`${short(x(places[index] ?? 0))} ${short(y(value))}`]
      })
    const own = state.curves[i]
    const drawn = (own?.at ?? []).flatMap((place, index) =>
      index % step === 0 || index === (own?.at.length ?? 0) - 1
        ? [`${short(x(place))} ${short(y(own?.mean[index] ?? 0))}`]
        : [],
    )
    return {
      band: low === null || high === null ? '' : pathOf([...points(high), ...points(low).toReversed()], 'Z'),
      mean: pathOf(points(mean)),
      ours: pathOf(drawn),
    }
  })
}

interface SketchedInterval {
  readonly y: number
  readonly height: number
  /** Mean ± sd as published, and our mean; null where there is none. */
  readonly from: number | null
  readonly to: number | null
  readonly at: number | null
  readonly rule: string
}

/** As many rows as can be told apart. */
const MOST_ROWS = 16

export function intervalsIn(lines: readonly ExhibitLine[]): readonly SketchedInterval[] {
  const rows = lines.slice(0, MOST_ROWS)
  const [least, most] = extent(
    rows.flatMap(({ compared: { published, ours } }) => [
      ...(published === null ? [] : [published.mean - published.sd, published.mean + published.sd]),
      ...(ours === null ? [] : [ours.mean]),
    ]),
  )
  const x = along(least, most, MARGIN, SKETCH.width - MARGIN)
  const pitch = (SKETCH.height - 2 * MARGIN) / Math.max(1, rows.length)
  const height = Math.min(7, Math.max(2, pitch * 0.5))
  return rows.map(({ compared: { published, ours }, row }, i) => ({
    y: MARGIN + pitch * (i + 0.5) - height / 2,
    height,
    from: published && x(published.mean - published.sd),
    to: published && x(published.mean + published.sd),
    at: ours && x(ours.mean),
    rule: row.rule,
  }))
}

function along(low = 0, high = 1, from: number, to: number): (value: number) => number {
  return (value) => (high > low ? from + ((value - low) / (high - low)) * (to - from) : (from + to) / 2)
}

const short = (value: number): string => value.toFixed(1)

function pathOf(points: readonly string[], end = ''): string {
  return points.length === 0 ? '' : `M${points.join('L')}${end}`
}
