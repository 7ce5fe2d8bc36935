/** Curves of several seeds as one: their mean at every x, and a band around it. */
import { quantileSorted } from 'd3-array'
import { BAND_RESAMPLES, type Interval } from './bootstrap.ts'
import { meanInterval } from './mean-interval.ts'

/** One standard deviation to either side, 25–75 %, or the 95 % interval of the mean. */
export const CURVE_BANDS = ['sd', 'quartiles', 'ci'] as const
export type CurveBand = (typeof CURVE_BANDS)[number]

export interface Curve {
  readonly x: Float64Array
  readonly y: Float64Array
}

interface BandedCurve extends Curve {
  /** NaN where fewer than two seeds have a value. */
  readonly low: Float64Array
  readonly high: Float64Array
  /** Seeds with a value at each x. */
  readonly n: Uint32Array
}

/** Beyond so many points an interval of the mean is taken at every second, third… of them, and drawn straight between. */
const MOST_INTERVALS = 400

/** At every x that any of the curves has; values that are not finite do not count. */
export function bandedCurve(curves: readonly Curve[], band: CurveBand): BandedCurve {
  const at = new Map<number, number[]>()
  for (const { x, y } of curves)
    for (let i = 0; i < x.length; i++) {
      const value = y[i] as number
      if (!Number.isFinite(value)) continue
      const values = at.get(x[i] as number)
      if (values === undefined) at.set(x[i] as number, [value])
      else values.push(value)
    }
  const points = [...at].sort(([a], [b]) => a - b)
  const mean = points.map(([, values]) => values.reduce((sum, value) => sum + value, 0) / values.length)
  const low = new Float64Array(points.length).fill(NaN)
  const high = new Float64Array(points.length).fill(NaN)
  const every = band === 'ci' ? Math.ceil(points.length / MOST_INTERVALS) : 1
  points.forEach(([, values], i) => {
    if (values.length < 2 || (i % every !== 0 && i !== points.length - 1)) return
    const edges = edgesOf(values, mean[i] as number, band)
    low[i] = edges.low
    high[i] = edges.high
  })
  const x = Float64Array.from(points, ([place]) => place)
  if (every > 1) for (const edge of [low, high]) drawStraight(x, edge, points)
  return { x, y: Float64Array.from(mean), low, high, n: Uint32Array.from(points, ([, { length }]) => length) }
}

function edgesOf(values: number[], mean: number, band: CurveBand): Interval {
  switch (band) {
    case 'sd': {
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      const sd = Math.sqrt(squares / (values.length - 1))
      return { low: mean - sd, high: mean + sd }
    }
    case 'quartiles': {
      const sorted = values.toSorted((a, b) => a - b)
      return { low: quantileSorted(sorted, 0.25) ?? NaN, high: quantileSorted(sorted, 0.75) ?? NaN }
    }
    case 'ci':
      return meanInterval(values, BAND_RESAMPLES) ?? { low: NaN, high: NaN }
    default:
      return band satisfies never
  }
}

/** Between the intervals that were taken; not where there are fewer than two seeds. */
function drawStraight(
  x: Float64Array,
  edge: Float64Array,
  points: readonly (readonly [number, readonly number[]])[],
): void {
  let before = -1
  for (let i = 0; i < edge.length; i++) {
    if (!Number.isFinite(edge[i])) continue
    for (let between = before + 1; before >= 0 && between < i; between++) {
      if ((points[between]?.[1].length ?? 0) < 2) continue
      const share = ((x[between] as number) - (x[before] as number)) / ((x[i] as number) - (x[before] as number))
      edge[between] = (edge[before] as number) + share * ((edge[i] as number) - (edge[before] as number))
    }
    before = i
  }
}
