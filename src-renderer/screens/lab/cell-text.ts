/** What a cell of the table says, apart from how it looks. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { isKnown, shownText, textOf, valueOf } from '../../experiments/keys.ts'
import { canResume, stateText, timeText } from '../../experiments/rows.ts'
import { dayAndHour, network, percent, seedCount, significant, spread, spreadOfSeeds } from '../../text/format.ts'
import type { Vocabulary } from '../../text/setting-words.ts'

/** `secondsLeft` is known of what runs. */
export function cellText(
  row: ExperimentRow,
  column: string,
  words: Vocabulary,
  secondsLeft: number | null = null,
): string {
  switch (column) {
    case 'data':
      return row.datasetLabel
    case 'network':
      return network(row.widths)
    case 'test':
      return row.testAccuracy === null ? '' : spreadOfSeeds(row.testAccuracy, row.seeds.length)
    case 'train':
      return row.trainAccuracy === null ? '' : spread(row.trainAccuracy)
    case 'validation':
      return row.validationAccuracy === null ? '' : spread(row.validationAccuracy)
    case 'best':
      return row.best === null ? '' : percent(row.best)
    case 'published': {
      const points = valueOf(row, 'published')
      return typeof points === 'number' ? `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)}` : ''
    }
    case 'seeds':
      return row.collapsedSeeds.length > 0
        ? `${row.collapsedSeeds.length} of ${row.seeds.length} collapsed`
        : seedCount(row)
    case 'state':
      return stateText(row).text
    case 'created':
      return dayAndHour(row.created)
    case 'time':
      return canResume(row) ? 'Resume' : timeText(row, secondsLeft)
    case 'note':
      return row.note
    case 'curve':
      return ''
    default: {
      const value = valueOf(row, column)
      if (!isKnown(column)) return shownText(row, column, words)
      return typeof value === 'number' ? significant(value) : textOf(value)
    }
  }
}

/** Of what stands around the text: bars, the edges of tags and of a button, and room for a time that is not known yet. */
export function extraWidth(row: ExperimentRow, column: string): number {
  switch (column) {
    case 'state':
      return row.state === 'running' ? 60 : 0
    case 'tag':
      return row.tags.length * 14
    case 'time':
      return row.state === 'running' ? 76 : canResume(row) ? 18 : 0
    default:
      return 0
  }
}
