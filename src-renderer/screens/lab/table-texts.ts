/** Rows of the Lab with the columns shown, for a program (CSV), a README (Markdown) and a paper (booktabs LaTeX). */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { countOf, spread as writeMean } from '../../text/format.ts'
import { csvCell, latexText, markdownText } from '../../export/table-text.ts'
import { isRight } from './column-widths.ts'
import { headOf, shownText, textOf, valueOf } from '../../experiments/keys.ts'
import type { Vocabulary } from '../../text/setting-words.ts'

/** Mean ± sd of these stands in a cell; a program gets them apart. */
const SPREADS = {
  test: 'testAccuracy',
  train: 'trainAccuracy',
  validation: 'validationAccuracy',
} as const satisfies Record<string, keyof ExperimentRow>

function spreadOf(row: ExperimentRow, column: string) {
  return Object.hasOwn(SPREADS, column) ? row[SPREADS[column as keyof typeof SPREADS]] : undefined
}

function shownColumns(columns: readonly string[]): readonly string[] {
  return ['name', ...columns.filter((column) => column !== 'curve')]
}

/** As a person reads it. */
function cellText(row: ExperimentRow, column: string, words: Vocabulary): string {
  const spread = spreadOf(row, column)
  if (spread === null) return ''
  if (spread !== undefined) return `${writeMean(spread)} (${countOf(spread.n, row.seeds.length)})`
  if (column === 'seeds' && row.collapsedSeeds.length > 0)
    return `${row.seeds.length}, ${row.collapsedSeeds.length} collapsed`
  if (column === 'seeds' && row.chanceSeeds.length > 0)
    return `${row.seeds.length}, ${row.chanceSeeds.length} at chance`
  const value = valueOf(row, column)
  return typeof value === 'number' && (column === 'best' || column === 'published')
    ? value.toFixed(2)
    : shownText(row, column, words)
}

/** Accuracies as fractions at full precision, with sd and n in columns of their own; the id first (RFC 4180). */
export function rowsAsCsv(rows: readonly ExperimentRow[], columns: readonly string[]): string {
  const shown = shownColumns(columns)
  const heads = shown.flatMap((column) =>
    Object.hasOwn(SPREADS, column) ? [`${column}_mean`, `${column}_sd`, `${column}_n`] : [column],
  )
  const cells = (row: ExperimentRow): (string | number | undefined)[] =>
    shown.flatMap((column) => {
      const spread = spreadOf(row, column)
      if (spread !== undefined) return [spread?.mean, spread?.sd, spread?.n]
      if (column === 'best') return [row.best ?? undefined]
      const value = valueOf(row, column)
      return [typeof value === 'number' ? value : textOf(value)]
    })
  return [['id', ...heads], ...rows.map((row) => [row.id, ...cells(row)])]
    .map((line) => `${line.map(csvCell).join(',')}\r\n`)
    .join('')
}

export function rowsAsMarkdown(rows: readonly ExperimentRow[], columns: readonly string[], words: Vocabulary): string {
  const shown = shownColumns(columns)
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  return [
    line(shown.map((column) => markdownText(headOf(column, words)))),
    line(shown.map((column) => (isRight(column) ? '---:' : ':---'))),
    ...rows.map((row) => line(shown.map((column) => markdownText(cellText(row, column, words))))),
  ].join('')
}

/** Needs \usepackage{booktabs} and nothing else. */
export function rowsAsLatex(rows: readonly ExperimentRow[], columns: readonly string[], words: Vocabulary): string {
  const shown = shownColumns(columns)
  const line = (cells: readonly string[]): string => `  ${cells.map(latexText).join(' & ')} \\\\`
  return [
    '% \\usepackage{booktabs}; mean ± sample standard deviation (number of seeds)',
    String.raw`\begin{tabular}{@{}${shown.map((column) => (isRight(column) ? 'r' : 'l')).join('')}@{}}`,
    String.raw`  \toprule`,
    line(shown.map((column) => headOf(column, words))),
    String.raw`  \midrule`,
    ...rows.map((row) => line(shown.map((column) => cellText(row, column, words)))),
    String.raw`  \bottomrule`,
    String.raw`\end{tabular}`,
    '',
  ].join('\n')
}
