/** How a text file writes a table: what separates columns, how decimals are written, whether it names its columns. */
import Papa from 'papaparse'
import { isMissing, readNumber } from '../../data/number-text.ts'
import type { DataMapping } from '../../experiment/data-mapping.ts'

export interface Dialect {
  readonly separator: string
  readonly comma: boolean
  readonly header: boolean
}

const CHARACTERS: Readonly<Record<NonNullable<DataMapping['separator']>, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  bar: '|',
  space: ' ',
}
/** A semicolon or a tab is hardly ever part of a number or a name; a comma is, where decimals have one. */
const TRIED = ['semicolon', 'tab', 'comma', 'bar', 'space'] as const
const ROWS = 200

/** @param text the beginning of the file, which may end in the middle of a line */
export function recogniseDialect(
  text: string,
  { separator, decimal, header }: Pick<DataMapping, 'separator' | 'decimal' | 'header'>,
): Dialect {
  const found = separator === null ? recogniseSeparator(text) : CHARACTERS[separator]
  const rows = rowsBy(text, found)
  const comma = decimal === null ? found !== ',' && hasDecimalCommas(rows) : decimal === 'comma'
  return { separator: found, comma, header: header ?? namesColumns(rows, comma) }
}

function rowsBy(text: string, separator: string): string[][] {
  const rows = Papa.parse<string[]>(text, { delimiter: separator, newline: '\n', preview: ROWS + 1 }).data
  // The last may be cut.
  const whole =
    rows.length > 1 ? rows.slice(0, Math.min(ROWS, text.endsWith('\n') ? rows.length : rows.length - 1)) : rows
  return whole.filter((row) => !isBlank(row))
}

export function nameOfSeparator(character: string): NonNullable<DataMapping['separator']> {
  return TRIED.find((name) => CHARACTERS[name] === character) ?? 'comma'
}

/** An empty line, or one of separators alone, as spreadsheets leave below a table. */
export function isBlank(row: readonly string[]): boolean {
  return row.every((cell) => cell.trim() === '')
}

function recogniseSeparator(text: string): string {
  for (const name of TRIED) {
    const [first, ...rows] = rowsBy(text, CHARACTERS[name])
    const columns = first?.length ?? 0
    // A ragged line or two is a fault of theirs, and no sign of another separator.
    const agreeing = rows.filter((row) => row.length === columns).length
    if (columns > 1 && agreeing >= 0.9 * rows.length) return CHARACTERS[name]
  }
  return ','
}

function hasDecimalCommas(rows: readonly (readonly string[])[]): boolean {
  const cells = rows.flat()
  return (
    cells.some((cell) => /^\s*[+-]?\d*,\d+\s*$/.test(cell)) && !cells.some((cell) => /^\s*[+-]?\d*\.\d+\s*$/.test(cell))
  )
}

/** The first line names columns where it has no numbers, or words in columns that are numbers below. */
function namesColumns([first = [], ...rows]: readonly (readonly string[])[], comma: boolean): boolean {
  const isNumber = (cell: string | undefined): boolean => !Number.isNaN(readNumber(cell ?? '', comma))
  if (!first.some(isNumber)) return true
  return first.some(
    (cell, column) =>
      !isNumber(cell) &&
      !isMissing(cell) &&
      rows.some((row) => isNumber(row[column])) &&
      rows.every((row) => isNumber(row[column]) || isMissing(row[column] ?? '')),
  )
}
