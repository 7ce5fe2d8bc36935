/** An exhibit as a file: the figure that the window draws, or its numbers as a table. */
import { extname } from 'node:path'
import { exhibitModel, seriesIn } from '../../src-renderer/exhibits/exhibit-model.ts'
import { exhibitTable, type TableFormat } from '../../src-renderer/exhibits/exhibit-table.ts'
import { figureOfChart } from '../../src-renderer/figure/from-chart.ts'
import { writeWhole } from '../lab/storage.ts'
import { rules } from '../rules/index.ts'
import { UsageProblem } from './command.ts'
import { figureBytes } from './figure-file.ts'
import { refuseOverwriting } from './new-file.ts'
import { exhibitOf, type OpenedPaper } from './paper-open.ts'

const TABLES: Readonly<Record<string, TableFormat>> = { '.tex': 'latex', '.csv': 'csv', '.md': 'markdown' }
const FIGURES: Readonly<Record<string, 'svg' | 'pdf'>> = { '.svg': 'svg', '.pdf': 'pdf' }

/** Never over a file that is there. @throws UsageProblem */
export async function exportExhibit(opened: OpenedPaper, id: string, file: string, published: boolean): Promise<void> {
  const { exhibit, state } = exhibitOf(opened, id)
  const ending = extname(file).toLowerCase()
  const table = TABLES[ending]
  const format = FIGURES[ending]
  if (table === undefined && format === undefined)
    throw new UsageProblem(`--to takes a file that ends in .svg, .pdf, .tex, .csv or .md, found "${file}".`)
  refuseOverwriting(file)
  if (table !== undefined) {
    writeWhole(file, [exhibitTable(exhibit, state, table, published)])
    return
  }
  if (exhibit.curves.length === 0)
    throw new UsageProblem(`"${id}" is a table and has no figure.`, 'Export it as .tex, .csv or .md.')
  const model = exhibitModel(exhibit, state, { seriesOf: seriesIn(rules), published })
  const choice = { x: 'linear', y: 'linear', smoothing: { kind: 'none', span: 1 } } as const
  const figure = figureOfChart(model, choice, null, `${opened.paper.title}, ${id}`)
  writeWhole(file, [await figureBytes(figure, format ?? 'svg')])
}
