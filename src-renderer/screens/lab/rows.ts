/** The Lab table's order, search, filters and words, apart from how they look. */
import type { ExperimentRow, RunState } from '../../../src-main/contract.ts'
import { datasetLabel, duration, network, STATE_LABELS, VERDICT_LABELS } from '../../format.ts'

export type SortKey = 'name' | 'data' | 'network' | 'test' | 'seeds' | 'state' | 'engine' | 'time' | 'created'

export interface Sorting {
  readonly by: SortKey
  readonly down: boolean
}

export interface Filters {
  readonly text: string
  readonly datasets: ReadonlySet<string>
  readonly rules: ReadonlySet<string>
  readonly states: ReadonlySet<StateFilter>
}

/** What a person looks for, rather than every state there is. */
export type StateFilter = 'active' | 'done' | 'needs a look'

export const STATE_FILTERS: Readonly<Record<StateFilter, string>> = {
  active: 'Running or queued',
  done: 'Done',
  'needs a look': 'Needs a look',
}

export function stateFilterOf(row: ExperimentRow): StateFilter {
  switch (row.state) {
    case 'queued':
    case 'running':
    case 'paused':
      return 'active'
    case 'done':
    case 'sample':
      return row.collapsedSeeds.length > 0 ? 'needs a look' : 'done'
    case 'interrupted':
    case 'stopped':
    case 'failed':
    case 'collapsed':
    case 'unreadable':
      return 'needs a look'
  }
}

export function isActive({ state }: ExperimentRow): boolean {
  return state === 'running' || state === 'paused' || state === 'queued'
}

export function canResume({ state }: ExperimentRow): boolean {
  return state === 'interrupted' || state === 'stopped' || state === 'failed'
}

/** Rows that hold every word of the search and pass every kind of filter that has something chosen. */
export function filtered(rows: readonly ExperimentRow[], filters: Filters): readonly ExperimentRow[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    if (filters.datasets.size > 0 && !filters.datasets.has(row.dataset)) return false
    if (filters.rules.size > 0 && !filters.rules.has(row.rule)) return false
    if (filters.states.size > 0 && !filters.states.has(stateFilterOf(row))) return false
    if (words.length === 0) return true
    const text = searched(row)
    return words.every((word) => text.includes(word))
  })
}

function searched(row: ExperimentRow): string {
  return [
    row.name,
    row.ruleLabel,
    row.rule,
    row.dataset,
    datasetLabel(row.dataset),
    network(row.widths),
    row.preset ?? '',
    STATE_LABELS[row.state],
    row.engine,
    row.note,
    row.id,
  ]
    .join(' ')
    .toLowerCase()
}

/** Sorted copy; rows without the value stand last whichever way the order goes. */
export function sorted(rows: readonly ExperimentRow[], { by, down }: Sorting): readonly ExperimentRow[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row, by) }))
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return a.key === b.key ? 0 : a.key === null ? 1 : -1
    const order =
      typeof a.key === 'number' && typeof b.key === 'number'
        ? a.key - b.key
        : String(a.key).localeCompare(String(b.key), 'en', { numeric: true })
    return (down ? -order : order) || b.row.created.localeCompare(a.row.created)
  })
  return keyed.map(({ row }) => row)
}

function keyOf(row: ExperimentRow, by: SortKey): string | number | null {
  switch (by) {
    case 'name':
      return row.name
    case 'data':
      return datasetLabel(row.dataset)
    case 'network':
      return network(row.widths)
    case 'test':
      return row.testAccuracy?.mean ?? null
    case 'seeds':
      return row.seeds.length
    case 'state':
      return STATE_ORDER.indexOf(row.state)
    case 'engine':
      return row.engine
    case 'time':
      return row.seconds > 0 ? row.seconds : null
    case 'created':
      return row.created
  }
}

const STATE_ORDER: readonly RunState[] = [
  'running',
  'paused',
  'queued',
  'interrupted',
  'stopped',
  'failed',
  'unreadable',
  'collapsed',
  'done',
  'sample',
]

export type Tone = 'good' | 'warn' | 'bad' | 'plain' | 'faint'

/** The state in words, the most telling thing first: what needs a look comes before what went well. */
export function stateText(row: ExperimentRow): { readonly text: string; readonly tone: Tone } {
  const collapsed = row.collapsedSeeds
  switch (row.state) {
    case 'running':
      return { text: `epoch ${Math.min(row.epochsDone + 1, row.epochs)} of ${row.epochs}`, tone: 'plain' }
    case 'paused':
      return { text: `paused after epoch ${row.epochsDone}`, tone: 'plain' }
    case 'queued':
      return {
        text: row.queuePosition === null ? 'queued' : `queued, ${ordinal(row.queuePosition + 1)}`,
        tone: 'faint',
      }
    case 'interrupted':
      return { text: `interrupted at epoch ${row.epochsDone}`, tone: 'warn' }
    case 'stopped':
      return { text: `stopped at epoch ${row.epochsDone}`, tone: 'warn' }
    case 'failed':
      return { text: 'failed', tone: 'bad' }
    case 'unreadable':
      return { text: 'cannot be read', tone: 'bad' }
    case 'collapsed':
      return { text: collapsed.length > 1 ? 'all seeds collapsed' : 'collapsed', tone: 'bad' }
    case 'done':
    case 'sample':
      if (collapsed.length === 1) return { text: `seed ${String(collapsed[0])} collapsed`, tone: 'warn' }
      if (collapsed.length > 1) return { text: `${collapsed.length} seeds collapsed`, tone: 'warn' }
      if (row.state === 'sample') return { text: 'bundled sample', tone: 'faint' }
      if (row.published === null) return { text: 'done', tone: 'good' }
      return {
        text: VERDICT_LABELS[row.published.verdict],
        tone: row.published.verdict === 'inside' ? 'good' : row.published.verdict === 'outside' ? 'warn' : 'plain',
      }
  }
}

function ordinal(place: number): string {
  return place === 1 ? 'next' : `place ${place}`
}

export function timeText(row: ExperimentRow, secondsLeft: number | null): string {
  if (row.state === 'running') return secondsLeft === null ? '' : `${duration(secondsLeft)} left`
  return row.seconds > 0 ? duration(row.seconds) : ''
}
