/** The states of rows in words, apart from how they look. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import { countOf, duration, VERDICT_LABELS } from '../text/format.ts'

/** What a person looks for, rather than every state there is. */
type StateFilter = 'active' | 'done' | 'needs a look'

export const STATE_FILTERS: Readonly<Record<StateFilter, string>> = {
  active: 'Running or queued',
  done: 'Done',
  'needs a look': 'Needs attention',
}

export function stateFilterOf(row: ExperimentRow): StateFilter {
  switch (row.state) {
    case 'queued':
    case 'running':
    case 'paused':
      return 'active'
    case 'done':
    case 'sample':
      return row.collapsedSeeds.length + row.chanceSeeds.length > 0 ? 'needs a look' : 'done'
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

/** Whether it can be given more epochs: it is over, or was stopped, and is one's own. */
export function canTrainMore(row: ExperimentRow): boolean {
  return row.state === 'done' || row.state === 'collapsed' || canResume(row)
}

type Tone = 'good' | 'warn' | 'bad' | 'plain' | 'faint'

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
      if (row.chanceSeeds.length > 0) return { text: chanceText(row), tone: 'warn' }
      if (row.state === 'sample') return { text: 'bundled sample', tone: 'faint' }
      if (row.published === null) return { text: 'done', tone: 'good' }
      return {
        text: VERDICT_LABELS[row.published.verdict],
        tone: row.published.verdict === 'inside' ? 'good' : row.published.verdict === 'outside' ? 'warn' : 'plain',
      }
  }
}

/** 'at chance', '2 of 4 at chance'; empty where no seed is. */
export function chanceText({ seeds, chanceSeeds }: Pick<ExperimentRow, 'seeds' | 'chanceSeeds'>): string {
  if (chanceSeeds.length === 0) return ''
  return chanceSeeds.length === seeds.length ? 'at chance' : `${chanceSeeds.length} of ${seeds.length} at chance`
}

/** What the number of a run is: 'test %, mean ± sd of 2 of 3 seeds, after epoch 3 of 10'. */
export function resultText({ testAccuracy, seeds, resultEpoch, epochs, selection }: ExperimentRow): string {
  if (testAccuracy === null) return 'test %'
  const { n } = testAccuracy
  const all = n === seeds.length
  const which =
    n > 1 ? `, mean ± sd of ${countOf(n, seeds.length)} seeds` : all ? '' : `, ${countOf(n, seeds.length)} seeds`
  const when =
    selection !== 'last-epoch'
      ? ', at the epoch chosen on the validation set'
      : resultEpoch !== null && resultEpoch < epochs
        ? `, after epoch ${resultEpoch} of ${epochs}`
        : ''
  return `test %${which}${when}`
}

function ordinal(place: number): string {
  return place === 1 ? 'next' : `place ${place}`
}

export function timeText(row: ExperimentRow, secondsLeft: number | null): string {
  if (row.state === 'running') return secondsLeft === null ? '' : `${duration(secondsLeft)} left`
  return row.seconds > 0 ? duration(row.seconds) : ''
}

/** Whether its samples have two features: they are points of a plane, which the network divides, and no images to draw. */
export function learnsPoints({ widths }: { readonly widths: readonly number[] }): boolean {
  return widths[0] === 2
}
