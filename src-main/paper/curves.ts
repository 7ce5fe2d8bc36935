/** A published curve beside the one trained here, point by point. */
import { spreadOf } from '../experiment/spread.ts'
import type { Exhibit, PaperRow, PublishedCurve } from './paper.ts'
import {
  compared,
  countingOf,
  fillingOf,
  publishedSpread,
  toleranceOf,
  type Compared,
  type Filling,
} from './row-state.ts'
import { takes, valuesIn } from './row-seeds.ts'
import { experimentOf } from './rows.ts'
import type { TrainedRun } from './trained.ts'
import { isAccuracy, type Wanted } from './values.ts'

export interface CurveState extends Compared {
  readonly row: string
  readonly label: string
  readonly from: Filling['from']
  /** Ours at the places where the paper has a point, as far as it was trained; its band is of the kind of the exhibit's. */
  readonly at: readonly number[]
  readonly mean: readonly number[]
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
  /** Seeds at each place. */
  readonly n: readonly number[]
  readonly near: Nearness | null
}

export interface Nearness {
  /** Points of ours, and those of them within the published band. */
  readonly points: number
  readonly inside: number
  /** The largest distance between the means, and where. */
  readonly largest: number
  readonly largestAt: number
}

/** Published numbers were read to seven digits; on the band's edge is inside. */
const READ_TO = 5e-7

export function wantedOf(exhibit: Exhibit, curve: PublishedCurve): Wanted {
  return { quantity: curve.quantity ?? exhibit.quantity, series: curve.series }
}

export function curveState(
  exhibit: Exhibit,
  curve: PublishedCurve,
  row: PaperRow,
  lab: readonly TrainedRun[],
  shipped: readonly TrainedRun[],
): CurveState {
  const wanted = wantedOf(exhibit, curve)
  const { unit, at: places } = exhibit.x ?? { unit: 'epoch' as const, at: [] }
  const experiment = experimentOf(row)
  const epochs = experiment?.training.epochs ?? 0
  const taking = (runs: readonly TrainedRun[]): readonly TrainedRun[] =>
    runs.filter((run) => experiment !== null && takes(run.experiment, wanted, experiment))
  const filling = fillingOf(taking(lab), taking(shipped), epochs, wanted)
  const { seeds, drawn, epoch } = countingOf(row, filling)
  const each = drawn.map((one) => valuesIn(one, wanted, unit))
  const published = places.slice(0, curve.mean.length)
  const points = published.flatMap((at, i) => {
    const spread = spreadOf(each.map((values) => values.get(at) ?? null))
    return spread === null ? [] : [{ at, i, spread }]
  })
  const half = points.map(({ spread: { sd, n } }) =>
    n < 2 ? null : sd * (exhibit.band === 'population sd' ? Math.sqrt((n - 1) / n) : 1),
  )
  const last = points.at(-1)
  const ends = last?.i === published.length - 1
  const end = spreadOf(seeds.map((one) => valuesIn(one, wanted, unit).get(last?.at ?? NaN) ?? null))
  const printed = printedEnd(exhibit, curve, row, wanted)
  return {
    row: row.id,
    label: curve.label,
    from: filling.from,
    at: points.map(({ at }) => at),
    mean: points.map(({ spread }) => spread.mean),
    low: points.map(({ spread }, i) => minus(spread.mean, half[i])),
    high: points.map(({ spread }, i) => minus(spread.mean, half[i], -1)),
    n: points.map(({ spread }) => spread.n),
    near: nearness(curve, points),
    ...compared(
      end,
      printed,
      // A measure ends with the last batch that it is taken after.
      ends ? epochs : epoch,
      epochs,
      toleranceOf(wanted, seeds, end?.mean),
    ),
    ...(last !== undefined && !ends ? { verdict: 'not finished' as const } : {}),
  }
}

function minus(mean: number, half: number | null | undefined, sign = 1): number | null {
  return half === null || half === undefined ? null : mean - sign * half
}

/** Of an accuracy the row's own number, which knows of lost seeds; else the end of the curve, its band as a sample deviation. */
function printedEnd(
  exhibit: Exhibit,
  curve: PublishedCurve,
  row: PaperRow,
  { quantity }: Wanted,
): Compared['published'] {
  if (isAccuracy(quantity)) {
    const own = publishedSpread(row, quantity)
    if (own !== null) return own
  }
  const mean = curve.mean.at(-1) ?? null
  if (mean === null) return null
  const [low, high] = [curve.low?.at(-1) ?? mean, curve.high?.at(-1) ?? mean]
  const { n } = curve
  const widened = exhibit.band === 'population sd' && n > 1 ? Math.sqrt(n / (n - 1)) : 1
  return { mean, sd: ((high - low) / 2) * widened, n }
}

function nearness(
  { mean, low, high }: PublishedCurve,
  points: readonly { readonly at: number; readonly i: number; readonly spread: { readonly mean: number } }[],
): Nearness | null {
  let inside = 0
  let largest = 0
  let largestAt = points[0]?.at ?? 0
  let count = 0
  for (const { at, i, spread } of points) {
    const theirs = mean[i] ?? null
    if (theirs === null) continue
    count++
    const from = (low?.[i] ?? theirs) - READ_TO
    const to = (high?.[i] ?? theirs) + READ_TO
    if (spread.mean >= from && spread.mean <= to) inside++
    const distance = Math.abs(spread.mean - theirs)
    if (distance > largest) {
      largest = distance
      largestAt = at
    }
  }
  return count === 0 ? null : { points: count, inside, largest, largestAt }
}
