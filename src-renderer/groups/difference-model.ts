/** Differences to a baseline over training, seed by seed, as a chart. */
import type { ChartModel, Line } from '../charts/chart-model.ts'
import { methodText } from '../statistics/mean-interval.ts'
import { bandedCurve, type CurveBand } from '../statistics/curve-band.ts'
import { differenceCurves, type PairedComparison } from './paired-groups.ts'
import type { Group } from './seed-results.ts'

export function differenceModel(
  baseline: Group,
  comparisons: readonly PairedComparison[],
  { band, seeds, shared }: { readonly band: CurveBand; readonly seeds: boolean; readonly shared: string },
): ChartModel {
  const counts = new Set<number>()
  const lines = comparisons.flatMap(({ group, pairs }): readonly Line[] => {
    const curves = differenceCurves(baseline, group, pairs.seeds).map(({ seed, x, y }) => ({
      ...{ seed, x },
      // Percentage points: a difference of two percentages is not one.
      y: y.map((fraction) => fraction * 100),
    }))
    if (curves.length === 0) return []
    const { x, y, low, high, n } = bandedCurve(curves, band)
    for (const each of n) counts.add(each)
    const label = group.name
    const mean: Line = { label, ...group.look, x, y, ...(curves.length > 1 ? { low, high } : {}) }
    if (!seeds || curves.length < 2) return [mean]
    return [
      ...curves.map((curve): Line => ({
        ...{ label: `${label}, seed ${curve.seed}`, ...group.look, x: curve.x, y: curve.y },
        thin: true,
      })),
      mean,
    ]
  })
  const xs = lines.flatMap(({ x }) => [...x])
  const zero: Line = {
    ...{ label: baseline.name, ...baseline.look },
    x: Float64Array.of(Math.min(...xs), Math.max(...xs)),
    y: Float64Array.of(0, 0),
  }
  return {
    name: 'Test accuracy, difference from the baseline',
    ...(shared === '' ? {} : { shared }),
    xLabel: 'epoch',
    unit: 'points',
    lines: lines.length === 0 ? [] : [zero, ...lines],
    ...(lines.some(({ low }) => low !== undefined)
      ? { band: { chosen: band, options: [band], ...(band === 'ci' ? { method: methodText([...counts]) } : {}) } }
      : {}),
  }
}
