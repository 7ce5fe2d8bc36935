/** A one-axis sweep as a line: the mean at every value, one standard deviation to either side. */
import type { ChartModel } from '../charts/chart-model.ts'
import { lookAt } from '../charts/looks.ts'
import { competing, outcomeOf, OUTCOMES, type Outcome, type Sweep } from './sweep-model.ts'

/** Null where the axis has no numbers to go along. `series`: its rule's slot of the palette. */
export function sweepChart({ axes, points }: Sweep, outcome: Outcome, series: number): ChartModel | null {
  const [axis] = axes
  if (axis === undefined || axes.length !== 1 || axis.scale === 'category') return null
  const among = new Set(competing(points.map(({ row }) => row)))
  const at = points
    // What still trains joins the line when it is as far as the others.
    .filter(({ row }) => among.has(row))
    .flatMap(({ row, places }) => {
      const value = outcomeOf(row, outcome)
      const x = axis.values[places[0] ?? 0]?.number ?? null
      return value === null || x === null ? [] : [{ x, value }]
    })
    .sort((a, b) => a.x - b.x)
  const spread = at.some(({ value }) => value.n > 1)
  const edge = (sign: 1 | -1): Float64Array =>
    Float64Array.from(at, ({ value: { mean, sd, n } }) => (n > 1 ? mean + sign * sd : NaN))
  return {
    name: `${OUTCOMES[outcome].label} by ${axis.label.toLowerCase()}`,
    xLabel: axis.label,
    along: { low: axis.values[0]?.number ?? 0, high: axis.values.at(-1)?.number ?? 0 },
    unit: 'percent',
    lines: [
      {
        ...{ label: OUTCOMES[outcome].short.replace(' %', ''), ...lookAt(0, series, 0) },
        x: Float64Array.from(at, ({ x }) => x),
        y: Float64Array.from(at, ({ value }) => value.mean),
        ...(spread ? { low: edge(-1), high: edge(1) } : {}),
      },
    ],
  }
}
