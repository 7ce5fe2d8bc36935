/** A sweep read from its experiments' rows: the axes it went along, and what stands at each point. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import type { Spread } from '../../src-main/experiment/event.ts'
import { significant } from '../text/format.ts'
import { ruleCard, settingWords, type Vocabulary } from '../text/setting-words.ts'
import { sweptText } from './swept-value.ts'

export interface SweepAxis {
  readonly key: string
  readonly label: string
  readonly symbol: string | undefined
  /** Distinct, numbers rising. */
  readonly values: readonly AxisValue[]
  /** 'log' where numbers grow by about equal factors; 'category' where they are not all numbers. */
  readonly scale: 'linear' | 'log' | 'category'
}

interface AxisValue {
  readonly text: string
  /** Shorter, at an axis: as many digits as tell the values apart, and at least three. */
  readonly tick: string
  readonly number: number | null
}

export interface SweepPoint {
  readonly row: ExperimentRow
  /** Which value of each axis. */
  readonly places: readonly number[]
}

export interface Sweep {
  /** Only those along which something changes. */
  readonly axes: readonly SweepAxis[]
  readonly points: readonly SweepPoint[]
}

export function readSweep(rows: readonly ExperimentRow[], words: Vocabulary): Sweep {
  const rule = ruleCard(words, rows[0]?.rule ?? '')
  const members = rows.filter(({ sweep }) => sweep !== null)
  const keys = [...new Set(members.flatMap(({ sweep }) => sweep?.settings.map(({ key }) => key) ?? []))]
  const valueOf = (row: ExperimentRow, key: string): unknown =>
    row.sweep?.settings.find((setting) => setting.key === key)?.value ?? null
  const all = keys.map((key): SweepAxis => {
    const { label, symbol } = settingWords(key, rule, words)
    const distinct = new Map(
      members.map((row) => {
        const value = valueOf(row, key)
        const text = sweptText(key, value, rule)
        return [text, { text, tick: text, number: typeof value === 'number' ? value : null }]
      }),
    )
    const values = [...distinct.values()]
    const numeric = values.every(({ number }) => number !== null)
    if (numeric) values.sort((a, b) => (a.number ?? 0) - (b.number ?? 0))
    return {
      key,
      label,
      symbol,
      values: numeric ? withTicks(values) : values,
      scale: numeric ? scaleOf(values.map(({ number }) => number ?? 0)) : 'category',
    }
  })
  const axes = all.filter(({ values }) => values.length > 1)
  const points = members.map((row): SweepPoint => ({
    row,
    places: axes.map(({ key, values }) => {
      const text = sweptText(key, valueOf(row, key), rule)
      return values.findIndex((one) => one.text === text)
    }),
  }))
  return { axes, points }
}

function withTicks(values: readonly AxisValue[]): readonly AxisValue[] {
  for (let digits = 3; digits <= 9; digits++) {
    const ticks = values.map(({ text, number }) => shorter(text, significant(number ?? NaN, digits)))
    if (new Set(ticks).size === values.length) return values.map((value, i) => ({ ...value, tick: ticks[i] ?? '' }))
  }
  return values
}

function shorter(one: string, other: string): string {
  return other.length < one.length ? other : one
}

/** Equal factors rather than equal steps, from three values up. */
function scaleOf(numbers: readonly number[]): 'linear' | 'log' {
  const [first = 0] = numbers
  if (numbers.length < 3 || first <= 0) return 'linear'
  const uneven = (values: readonly number[]): number => {
    const steps = values.slice(1).map((value, i) => value - (values[i] ?? 0))
    return Math.max(...steps) / Math.min(...steps)
  }
  return uneven(numbers.map(Math.log)) < uneven(numbers) ? 'log' : 'linear'
}

/** Where a value stands on its axis, 0 to 1. */
export function positionOf({ values, scale }: SweepAxis, place: number): number {
  const last = values.length - 1
  if (scale === 'category') return last === 0 ? 0.5 : place / last
  const at = (index: number): number => {
    const number = values[index]?.number ?? 0
    return scale === 'log' ? Math.log(number) : number
  }
  return (at(place) - at(0)) / (at(last) - at(0))
}

export const OUTCOMES = {
  test: { label: 'Test accuracy', short: 'test %' },
  validation: { label: 'Validation accuracy', short: 'validation %' },
  train: { label: 'Training accuracy', short: 'train %' },
} as const
export type Outcome = keyof typeof OUTCOMES

export function outcomeOf(row: ExperimentRow, outcome: Outcome): Spread | null {
  switch (outcome) {
    case 'test':
      return row.testAccuracy
    case 'validation':
      return row.validationAccuracy
    case 'train':
      return row.trainAccuracy
  }
}

/** The highest first; those that are not through behind those that are, and those without a value last. */
export function ranked(points: readonly SweepPoint[], outcome: Outcome): readonly SweepPoint[] {
  const among = new Set(competing(points.map(({ row }) => row)))
  const value = ({ row }: SweepPoint): number => {
    const mean = outcomeOf(row, outcome)?.mean ?? -Infinity
    return among.has(row) ? mean : mean - 1
  }
  return points.toSorted((a, b) => value(b) - value(a))
}

/**
 * Experiments whose results can be ranked and averaged with each other: one halfway is not among those of whole trainings;
 * where none is whole, all of them are.
 */
export function competing(rows: readonly ExperimentRow[]): readonly ExperimentRow[] {
  const through = rows.filter(isThrough)
  return through.length > 0 ? through : rows
}

function isThrough({ resultEpoch, epochs }: ExperimentRow): boolean {
  return resultEpoch === epochs
}

/** Whether it holds a worker now. */
export function isTraining({ state }: Pick<ExperimentRow, 'state'>): boolean {
  return state === 'running' || state === 'paused'
}

/** How far a sweep is: how many members are through, at work and waiting, and what became of the others. */
export function sweepProgress(rows: readonly Pick<ExperimentRow, 'state'>[]): {
  /** Trained to the end, with a result or collapsed. */
  readonly done: number
  readonly running: number
  readonly waiting: number
  /** Stopped, interrupted, failed or unreadable: nobody goes on with them. */
  readonly halted: number
} {
  const count = (wanted: (row: Pick<ExperimentRow, 'state'>) => boolean): number => rows.filter(wanted).length
  const done = count(({ state }) => state === 'done' || state === 'sample' || state === 'collapsed')
  const running = count(isTraining)
  const waiting = count(({ state }) => state === 'queued')
  return { done, running, waiting, halted: rows.length - done - running - waiting }
}

/**
 * Members of a sweep that are not in this lab: one that was trained on a cluster may come back piece by piece, and its
 * experiments say how many they are. Several that trained seeds of one member apart are one.
 */
export function membersAway(
  rows: readonly Pick<ExperimentRow, 'sweep' | 'rule' | 'dataset' | 'widths' | 'settings'>[],
): { readonly away: number; readonly of: number } {
  const of = Math.max(0, ...rows.map(({ sweep }) => sweep?.members ?? 0))
  const here = new Set(
    rows.map(({ sweep, rule, dataset, widths, settings }) =>
      JSON.stringify([sweep?.settings, rule, dataset, widths, settings]),
    ),
  )
  return { away: Math.max(0, of - here.size), of }
}

/** '3 of 12 not here'; '' where none is missing. */
export function awayText(rows: Parameters<typeof membersAway>[0]): string {
  const { away, of } = membersAway(rows)
  return away > 0 ? `${away} of ${of} not here` : ''
}

/** '5 of 9 done · 1 running · 2 waiting · 1 stopped or failed'. */
export function sweepProgressText(rows: readonly Pick<ExperimentRow, 'state'>[]): string {
  const { done, running, waiting, halted } = sweepProgress(rows)
  const some = (n: number, what: string): readonly string[] => (n > 0 ? [`${n} ${what}`] : [])
  return [
    `${done} of ${rows.length} done`,
    ...some(running, 'running'),
    ...some(waiting, 'waiting'),
    ...some(halted, 'stopped or failed'),
  ].join(' · ')
}

/** The few worth a line beside a run that trains: the best ones with a result, those at work, and then what waits. */
export function shortList(points: readonly SweepPoint[], outcome: Outcome, most: number): readonly SweepPoint[] {
  const order = ranked(points, outcome)
  const busy = order.filter(({ row }) => isTraining(row))
  const rest = order.filter(({ row }) => !isTraining(row)).slice(0, Math.max(0, most - busy.length))
  return order.filter((point) => busy.includes(point) || rest.includes(point))
}

/** Lowest and highest mean; null where none has any. */
export function rangeOfOutcome(
  points: readonly SweepPoint[],
  outcome: Outcome,
): { readonly low: number; readonly high: number } | null {
  const means = points.flatMap(({ row }) => outcomeOf(row, outcome)?.mean ?? [])
  return means.length === 0 ? null : { low: Math.min(...means), high: Math.max(...means) }
}

/** Two axes of which each combination stands at most once; else values go together, and no map can show them. */
export function isGrid({ axes, points }: Sweep): boolean {
  const [first, second] = axes
  if (first === undefined || second === undefined || axes.length !== 2) return false
  const cells = new Set(points.map(({ places }) => places.join()))
  return cells.size === points.length && points.length > Math.max(first.values.length, second.values.length)
}

/** What a point is, in a few words: 'Hidden units = 64 · Neural learning rate = 0.05'. */
export function pointText({ axes }: Pick<Sweep, 'axes'>, { places }: SweepPoint): string {
  return axes.map(({ label, values }, i) => `${label} = ${values[places[i] ?? 0]?.text ?? '–'}`).join(' · ')
}
