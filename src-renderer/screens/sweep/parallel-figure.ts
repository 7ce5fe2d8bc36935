/** Parallel coordinates on paper. */
import type { Figure } from '../../figure/figure.ts'
import { PLAIN_LOOK } from '../../figure/look.ts'
import { passes, type Brush, type Parallel } from './parallel.ts'
import { outcomeOf, OUTCOMES, type Outcome, type Sweep } from '../../experiments/sweep-model.ts'

export function figureOfParallel(
  { axes, lines, range }: Parallel,
  sweep: Sweep,
  outcome: Outcome,
  brushes: readonly (Brush | null)[],
  origin: string,
): Figure {
  const { label } = OUTCOMES[outcome]
  return {
    ...{ format: 'apical-figure', version: 1, origin },
    content: {
      kind: 'parallel',
      axes: sweep.axes.map(({ key, label, symbol }, i) => ({
        key,
        label: symbol === undefined ? label : `${label} ${symbol}`,
        ticks: [...(axes[i]?.ticks ?? [])],
      })),
      outcome: { key: outcome, label: `${label}, %`, ...range, ticks: [...(axes.at(-1)?.ticks ?? [])] },
      lines: lines.map((line) => {
        const { row, places } = line.point
        const { mean, sd, n } = outcomeOf(row, outcome) ?? { mean: NaN, sd: 0, n: 0 }
        const collapsed = row.collapsedSeeds.length
        return { places: [...places], mean, sd: n > 1 ? sd : null, n, collapsed, chosen: passes(line, brushes) }
      }),
    },
    look: { ...PLAIN_LOOK, title: `Settings and ${label.toLowerCase()}`, xTitle: '', yTitle: '' },
  }
}
