/** A two-axis sweep as a map: rows and columns of cells, each with its colour and its words. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import type { Spread } from '../../src-main/experiment/event.ts'
import { countOf, spread, STATE_LABELS } from '../text/format.ts'
import {
  outcomeOf,
  OUTCOMES,
  pointText,
  competing,
  isTraining,
  ranked,
  rangeOfOutcome,
  type Outcome,
  type Sweep,
  type SweepAxis,
} from './sweep-model.ts'

interface HeatCell {
  readonly row: ExperimentRow
  readonly value: Spread | null
  /** 0 for the lowest mean of the map, 1 for the highest; null without a value. */
  readonly share: number | null
  /** Its name: settings, result, seeds. */
  readonly name: string
  readonly isBest: boolean
}

export interface HeatMap {
  readonly across: SweepAxis
  readonly down: SweepAxis
  /** `[place down][place across]`, the largest value down first, as on a y axis; null where nothing was run. */
  readonly rows: readonly { readonly text: string; readonly cells: readonly (HeatCell | null)[] }[]
  readonly range: { readonly low: number; readonly high: number } | null
}

/** The first axis goes down, the second across; the longer one across where that is turned. */
export function heatMap(sweep: Sweep, outcome: Outcome): HeatMap | null {
  const [first, second] = sweep.axes
  if (first === undefined || second === undefined) return null
  const turned = first.values.length > second.values.length
  const [across, down] = turned ? [first, second] : [second, first]
  const range = rangeOfOutcome(sweep.points, outcome)
  const [winner] = ranked(sweep.points, outcome)
  const best = winner === undefined ? null : (outcomeOf(winner.row, outcome)?.mean ?? null)
  const among = new Set(competing(sweep.points.map(({ row }) => row)))
  const cells = new Map(
    sweep.points.map((point) => {
      const [one = 0, two = 0] = point.places
      const value = outcomeOf(point.row, outcome)
      const cell: HeatCell = {
        ...{ row: point.row, value },
        share: value === null || range === null ? null : shareOf(value.mean, range),
        name: `${pointText(sweep, point)}: ${cellWords(point.row, value, outcome)}`,
        isBest: value !== null && value.mean === best && among.has(point.row),
      }
      return [turned ? `${two} ${one}` : `${one} ${two}`, cell]
    }),
  )
  const rows = down.values
    .map(({ tick }, i) => ({ text: tick, cells: across.values.map((_, j) => cells.get(`${i} ${j}`) ?? null) }))
    .toReversed()
  return { across, down, rows, range }
}

function shareOf(value: number, { low, high }: { readonly low: number; readonly high: number }): number {
  return high > low ? (value - low) / (high - low) : 0.5
}

function cellWords(row: ExperimentRow, value: Spread | null, outcome: Outcome): string {
  const collapsed = row.collapsedSeeds.length
  const lost =
    collapsed > 0
      ? `${collapsed} of ${row.seeds.length} seeds collapsed`
      : `${countOf(value?.n ?? row.seeds.length, row.seeds.length)} seeds`
  const chance = row.chanceSeeds.length === 0 ? lost : `${lost}, ${row.chanceSeeds.length} at chance`
  const unfinished = row.resultEpoch !== null && row.resultEpoch < row.epochs
  const seeds = unfinished ? `${chance}, after epoch ${row.resultEpoch} of ${row.epochs}` : chance
  if (value === null)
    return collapsed > 0 ? `no result, ${seeds}` : `${STATE_LABELS[row.state].toLowerCase()}, no result yet`
  const running = isTraining(row) ? `, ${STATE_LABELS[row.state].toLowerCase()}` : ''
  return `${OUTCOMES[outcome].label.toLowerCase()} ${spread(value)} %, ${seeds}${running}`
}

/** What stands small in a cell whose mean leaves seeds out, as collapsed or not as far as the others: '2 of 3 seeds'. */
export function seedsMark({ seeds, collapsedSeeds, resultEpoch, testAccuracy }: ExperimentRow): string {
  const n = resultEpoch === null ? seeds.length - collapsedSeeds.length : (testAccuracy?.n ?? seeds.length)
  return n === seeds.length ? '' : `${countOf(n, seeds.length)} seeds`
}
