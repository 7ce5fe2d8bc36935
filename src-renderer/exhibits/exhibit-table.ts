/** The numbers of an exhibit as a table: for a paper (booktabs LaTeX), a README (Markdown), a program (CSV). */
import type { Compared, CurveState, Exhibit, ExhibitState, RowState } from '../../src-main/contract.ts'
import {
  differenceText,
  lostText,
  marginText,
  spreadOfSeedsText,
  UNIT_TITLES,
  unitOf,
  type Unit,
} from '../../src-main/paper/words.ts'
import { csvCell, latexText, markdownText } from '../export/table-text.ts'

/** One line of it: a curve's end, or a row. */
export interface ExhibitLine {
  readonly label: string
  readonly compared: Compared
  readonly row: RowState
  readonly unit: Unit
  readonly from: RowState['from']
  /** How near a curve is to the published one; null for a row. */
  readonly near: CurveState['near']
}

export function exhibitLines(exhibit: Exhibit, state: ExhibitState): readonly ExhibitLine[] {
  const rows = new Map(state.rows.map((row) => [row.id, row]))
  if (state.curves.length === 0)
    return state.rows.map((row) => ({
      label: exhibit.labels[row.id] ?? row.label,
      compared: row,
      row,
      unit: unitOf(exhibit.quantity),
      from: row.from,
      near: null,
    }))
  return state.curves.flatMap((curve, i) => {
    const row = rows.get(curve.row)
    const unit = unitOf(exhibit.curves[i]?.quantity ?? exhibit.quantity)
    return row === undefined
      ? []
      : [{ label: curve.label, compared: curve, row, unit, from: curve.from, near: curve.near }]
  })
}

interface Column {
  readonly title: string
  readonly right: boolean
  readonly text: (line: ExhibitLine) => string
}

function columnsOf(exhibit: Exhibit, published: boolean): readonly Column[] {
  const suffix = UNIT_TITLES[unitOf(exhibit.quantity)]
  const ours: Column = {
    title: published ? `Here${suffix}` : `Mean ± sd${suffix}`,
    right: true,
    text: ({ compared, unit }) => blank(spreadOfSeedsText(compared.ours, unit)),
  }
  const label: Column = { title: '', right: false, text: (line) => line.label }
  if (!published) return [label, ours]
  return [
    label,
    {
      title: `Published${suffix}`,
      right: true,
      text: ({ compared, unit }) => blank(spreadOfSeedsText(compared.published, unit)),
    },
    ours,
    { title: 'Difference', right: true, text: ({ compared, unit }) => blank(differenceText(compared, unit)) },
    { title: 'Margin', right: true, text: ({ compared, unit }) => blank(marginText(compared, unit)) },
    { title: 'Verdict', right: false, text: ({ compared }) => compared.verdict },
  ]
}

const blank = (text: string): string => (text === '–' ? '' : text)

/** What a reader of the numbers has to know, a sentence each. */
function sentences(exhibit: Exhibit, lines: readonly ExhibitLine[], published: boolean): readonly string[] {
  const lost = lines.flatMap(({ label, row }) => (lostText(row) === '' ? [] : [`${label}: ${lostText(row)}`]))
  const shipped = lines.filter(({ from }) => from === 'shipped').map(({ label }) => label)
  return [
    `${exhibit.title}: mean ± sample standard deviation (number of seeds).`,
    ...(published
      ? ['Inside: the means differ by at most the margin, the half-width of Welch’s 95 % interval plus a stated slack.']
      : []),
    ...(shipped.length === 0 ? [] : [`Shipped with Apical, not trained here: ${shipped.join('; ')}.`]),
    ...lost,
    ...(published && exhibit.source !== '' ? [`Published: ${exhibit.source}.`] : []),
  ]
}

export type TableFormat = 'latex' | 'markdown' | 'csv'

export function exhibitTable(exhibit: Exhibit, state: ExhibitState, format: TableFormat, published: boolean): string {
  const lines = exhibitLines(exhibit, state)
  switch (format) {
    case 'latex':
      return asLatex(exhibit, lines, published)
    case 'markdown':
      return asMarkdown(exhibit, lines, published)
    case 'csv':
      return asCsv(lines, published)
    default:
      return format satisfies never
  }
}

function asLatex(exhibit: Exhibit, lines: readonly ExhibitLine[], published: boolean): string {
  const columns = columnsOf(exhibit, published)
  const row = (cells: readonly string[]): string => `${cells.join(' & ')} \\\\`
  return [
    '% \\usepackage{booktabs}',
    `\\begin{tabular}{${columns.map(({ right }) => (right ? 'r' : 'l')).join('')}}`,
    '\\toprule',
    row(columns.map(({ title }) => latexText(title))),
    '\\midrule',
    ...lines.map((line) => row(columns.map(({ text }) => latexText(text(line))))),
    '\\bottomrule',
    '\\end{tabular}',
    ...sentences(exhibit, lines, published).map((sentence) => `% ${sentence}`),
    '',
  ].join('\n')
}

function asMarkdown(exhibit: Exhibit, lines: readonly ExhibitLine[], published: boolean): string {
  const columns = columnsOf(exhibit, published)
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    row(columns.map(({ title }) => title)),
    row(columns.map(({ right }) => (right ? '---:' : ':---'))),
    ...lines.map((line) => row(columns.map(({ text }) => markdownText(text(line))))),
    '',
    sentences(exhibit, lines, published).map(markdownText).join(' '),
    '',
  ].join('\n')
}

/** Every number at full precision; accuracies as fractions. */
function asCsv(lines: readonly ExhibitLine[], published: boolean): string {
  const header = [
    ...['row', 'label', 'mean', 'sd', 'n', 'epochs', 'epochs_planned', 'from', 'runs'],
    ...(published ? ['published_mean', 'published_sd', 'published_n', 'difference', 'margin', 'verdict'] : []),
  ]
  const rows = lines.map(({ label, compared: { ours, published: theirs, agreement, verdict }, row, from }) => [
    ...[row.id, label, ours?.mean, ours?.sd, ours?.n, row.epochs.done, row.epochs.of],
    ...[from ?? '', row.runs.map(({ id }) => id).join(' ')],
    ...(published ? [theirs?.mean, theirs?.sd, theirs?.n, agreement?.difference, agreement?.margin, verdict] : []),
  ])
  return `${[header, ...rows].map((cells) => cells.map((cell) => csvCell(cell)).join(',')).join('\n')}\n`
}
