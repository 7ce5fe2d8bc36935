/** What of a chart is to be seen: its axes, and of every line the points that the pixels of a window can show. */
import type { ChartModel, Line } from './chart-model.ts'
import { indexOf, pyramidOf, seen, visible, type Points } from './pyramid.ts'
import { forward, inverse, ticksOf, type Range, type ScaleKind } from './scale.ts'
import { smoothedOf, type Smoothing } from './smoothing.ts'

/** How a person wants a chart drawn. */
export interface ChartChoice {
  readonly x: Exclude<ScaleKind, 'logit'>
  readonly y: ScaleKind
  readonly smoothing: Smoothing
}

export const PLAIN: ChartChoice = { x: 'linear', y: 'linear', smoothing: { kind: 'none', span: 20 } }

export interface Axis extends Range {
  readonly kind: ScaleKind
}

export interface Edges {
  readonly x: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

export interface DrawnLine {
  readonly line: Line
  readonly main: Points
  /** The line as measured, thin behind its smoothed self; null where it is drawn as it is. */
  readonly raw: Points | null
  /** From the lowest to the highest value a pixel, where a pixel holds many. */
  readonly envelope: Edges | null
  readonly band: Edges | null
}

export interface Drawn {
  readonly x: Axis
  readonly y: Axis
  readonly lines: readonly DrawnLine[]
}

/** In the order in which they are drawn: what was published lies behind all else. */
export function behindFirst(lines: readonly DrawnLine[]): readonly DrawnLine[] {
  const behind = ({ line }: DrawnLine): boolean => line.reference === true
  return [...lines.filter(behind), ...lines.filter((one) => !behind(one))]
}

/** Everything there is along x; on a log axis, what of it has a place there. */
export function wholeRange(model: ChartModel, kind: ScaleKind): Range {
  if (model.along !== undefined && (kind !== 'log' || model.along.low > 0)) return model.along
  let low = Infinity
  let high = -Infinity
  for (const { x } of model.lines) {
    const first = kind === 'log' ? indexOf(x, Number.MIN_VALUE) : 0
    if (first >= x.length) continue
    low = Math.min(low, x[first]!)
    high = Math.max(high, x[x.length - 1]!)
  }
  if (low === Infinity) return { low: 1, high: 2 }
  // Before the first epoch has ended, its fractions have the axis for themselves: later epochs would leave them no room.
  const begun = model.xLabel === 'epoch' && high < 1
  if (!begun) high = Math.max(high, ...(model.early?.x ?? []))
  if (kind === 'log') return { low, high: high > low ? high : low * 10 }
  if (model.distribution === true) return { low, high: high > low ? high : low + 1 }
  low = Math.min(low, model.xLabel === 'epoch' && low >= 1 ? 1 : 0)
  return { low, high: begun ? high : Math.max(high, low + 1) }
}

/** `columns`: how many pixels wide. A window of x, or null for all. */
export function drawnOf(model: ChartModel, choice: ChartChoice, window: Range | null, columns: number): Drawn {
  const x: Axis = { kind: choice.x, ...(window ?? wholeRange(model, choice.x)) }
  const from = forward(x.kind, x.low)
  const step = (forward(x.kind, x.high) - from) / columns
  // The ends are told as they are, without the rounding of there and back.
  const edge = (column: number): number =>
    column === 0 ? x.low : column === columns ? x.high : inverse(x.kind, from + step * column)
  const pixels = { columns, edge }
  const lines = model.lines.map((line): DrawnLine => {
    // What was published is shown as it was published.
    const smooth = choice.smoothing.kind !== 'none' && line.thin !== true && line.reference !== true
    const { envelope, ...points } = seen(line, pyramidOf(line.y), pixels)
    if (!smooth) return { line, main: points, raw: null, envelope, band: bandOf(line, x, pixels) }
    const y = smoothedOf(line.y, choice.smoothing)
    const main = seen({ x: line.x, y }, pyramidOf(y), pixels)
    return { line, main, raw: points, envelope, band: bandOf(line, x, pixels) }
  })
  return { x, y: { kind: choice.y, ...heightOf(model, choice.y, x, window === null, lines) }, lines }
}

function bandOf(
  { x, low, high }: Line,
  { low: from, high: to }: Range,
  pixels: Parameters<typeof seen>[2],
): Edges | null {
  if (low === undefined || high === undefined) return null
  const part = visible(x, from, to)
  if (part.to - part.from <= 4 * pixels.columns) {
    const cut = (values: Float64Array): Float64Array => values.subarray(part.from, part.to)
    return { x: cut(x), low: cut(low), high: cut(high) }
  }
  const below = seen({ x, y: low }, pyramidOf(low), pixels).envelope
  const above = seen({ x, y: high }, pyramidOf(high), pixels).envelope
  return below === null || above?.x.length !== below.x.length ? null : { x: below.x, low: below.low, high: above.high }
}

/** The range of y that holds all that is seen, with a little air: 0 to 1 where nothing is. */
function heightOf(model: ChartModel, kind: ScaleKind, x: Range, all: boolean, lines: readonly DrawnLine[]): Range {
  let low = Infinity
  let high = -Infinity
  const hold = (value: number): void => {
    const place = forward(kind, value)
    if (Number.isNaN(place)) return
    low = Math.min(low, place)
    high = Math.max(high, place)
  }
  for (const { line, main, raw, band } of lines) {
    for (const points of [main, raw])
      points?.y.forEach((value, i) => {
        const at = points.x[i]!
        if (at >= x.low && at <= x.high) hold(value)
      })
    for (const edge of line.low === undefined ? [] : [band?.low, band?.high])
      edge?.forEach((value, i) => {
        const at = band?.x[i] ?? NaN
        if (at >= x.low && at <= x.high) hold(value)
      })
  }
  if (low === Infinity) return kind === 'log' ? { low: 0.1, high: 1 } : { low: 0.001, high: 0.999 }
  if (all && model.published !== undefined) {
    hold(model.published.mean - model.published.sd)
    hold(model.published.mean + model.published.sd)
  }
  model.early?.x.forEach((at, i) => {
    if (at < x.low || at > x.high) return
    hold((model.early?.mean[i] ?? NaN) - (model.early?.half[i] ?? 0))
    hold((model.early?.mean[i] ?? NaN) + (model.early?.half[i] ?? 0))
  })
  const air = (high - low || (kind === 'linear' ? Math.abs(high) * 0.1 : 0.3) || 1) * 0.08
  const range = { low: inverse(kind, low - air), high: inverse(kind, high + air) }
  return kind === 'linear' && model.unit === 'percent'
    ? { low: Math.max(0, range.low), high: Math.min(1, range.high) }
    : range
}

/** Epochs, batches and iterations are counted: nothing stands between two of them, but for batches within an epoch. */
const COUNTED = new Set(['epoch', 'batch', 'iteration', 'step'])
const FEW_EPOCHS = 3

/** Round numbers along x, and the end, which is always told: a round number just before it would run into it. */
export function xTicks(model: ChartModel, axis: Axis, most: number): readonly number[] {
  const fractions = model.lines.some(({ light }) => light === true) && axis.high - axis.low < FEW_EPOCHS
  const counted = COUNTED.has(model.xLabel) && !fractions
  const ticks = ticksOf(axis.kind, axis, most).filter((tick) => !counted || Number.isInteger(tick))
  if (axis.kind !== 'linear' || !counted) return ticks
  const near = ((axis.high - axis.low) * 0.55) / most
  const ends = [axis.low, axis.high].filter((end) => Number.isInteger(end))
  const inner = ticks.filter((tick) => ends.every((end) => Math.abs(tick - end) >= near))
  return [...new Set([...inner, ...ends])].sort((a, b) => a - b)
}

/** The point of a line nearest to an x; −1 for an empty line. */
export function nearestIndex({ x, y }: Points, at: number): number {
  const right = indexOf(x, at)
  let i = right >= x.length || (right > 0 && at - x[right - 1]! < x[right]! - at) ? right - 1 : right
  // A value that was not taken is passed over, to the left, where lines come from.
  while (i >= 0 && !Number.isFinite(y[i])) i--
  return i
}
