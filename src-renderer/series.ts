/** Histories of seeds as lines for charts: the mean over the seeds that count, its band, and each seed on demand. */
import type { ExperimentRow, PresetCard, RuleCard } from '../src-main/contract.ts'
import type { Spread } from '../src-main/experiment/event.ts'
import type { Column } from './column.ts'
import type { History, SeedHistory } from './history.ts'
import type { ChartModel, Line } from './parts/chart-model.ts'
import { DASHES, MARKERS, type Dash, type Marker } from './parts/line-style.ts'

export interface Columns {
  readonly x: Float64Array
  readonly y: Float64Array
}

export interface MeanColumns extends Columns {
  /** Sample standard deviation (n − 1) at each x; 0 where fewer than two seeds have a value. */
  readonly sd: Float64Array
}

/** Mean and sample standard deviation at every x that any of the columns has; values that are not finite do not count. */
export function meanOf(all: readonly Columns[]): MeanColumns {
  const sums = new Map<number, { n: number; mean: number; squares: number }>()
  for (const { x, y } of all)
    for (let i = 0; i < x.length; i++) {
      const value = y[i] as number
      if (!Number.isFinite(value)) continue
      const at = x[i] as number
      const sum = sums.get(at)
      if (sum === undefined) sums.set(at, { n: 1, mean: value, squares: 0 })
      else {
        // Welford's update: no cancellation where accuracies differ in the fourth digit only.
        sum.n++
        const difference = value - sum.mean
        sum.mean += difference / sum.n
        sum.squares += difference * (value - sum.mean)
      }
    }
  const entries = [...sums].sort(([a], [b]) => a - b)
  return {
    x: Float64Array.from(entries, ([x]) => x),
    y: Float64Array.from(entries, ([, { mean }]) => mean),
    sd: Float64Array.from(entries, ([, { n, squares }]) => (n > 1 ? Math.sqrt(squares / (n - 1)) : 0)),
  }
}

/** Mean and spread of the last test accuracy of the seeds that have not collapsed; null before the first. */
export function latest(history: History, part: 'test' | 'train'): Spread | null {
  const values = counting(history)
    .map((seed) => seed[part].last)
    .filter(Number.isFinite)
  const n = values.length
  if (n === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, n }
}

/** Seeds that are averaged: a collapsed one is shown apart and never hidden in a mean. All of them when all collapsed. */
function counting(history: History): readonly SeedHistory[] {
  const seeds = [...history.seeds.values()]
  const healthy = seeds.filter(({ collapsed }) => collapsed === null)
  return healthy.length > 0 ? healthy : seeds
}

export interface Shown {
  readonly seeds: boolean
  readonly published: { readonly mean: number; readonly sd: number } | null
}

export function accuracyModel(history: History, shown: Shown): ChartModel {
  return {
    name: 'Accuracy',
    xLabel: 'epoch',
    unit: 'percent',
    lines: [
      ...linesOf(history, ({ epochs, train }) => pair(epochs, train), { label: 'train', place: 1, seeds: shown.seeds }),
      ...linesOf(history, ({ epochs, test }) => pair(epochs, test), { label: 'test', place: 0, seeds: shown.seeds }),
    ],
    ...(shown.published === null ? {} : { published: shown.published }),
  }
}

export function measureModel(
  card: Pick<RuleCard['measures'][number], 'name' | 'label' | 'unit'>,
  history: History,
  seeds: boolean,
): ChartModel {
  const names = new Set<string>()
  for (const seed of history.seeds.values())
    for (const name of seed.measures.get(card.name)?.keys() ?? []) names.add(name)
  return {
    name: card.unit === '' ? card.label : `${card.label}, ${card.unit}`,
    xLabel: 'batch',
    unit: card.unit,
    lines: [...names].flatMap((name, i) =>
      linesOf(
        history,
        (seed) => {
          const columns = seed.measures.get(card.name)?.get(name)
          return columns === undefined ? null : pair(columns.batch, columns.value)
        },
        { label: name, place: PLACES[i % PLACES.length] as number, seeds },
      ),
    ),
  }
}

/** Orders of colour, dash and marker in which neighbours differ most. */
const PLACES: readonly number[] = [0, 2, 3, 4, 5, 6, 7, 1]

function linesOf(
  history: History,
  columns: (seed: SeedHistory) => Columns | null,
  { label, place, seeds }: { label: string; place: number; seeds: boolean },
): readonly Line[] {
  const look = {
    series: place + 1,
    dash: DASHES[place % DASHES.length] as Dash,
    marker: MARKERS[place % MARKERS.length] as Marker,
  }
  const each = counting(history)
    .map((seed) => ({ seed: seed.seed, columns: columns(seed) }))
    .filter(
      (entry): entry is { seed: number; columns: Columns } => entry.columns !== null && entry.columns.x.length > 0,
    )
  if (each.length === 0) return []
  const { x, y, sd } = meanOf(each.map((entry) => entry.columns))
  if (x.length === 0) return []
  const mean: Line = { label, ...look, x, y, ...(each.length > 1 ? { sd } : {}) }
  if (!seeds || each.length < 2) return [mean]
  const thin = each.map((entry): Line => ({
    label: `${label}, seed ${entry.seed}`,
    ...look,
    ...entry.columns,
    thin: true,
  }))
  return [...thin, mean]
}

function pair(x: Column, y: Column): Columns {
  return { x: x.view(), y: y.view() }
}

/** What its authors printed for this very network, rule and data; null where a preset was taken elsewhere. */
export function publishedFor(row: ExperimentRow, preset: PresetCard | undefined): Pick<Spread, 'mean' | 'sd'> | null {
  if (row.published !== null) return row.published
  if (preset === undefined) return null
  const { data, rule, widths } = preset.experiment
  const comparable = data.name === row.dataset && rule.name === row.rule && widths.join() === row.widths.join()
  return comparable ? preset.published : null
}
