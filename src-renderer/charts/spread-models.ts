/** Weights and activities as charts of how they are spread: shares of all values by bin. */
import type { LayerActivity, WeightMatrix } from '../../src-main/experiment/representations.ts'
import type { Histogram } from '../../src-main/experiment/representations.ts'
import type { RuleCard } from '../../src-main/contract.ts'
import { subscript, whole } from '../text/format.ts'
import type { ChartModel, Line } from './chart-model.ts'
import { DASHES } from './line-style.ts'

type Synapses = Pick<RuleCard, 'synapses'>['synapses']

const KINDS = { forward: 'forward weights', feedback: 'feedback weights', lateral: 'lateral weights' } as const

/** 'W1' as it stands in equations, and what it is. */
export function parameterName(name: string): string {
  const parts = /^(\p{L}+)(\d+)$/u.exec(name)
  return parts === null ? name : `${parts[1] ?? ''}${subscript(Number(parts[2]))}`
}

function kindOf({ name, rows }: Pick<WeightMatrix, 'name' | 'rows'>, synapses: Synapses): string {
  const letter = /^\p{L}+/u.exec(name)?.[0]
  const found = synapses.find((one) => one.letter === letter)
  if (found !== undefined) return KINDS[found.kind]
  return rows === 1 ? 'biases' : 'weights'
}

export function epochName({ epoch, drawn }: { readonly epoch: number; readonly drawn: boolean }): string {
  if (drawn) return 'as drawn'
  return epoch === 0 ? 'in epoch 1' : `after epoch ${epoch}`
}

/** Every epoch in the same bins, the latest in front. */
export function weightModel(
  matrix: WeightMatrix,
  rule: Pick<RuleCard, 'synapses' | 'palette'> | undefined,
): ChartModel {
  const { rows, columns, epochs } = matrix
  const name = parameterName(matrix.name)
  const last = epochs.length - 1
  return {
    name: `${name}, ${kindOf(matrix, rule?.synapses ?? [])}`,
    quantity: 'Share of weights',
    note: rows === 1 ? whole(columns) : `${whole(rows)} × ${whole(columns)}`,
    xLabel: `weight in ${name}`,
    unit: 'percent',
    distribution: true,
    lines: epochs.map(({ epoch, drawn, histogram }, i): Line => ({
      label: epochName({ epoch, drawn }),
      // What training began with is grey and dashed; later epochs have the rule's colour, the latest the strongest.
      series: drawn ? 8 : (rule?.palette ?? 2),
      shade: drawn ? 0 : Math.min(2, last - i),
      dash: drawn ? 'dashed' : (DASHES[(last - i) % DASHES.length] ?? 'solid'),
      ...{ marker: 'circle', light: true, ...pointsOf(histogram) },
    })),
  }
}

export function activityModel({ layer, histogram }: LayerActivity, label: string, series: number): ChartModel {
  return {
    name: `Activity of ${label}`,
    quantity: 'Share of activities',
    xLabel: `activity in layer ${layer}`,
    unit: 'percent',
    distribution: true,
    lines: [{ label: 'test set', ...{ series, dash: 'solid', marker: 'circle', light: true }, ...pointsOf(histogram) }],
  }
}

/** The outline of the bars: up and down at the edges of each bin. */
function pointsOf({ low, width, counts }: Histogram): Pick<Line, 'x' | 'y'> {
  const all = counts.reduce((sum, count) => sum + count, 0)
  const [x, y]: [number[], number[]] = [[], []]
  counts.forEach((count, i) => {
    const share = all === 0 ? 0 : count / all
    x.push(low + i * width, low + (i + 1) * width)
    y.push(share, share)
  })
  return { x: Float64Array.from(x), y: Float64Array.from(y) }
}
