/** How wide columns are, in pixels: as what stands in them, so that nothing is cut while there is room elsewhere. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { headOf } from '../../experiments/keys.ts'
import { runNameText } from '../../experiments/run-name.ts'
import type { Vocabulary } from '../../text/setting-words.ts'
import { cellText, extraWidth } from './cell-text.ts'

export const CHOICE_WIDTH = 58
const PADDING = 16
/** Beside a head's text: the arrow of a sorted column. */
const ARROW = 16
/** The line's key, before every name. */
const KEY = 30
const CURVE = 94
/** One long note must not push the others out of sight. */
const MOST = 260
const LEAST_NAME = 240
/** A table as narrow as a phone shows the result beside the name, and the name gives way to it. */
const PHONE = 520
const LEAST_ON_PHONE = 130
const RESULT = 'test'
/** Of the table's width, where the columns do not fit beside each other and it is moved sideways anyway. */
const NAME_SHARE = 0.32
/** Empty room is dealt out this far, then it is the name's: columns far from each other are hard to read along. */
const MOST_SPARE = 28
/** Of ten thousand rows the first ones tell: asking all of them would be felt. */
const ASKED = 500

export type MeasureText = (text: string, weight?: 'strong') => number

interface Widths {
  readonly name: number
  readonly columns: readonly number[]
}

/** The columns in the order in which they are drawn in so much room. */
export function columnsIn(columns: readonly string[], room: number): readonly string[] {
  if (room === 0 || room > PHONE || !columns.includes(RESULT)) return columns
  return [RESULT, ...columns.filter((column) => column !== RESULT)]
}

export function columnWidths(
  rows: readonly ExperimentRow[],
  columns: readonly string[],
  { words, room, measure }: { readonly words: Vocabulary; readonly room: number; readonly measure: MeasureText },
): Widths {
  const asked = rows.slice(0, ASKED)
  const widest = (text: (row: ExperimentRow) => number): number =>
    asked.reduce((most, row) => Math.max(most, text(row)), 0)
  const wanted = columns.map((column) => {
    const cells =
      column === 'curve'
        ? CURVE
        : widest(
            (row) => measure(cellText(row, column), column === 'test' ? 'strong' : undefined) + extraWidth(row, column),
          ) + PADDING
    return Math.ceil(Math.max(measure(headOf(column), 'strong') + ARROW + PADDING, Math.min(cells, MOST)))
  })
  const longest = widest((row) => measure(nameText(row, words), 'strong')) + KEY + PADDING
  const others = CHOICE_WIDTH + wanted.reduce((sum, width) => sum + width, 0)
  const left = room - others
  const onPhone = room > 0 && room <= PHONE && columns[0] === RESULT
  const least = onPhone
    ? Math.max(LEAST_ON_PHONE, Math.min(LEAST_NAME, room - CHOICE_WIDTH - (wanted[0] ?? 0)))
    : LEAST_NAME
  const name = Math.ceil(Math.max(least, Math.min(longest, left >= least ? left : room * NAME_SHARE)))
  const spare = Math.max(0, Math.min(MOST_SPARE, Math.floor((room - others - name) / (columns.length + 1))))
  return { name, columns: wanted.map((width) => width + spare) }
}

/** What stands beside a row's name: the rule's name where its own does not tell. */
export function asideOf({ name, ruleLabel }: ExperimentRow): string {
  return name.includes(ruleLabel) ? '' : ruleLabel
}

function nameText(row: ExperimentRow, words: Vocabulary): string {
  return [runNameText(row, words), row.archived ? 'archived' : '', asideOf(row)].filter(Boolean).join('  ')
}

/** Columns whose figures stand below each other. */
const RIGHT: ReadonlySet<string> = new Set(['test', 'train', 'validation', 'best', 'published', 'epochs', 'time'])

export function isRight(column: string): boolean {
  return RIGHT.has(column)
}
