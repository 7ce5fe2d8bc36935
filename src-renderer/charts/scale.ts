/** Axes: from values to where they stand, and the numbers written beside them; on screen and on paper alike. */
import { ticks as linearTicks } from 'd3-array'
import { scientific, whole } from '../text/format.ts'

export type ScaleKind = 'linear' | 'log' | 'logit'

/** An accuracy nearer to 0 or 1 than one test image in 100,000 can only be exactly that: it is drawn at the edge. */
const LOGIT_EDGE = 1e-5

/** Where a value stands on its axis, in units that are even on it; NaN where it has no place, as 0 on a log axis. */
export function forward(kind: ScaleKind, value: number): number {
  switch (kind) {
    case 'linear':
      return value
    case 'log':
      return value > 0 ? Math.log10(value) : NaN
    case 'logit': {
      if (!(value >= 0 && value <= 1)) return NaN
      const inside = Math.min(1 - LOGIT_EDGE, Math.max(LOGIT_EDGE, value))
      return Math.log10(inside / (1 - inside))
    }
  }
}

export function inverse(kind: ScaleKind, place: number): number {
  switch (kind) {
    case 'linear':
      return place
    case 'log':
      return 10 ** place
    case 'logit':
      return 1 / (1 + 10 ** -place)
  }
}

export interface Range {
  readonly low: number
  readonly high: number
}

/** The values written beside an axis: round ones, at most about `most`, all within the range. */
export function ticksOf(kind: ScaleKind, { low, high }: Range, most: number): readonly number[] {
  const within = (values: readonly number[]): readonly number[] => values.filter((v) => v >= low && v <= high)
  const even = (): readonly number[] => within(linearTicks(low, high, most))
  switch (kind) {
    case 'linear':
      return even()
    case 'log': {
      const first = Math.floor(Math.log10(low))
      const last = Math.ceil(Math.log10(high))
      const decades = (leads: readonly number[], step = 1): readonly number[] => {
        const values: number[] = []
        for (let e = Math.ceil(first / step) * step; e <= last; e += step)
          for (const lead of leads) values.push(lead * 10 ** e)
        return within(values)
      }
      const steps = [1, 2, 3, 5, 10, 20].map((step) => decades([1], step))
      const sets = [decades([1, 2, 3, 4, 5, 6, 7, 8, 9]), decades([1, 2, 5]), decades([1, 3]), ...steps]
      return fitting(sets, most, high >= 10 * low ? null : even)
    }
    case 'logit': {
      const odds = (leads: readonly number[], exponents = [1, 2, 3, 4, 5]): readonly number[] => {
        const small = exponents.flatMap((e) => leads.map((lead) => Number(`${lead}e-${e}`)))
        const all = [...small, 0.5, ...small.map((p) => Number((1 - p).toFixed(6)))]
        return within([...new Set(all)].sort((a, b) => a - b))
      }
      return fitting(
        [odds([1, 2, 3, 4, 5, 6, 7, 8, 9]), odds([1, 2, 5]), odds([1]), odds([1], [1, 3, 5]), odds([1], [2])],
        most,
        high / (1 - high) >= (10 * low) / (1 - low) ? null : even,
      )
    }
  }
}

/** The densest set that is not too dense; evenly spaced values where the range is too narrow for one of three or more. */
function fitting(
  sets: readonly (readonly number[])[],
  most: number,
  even: (() => readonly number[]) | null,
): readonly number[] {
  const chosen = sets.find(({ length }) => length <= most) ?? sets.at(-1) ?? []
  return chosen.length >= 3 || (even === null && chosen.length > 0) ? chosen : (even?.() ?? chosen)
}

/** The numbers of an axis as written, with as many digits as tell them apart and no more. */
export function tickTexts(ticks: readonly number[], kind: ScaleKind, unit: string): readonly string[] {
  const values = unit === 'percent' ? ticks.map((value) => value * 100) : ticks
  const after = unit === 'percent' ? ' %' : unit === 'degrees' ? '°' : ''
  if (kind !== 'linear') return values.map((value) => `${plain(value)}${after}`)
  const [first = 0, second = first + 1] = values
  const step = Math.abs(second - first)
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))
  const largest = Math.max(...values.map(Math.abs))
  if (largest >= 1e7 || (largest < 1e-3 && largest > 0)) return values.map((value) => `${plain(value)}${after}`)
  return values.map((value) => `${digits === 0 ? whole(value) : minus(value.toFixed(digits))}${after}`)
}

/** A round number: 0.995 → '0.995', 2000 → '2 000', 1e-5 → '10⁻⁵'. */
function plain(value: number): string {
  const size = Math.abs(value)
  if (value !== 0 && (size >= 1e6 || size < 1e-3)) return minus(scientific(value, 3)).replace(/^1 × /, '')
  const rounded = Number(value.toPrecision(10))
  return Number.isInteger(rounded) ? whole(rounded) : minus(String(rounded))
}

function minus(text: string): string {
  return text.replace('-', '−').replace(/^−(0(\.0*)?)$/, '$1')
}
