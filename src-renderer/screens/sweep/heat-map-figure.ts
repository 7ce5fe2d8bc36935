/** The map of a two-axis sweep on paper. */
import { seedsMark, type HeatMap } from '../../experiments/heat-map.ts'
import { OUTCOMES, type Outcome, type SweepAxis } from '../../experiments/sweep-model.ts'
import type { Figure } from '../../figure/figure.ts'
import { PLAIN_LOOK } from '../../figure/look.ts'

export function figureOfHeatMap({ across, down, rows, range }: HeatMap, outcome: Outcome, origin: string): Figure {
  const title = ({ label, symbol }: SweepAxis): string => (symbol === undefined ? label : `${label} ${symbol}`)
  return {
    ...{ format: 'apical-figure', version: 1, origin },
    content: {
      kind: 'heat-map',
      ...{ down: down.key, across: across.key },
      columns: across.values.map(({ tick }) => tick),
      rows: rows.map(({ text }) => text),
      cells: rows.map(({ cells }) =>
        cells.map((cell) =>
          cell === null
            ? null
            : {
                mean: cell.value?.mean ?? null,
                sd: cell.value !== null && cell.value.n > 1 ? cell.value.sd : null,
                n: cell.value?.n ?? 0,
                collapsed: cell.row.collapsedSeeds.length,
                lost: seedsMark(cell.row),
              },
        ),
      ),
      ...(range ?? { low: 0, high: 1 }),
    },
    look: {
      ...PLAIN_LOOK,
      title: `${OUTCOMES[outcome].label} (%), mean over seeds`,
      xTitle: title(across),
      yTitle: title(down),
    },
  }
}
