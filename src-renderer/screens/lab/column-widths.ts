/** How wide columns are, in pixels: as what stands in them, so that nothing is cut while there is room elsewhere. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { headOf } from '../../experiments/keys.ts'
import { runName } from '../../experiments/run-name.ts'
import type { Vocabulary } from '../../text/setting-words.ts'
import { cellText, extraWidth } from './cell-text.ts'
import type { RowNames } from './row-names.ts'

export const CHOICE_WIDTH = 58
const PADDING = 16
/** Beside a head's text: the arrow of a sorted column. */
const ARROW = 11
/** The line's key, before every name. */
const KEY = 30
const CURVE = 74
/** The link to a sweep's map, behind its name. */
const MAP = 34
/** One long note must not push the others out of sight. */
const MOST = 260
/** Of a few, less: what stands behind them is looked for more often than their longest text. */
const MOST_OF: Readonly<Record<string, number>> = { tag: 130, state: 170, network: 150 }
const LEAST_NAME = 210
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

/** What the line of a sweep says. */
export interface SweepTexts {
  readonly name: string
  readonly cell: (column: string) => string
}

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
  {
    words,
    names,
    sweeps,
    room,
    measure,
  }: {
    readonly words: Vocabulary
    readonly names: RowNames
    readonly sweeps: readonly SweepTexts[]
    readonly room: number
    readonly measure: MeasureText
  },
): Widths {
  const asked = rows.slice(0, ASKED)
  const widest = (text: (row: ExperimentRow) => number): number =>
    asked.reduce((most, row) => Math.max(most, text(row)), 0)
  const wanted = columns.map((column) => {
    const cells =
      column === 'curve'
        ? CURVE
        : widest(
            (row) =>
              measure(cellText(row, column, words), column === 'test' ? 'strong' : undefined) + extraWidth(row, column),
          ) + PADDING
    const swept = Math.max(0, ...sweeps.map(({ cell }) => measure(cell(column), 'strong'))) + PADDING
    const most = Math.min(Math.max(cells, swept), MOST_OF[column] ?? MOST)
    return Math.ceil(Math.max(measure(headOf(column, words), 'strong') + ARROW + PADDING, most))
  })
  const named = Math.max(0, ...sweeps.map(({ name }) => measure(name, 'strong') + MAP))
  const longest =
    Math.max(
      named,
      widest((row) => measure(nameText(row, words, names), 'strong')),
    ) +
    KEY +
    PADDING
  const others = CHOICE_WIDTH + wanted.reduce((sum, width) => sum + width, 0)
  const left = room - others
  const onPhone = room > 0 && room <= PHONE && columns[0] === RESULT
  const least = onPhone
    ? Math.max(LEAST_ON_PHONE, Math.min(LEAST_NAME, room - CHOICE_WIDTH - (wanted[0] ?? 0)))
    : LEAST_NAME
  // Where not all fit beside each other, what was made when and its tags are to be seen all the same.
  const last = Math.max(columns.indexOf('created'), columns.indexOf('tag'))
  const seen = wanted.slice(0, last + 1).reduce((sum, width) => sum + width, CHOICE_WIDTH)
  const share = onPhone || last < 0 ? room * NAME_SHARE : room - seen
  const name = Math.ceil(Math.max(least, Math.min(longest, left >= least ? left : share)))
  const spare = Math.max(0, Math.min(MOST_SPARE, Math.floor((room - others - name) / (columns.length + 1))))
  return { name, columns: wanted.map((width) => width + spare) }
}

/** What stands beside a row's name: the rule's name where its own does not tell. */
export function asideOf({ name, ruleLabel }: ExperimentRow): string {
  return name.includes(ruleLabel) ? '' : ruleLabel
}

function nameText(row: ExperimentRow, words: Vocabulary, names: RowNames): string {
  const { name = row.name, differs = '' } = names.get(row.id) ?? {}
  const own = runName(row, words).own.map(({ label, symbol, text }) => `${symbol ?? label} = ${text}`)
  return [
    [...(row.sweep === null ? [name] : []), ...own].join(' · '),
    differs,
    row.archived ? 'archived' : '',
    asideOf(row),
  ]
    .filter(Boolean)
    .join('  ')
}

/** Columns whose figures stand below each other. */
const RIGHT: ReadonlySet<string> = new Set(['test', 'train', 'validation', 'best', 'published', 'epochs', 'time'])

export function isRight(column: string): boolean {
  return RIGHT.has(column)
}
