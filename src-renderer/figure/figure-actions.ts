/** What leaves the window from a chart: the same list for every one, so that none can be left without a part of it. */
import { copyText, fileName, saveText } from '../export/files.ts'
import { figurePython, figureTable } from './figure-data.ts'
import type { Figure } from './figure.ts'
import { figures } from './figures.svelte.ts'

export interface FigureAction {
  readonly label: string
  readonly run: () => void
}

/** `own`: what a chart knows better than its figure: every point of long lines, code that reads its run's own files. */
export function figureActions(
  figure: () => Figure,
  own: { readonly table?: (separator: '\t' | ',') => string; readonly python?: string | null } = {},
): readonly FigureAction[] {
  const table = own.table ?? ((separator) => figureTable(figure(), separator))
  return [
    { label: 'Export figure…', run: () => (figures.open = figure()) },
    { label: 'Open figure…', run: () => figures.choose() },
    { label: 'Copy data', run: () => void copyText(table('\t'), 'The data are on the clipboard.') },
    {
      label: 'Save data as CSV',
      run: () => saveText(`${fileName(figure().look.title)}.csv`, table(','), 'text/csv'),
    },
    {
      label: 'Copy as pandas code',
      run: () => void copyText(own.python ?? figurePython(figure()), 'The Python code is on the clipboard.'),
    },
  ]
}
