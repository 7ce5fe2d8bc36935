/** Parallel coordinates of a sweep: where its axes stand, a line for every experiment, and which lines a brush lets pass. */
import { percent } from '../../text/format.ts'
import {
  outcomeOf,
  OUTCOMES,
  positionOf,
  type Outcome,
  type Sweep,
  type SweepPoint,
} from '../../experiments/sweep-model.ts'

/** From the foot of an axis (0) to its top (1), both included. */
export interface Brush {
  readonly low: number
  readonly high: number
}

interface ParallelAxis {
  readonly key: string
  readonly label: string
  readonly symbol: string | undefined
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  /** Where a brush's edge may rest with the keyboard. */
  readonly stops: readonly number[]
}

interface ParallelLine {
  readonly point: SweepPoint
  /** One for each axis; the last is the outcome's. */
  readonly at: readonly number[]
  /** Mean ± sd on the outcome's axis, cut where the axis ends; null for one seed. */
  readonly whisker: Brush | null
  /** 0 for the lowest mean, 1 for the highest. */
  readonly share: number
}

export interface Parallel {
  readonly axes: readonly ParallelAxis[]
  /** The lowest first, so that the best are drawn on top. */
  readonly lines: readonly ParallelLine[]
  /** What the foot and the top of the outcome's axis stand for. */
  readonly range: { readonly low: number; readonly high: number }
}

const TICKS = 5

/** Only experiments with a value have a line. */
export function parallel(sweep: Sweep, outcome: Outcome): Parallel {
  const valued = sweep.points.flatMap((point) => {
    const value = outcomeOf(point.row, outcome)
    return value === null ? [] : [{ point, value }]
  })
  const edges = valued.flatMap(({ value: { mean, sd, n } }) => (n > 1 ? [mean - sd, mean + sd] : [mean]))
  const low = Math.max(0, Math.min(...edges))
  const high = Math.min(1, Math.max(...edges))
  const scaled = (value: number): number => (high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5)
  const means = valued.map(({ value }) => value.mean)
  const [least, most] = [Math.min(...means), Math.max(...means)]
  const axes = sweep.axes.map((axis): ParallelAxis => {
    const { key, label, symbol, values } = axis
    const ticks = values.map(({ tick }, place) => ({ text: tick, at: positionOf(axis, place) }))
    return { key, label, symbol, ticks, stops: ticks.map(({ at }) => at) }
  })
  const measured: ParallelAxis = {
    ...{ key: outcome, label: OUTCOMES[outcome].label, symbol: undefined },
    ticks:
      valued.length === 0
        ? []
        : ticksBetween(low, high).map(({ value, digits }) => ({ at: scaled(value), text: percent(value, digits) })),
    stops: [...new Set([0, ...means.map(scaled), 1])].sort((a, b) => a - b),
  }
  const lines = valued
    .map(({ point, value: { mean, sd, n } }): ParallelLine => ({
      point,
      at: [...sweep.axes.map((axis, i) => positionOf(axis, point.places[i] ?? 0)), scaled(mean)],
      whisker: n > 1 ? { low: scaled(mean - sd), high: scaled(mean + sd) } : null,
      share: most > least ? (mean - least) / (most - least) : 0.5,
    }))
    .sort((a, b) => a.share - b.share)
  return { axes: [...axes, measured], lines, range: valued.length === 0 ? { low: 0, high: 1 } : { low, high } }
}

/** About five round numbers, with the digits that tell them apart in per cent. */
function ticksBetween(low: number, high: number): readonly { readonly value: number; readonly digits: number }[] {
  const rough = (high - low) / TICKS
  if (!(rough > 0)) return [{ value: low, digits: 2 }]
  const size = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * size).find((candidate) => candidate >= rough) ?? rough
  const first = Math.ceil(low / step)
  const digits = Math.max(0, Math.ceil(-Math.log10(step * 100) - 1e-9))
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => ({ value: (first + i) * step, digits }))
}

const CLOSE = 1e-6

/** Whether a line passes every brush. */
export function passes({ at }: Pick<ParallelLine, 'at'>, brushes: readonly (Brush | null)[]): boolean {
  return at.every((position, i) => {
    const brush = brushes[i] ?? null
    return brush === null || (position >= brush.low - CLOSE && position <= brush.high + CLOSE)
  })
}

/**
 * Ids of the experiments that pass every brush. One without a result has no line, and is not lost: it passes as its
 * settings do, until the outcome itself is brushed.
 */
export function passing(
  sweep: Sweep,
  { lines, axes }: Parallel,
  brushes: readonly (Brush | null)[],
): ReadonlySet<string> {
  const lineOf = new Map(lines.map((line) => [line.point, line]))
  const outcomeBrushed = (brushes[axes.length - 1] ?? null) !== null
  const passed = sweep.points.filter((point) => {
    const line = lineOf.get(point)
    if (line !== undefined) return passes(line, brushes)
    const at = sweep.axes.map((axis, i) => positionOf(axis, point.places[i] ?? 0))
    return !outcomeBrushed && passes({ at }, brushes)
  })
  return new Set(passed.map(({ row }) => row.id))
}

/** A brush with one edge moved: by a stop up or down, never past the other edge; null when it covers the whole axis. */
export function stepped(
  { stops }: ParallelAxis,
  brush: Brush | null,
  edge: 'low' | 'high',
  direction: 1 | -1,
): Brush | null {
  const { low, high } = brush ?? { low: 0, high: 1 }
  const from = edge === 'low' ? low : high
  const next =
    direction === 1 ? stops.find((stop) => stop > from + CLOSE) : stops.findLast((stop) => stop < from - CLOSE)
  const to = next ?? (direction === 1 ? 1 : 0)
  return whole(edge === 'low' ? { low: Math.min(to, high), high } : { low, high: Math.max(to, low) })
}

/** As it was dragged, from either end. */
export function dragged(from: number, to: number): Brush | null {
  const [low = 0, high = 1] = [from, to].map((at) => Math.min(1, Math.max(0, at))).sort((a, b) => a - b)
  return whole({ low, high })
}

function whole(brush: Brush): Brush | null {
  return brush.low <= CLOSE && brush.high >= 1 - CLOSE ? null : brush
}

/** The nearest tick's text, for whoever hears where an edge stands. */
export function tickNear({ ticks }: ParallelAxis, at: number): string {
  const [nearest] = ticks.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))
  return nearest?.text ?? ''
}
