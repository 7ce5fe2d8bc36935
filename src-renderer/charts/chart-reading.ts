/** What a chart says where the crosshair stands: of every named line its value, and what else there is to know beside it. */
import { shown as number, unitAfter, type ChartModel, type Line } from './chart-model.ts'
import { nearestIndex, type Drawn } from './chart-view.ts'
import { indexOf, pyramidOf } from './pyramid.ts'

interface ReadingRow {
  readonly line: Line
  /** Pixels. */
  readonly x: number
  readonly y: number
  readonly text: string
  readonly beside: string
}

export interface Reading {
  readonly at: number
  /** Pixels. */
  readonly x: number
  readonly rows: readonly ReadingRow[]
  /** Lines that found no room. */
  readonly more: number
}

interface Geometry {
  readonly xOf: (value: number) => number
  readonly yOf: (value: number) => number
  readonly xAt: (pixel: number) => number
}

const MOST_ROWS = 10
/** A line whose nearest point is further away has nothing to say here. */
const NEAR_PIXELS = 24

export function readingAt(
  { lines }: Drawn,
  at: number,
  { xOf, yOf, xAt }: Geometry,
  model: Pick<ChartModel, 'unit' | 'band'>,
): Reading {
  const { unit } = model
  const isSd = model.band?.chosen === 'sd'
  const x = xOf(at)
  const shown = (value: number): string => number(value, unit).replace('-', '−')
  const after = unit === 'percent' ? unitAfter(unit) : ''
  const rows = lines.flatMap(({ line, main, raw, envelope }): ReadingRow[] => {
    if (line.thin === true) return []
    const i = nearestIndex(line, at)
    const value = line.y[i]
    const place = xOf(line.x[i] ?? NaN)
    if (value === undefined || !(Math.abs(place - x) <= NEAR_PIXELS)) return []
    const beside: string[] = []
    let height = value
    if (raw !== null) {
      height = main.y[nearestIndex(main, line.x[i]!)] ?? value
      beside.push(`smoothed ${shown(height)}`)
    }
    const low = line.low?.[i] ?? NaN
    const high = line.high?.[i] ?? NaN
    // What bands mean here is not said of those that were published: such a one is told by its width where it is even.
    const even = line.reference === true ? Math.abs(high + low - 2 * value) < 1e-3 * (high - low) : isSd
    if (high > low) beside.push(even ? `± ${shown(high - value)}` : `${shown(low)} to ${shown(high)}`)
    if (envelope !== null) {
      const here = pyramidOf(line.y).range(indexOf(line.x, xAt(x - 0.5)), indexOf(line.x, xAt(x + 0.5)) + 1)
      if (here.low >= 0) beside.push(`${shown(line.y[here.low]!)} to ${shown(line.y[here.high]!)} around`)
    }
    return [{ line, x: place, y: yOf(height), text: `${shown(value)}${after}`, beside: beside.join(' · ') }]
  })
  return { at, x, rows: rows.slice(0, MOST_ROWS), more: Math.max(0, rows.length - MOST_ROWS) }
}
