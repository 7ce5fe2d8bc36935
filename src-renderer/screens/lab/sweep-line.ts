/** What the line of a sweep says for its members: what they share, what they came to, and the best of them. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { isActive, stateFilterOf } from '../../experiments/rows.ts'
import { competing, outcomeOf, readSweep } from '../../experiments/sweep-model.ts'
import { duration, spreadOfSeeds } from '../../text/format.ts'
import type { Vocabulary } from '../../text/setting-words.ts'
import { cellText } from './cell-text.ts'

/** Chosen on the validation set where there is one; null before the first result. */
export function bestOf(rows: readonly ExperimentRow[]): ExperimentRow | null {
  const judge = rows.some(({ validationAccuracy }) => validationAccuracy !== null) ? 'validation' : 'test'
  let best: ExperimentRow | null = null
  for (const row of competing(rows)) {
    // Where all seeds collapsed, their accuracy is shown and is no result.
    const mean = row.state === 'collapsed' ? undefined : outcomeOf(row, judge)?.mean
    if (mean !== undefined && mean > ((best && outcomeOf(best, judge)?.mean) ?? -Infinity)) best = row
  }
  return best
}

/** 'Hidden units × ε' */
export function axesText(rows: readonly ExperimentRow[], words: Vocabulary): string {
  return readSweep(rows, words)
    .axes.map(({ label, symbol }) => (symbol === undefined || symbol.includes('_') ? label : symbol))
    .join(' × ')
}

export function sweepState(rows: readonly ExperimentRow[]): {
  readonly text: string
  readonly tone: 'plain' | 'good' | 'warn'
} {
  const active = rows.filter(isActive).length
  if (active > 0) return { text: `${rows.length - active} of ${rows.length} done`, tone: 'plain' }
  const odd = rows.filter((row) => stateFilterOf(row) === 'needs a look').length
  if (odd === 0) return { text: 'done', tone: 'good' }
  return { text: `${odd} of ${rows.length} to check`, tone: 'warn' }
}

/** What stands in a column; '' where the members have nothing in common there. */
export function sweepCell(rows: readonly ExperimentRow[], column: string, words: Vocabulary): string {
  switch (column) {
    case 'test': {
      const best = bestOf(rows)
      return best?.testAccuracy ? spreadOfSeeds(best.testAccuracy, best.seeds.length) : ''
    }
    case 'seeds':
      return String(rows.reduce((sum, { seeds }) => sum + seeds.length, 0))
    case 'state':
      return sweepState(rows).text
    case 'time': {
      const seconds = rows.reduce((sum, row) => sum + row.seconds, 0)
      return seconds > 0 ? duration(seconds) : ''
    }
    case 'tag':
      return [...new Set(rows.flatMap(({ tags }) => tags))].join(', ')
    case 'created':
      return cellText(
        rows.reduce((last, row) => (row.created > last.created ? row : last)),
        column,
        words,
      )
    case 'curve':
      return ''
    default: {
      const texts = new Set(rows.map((row) => cellText(row, column, words)))
      const [only = ''] = texts
      return texts.size === 1 ? only : ''
    }
  }
}
