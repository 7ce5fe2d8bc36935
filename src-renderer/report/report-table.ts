/** Tables and lists of facts as HTML that is read aloud as well as it looks. */
import { markup, type Markup, type Part } from './markup.ts'

export interface Column<R> {
  readonly title: string
  /** Numbers, under each other by their digits. */
  readonly right?: boolean
  readonly cell: (row: R) => Part
  /** Words as well as numbers: may take several lines. */
  readonly wraps?: boolean
  /** Long and without spaces: checksums. */
  readonly code?: boolean
}

interface TableOptions {
  /** Wider than a small window: moves sideways in itself. */
  readonly wide?: boolean
}

/** The first column heads its rows. @param name what it is called when it is read aloud */
export function reportTable<R>(
  name: string,
  columns: readonly Column<R>[],
  rows: readonly R[],
  { wide = false }: TableOptions = {},
): Markup {
  const classOf = ({ right, code, wraps }: Column<R>): string =>
    (right === true ? 'right' : code === true ? 'code' : 'left') + (wraps === true ? ' wraps' : '')
  const head = columns.map((column) => markup`<th scope="col" class="${classOf(column)}">${column.title}</th>`)
  const body = rows.map((row) => {
    const cells = columns.map((column, i) =>
      i === 0
        ? markup`<th scope="row">${column.cell(row)}</th>`
        : markup`<td class="${classOf(column)}">${column.cell(row)}</td>`,
    )
    return markup`<tr>${cells}</tr>\n`
  })
  const table = markup`<table>
<caption class="heard">${name}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table>
`
  // What moves sideways has to be reached by the keyboard.
  return wide ? markup`<div class="wide" role="group" aria-label="${name}" tabindex="0">${table}</div>\n` : table
}

export interface Fact {
  readonly label: Part
  readonly value: Part
}

/** @param style 'figures' side by side, a number each; 'lines' under each other */
export function facts(entries: readonly Fact[], style: 'figures' | 'lines'): Markup {
  return markup`<dl class="${style}">
${entries.map(({ label, value }) => markup`<div><dt>${label}</dt><dd>${value}</dd></div>\n`)}</dl>
`
}

/** A letter of a paper, with its index set low: η_stop. */
export function symbol(text: string | undefined): Markup | null {
  if (text === undefined || text === '') return null
  const [letter = '', index] = text.split('_', 2)
  return markup` <i class="symbol">${letter}${index === undefined ? null : markup`<sub>${index}</sub>`}</i>`
}
