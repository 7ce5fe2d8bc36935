/** Groups over each other: a mean line and a band each, on an axis that is fair to all of them. */
import type { DataSetCard, RuleCard } from '../../src-main/contract.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import type { SeedHistory } from '../charts/history.ts'
import type { ChartModel, Line } from '../charts/chart-model.ts'
import { TOP_K_CARD } from '../charts/series.ts'
import { methodText } from '../statistics/mean-interval.ts'
import { bandedCurve, CURVE_BANDS, type Curve, type CurveBand } from '../statistics/curve-band.ts'
import { drawnHistories, type Group, type Part } from './seed-results.ts'

/** What a group's seeds are asked for. */
export type Quantity =
  | { readonly kind: 'accuracy'; readonly part: Part }
  | { readonly kind: 'measure'; readonly measure: string; readonly series: string }

interface NamedQuantity {
  /** For a list of choices; unlike any other's. */
  readonly key: string
  readonly label: string
  readonly unit: string
  readonly quantity: Quantity
}

export const AXES = { epoch: 'epoch', batch: 'batch', samples: 'samples seen', time: 'wall time' } as const
export type Axis = keyof typeof AXES

/** How far an experiment's epochs are, in batches and samples. */
export interface Pace {
  readonly samples: number
  readonly batches: number
}

/** Of one epoch, what is held out not counted. */
export function paceOf({ data, training }: Experiment, card: DataSetCard | undefined): Pace {
  const all = Math.min(data.limitTrain ?? Infinity, card?.trainCount ?? Infinity)
  const samples = all - Math.round(all * (training.validation?.fraction ?? 0))
  return { samples, batches: Math.ceil(samples / training.batchSize) }
}

/** Everything that at least one group has values of. */
export function quantitiesOf(groups: readonly Group[], rules: readonly RuleCard[]): readonly NamedQuantity[] {
  const parts: readonly NamedQuantity[] = (['test', 'train', 'validation'] as const).map((part) => ({
    key: part,
    label: `${part} accuracy`,
    unit: 'percent',
    quantity: { kind: 'accuracy', part },
  }))
  const seeds = groups.flatMap(({ history }) => [...history.seeds.values()])
  const names = new Map<string, Set<string>>()
  for (const { measures } of seeds)
    for (const [measure, series] of measures)
      names.set(measure, new Set([...(names.get(measure) ?? []), ...series.keys()]))
  // One name may mean two things: the alignment of CorInfoMax is that of W and Vᵀ, feedback alignment's that of W and F.
  const compared = new Set(groups.map(({ row }) => row.rule))
  const cards = [...rules.filter(({ name }) => compared.has(name)).flatMap(({ measures }) => measures), TOP_K_CARD]
  const labelOf = (measure: string): string => {
    const labels = new Set(cards.filter(({ name }) => name === measure).map(({ label }) => label))
    return labels.size === 0 ? measure : [...labels].join(' / ')
  }
  const measures = [...names].flatMap(([measure, all]): readonly NamedQuantity[] =>
    [...all].map((series) => ({
      key: `${measure}/${series}`,
      label: `${labelOf(measure)} · ${series}`,
      unit: cards.find(({ name }) => name === measure)?.unit ?? '',
      quantity: { kind: 'measure', measure, series },
    })),
  )
  return [
    ...parts.filter(({ key }) => seeds.some((seed) => seed[key as Part].view().some(Number.isFinite))),
    ...measures,
  ]
}

interface OverlayChoice {
  readonly what: NamedQuantity
  readonly axis: Axis
  readonly band: CurveBand
  readonly seeds: boolean
  readonly withCollapsed: boolean
  /** What all groups share, in a line. */
  readonly shared: string
}

export interface OverlayGroup {
  readonly group: Group
  readonly pace: Pace
}

export function overlayModel(groups: readonly OverlayGroup[], choice: OverlayChoice): ChartModel {
  const { what, axis } = choice
  const clocks = groups.map(({ group, pace }) => clockOf(drawnHistories(group, choice.withCollapsed), pace))
  const time = axis === 'time' ? timeUnit(Math.max(0, ...clocks.map(({ seconds }) => seconds.at(-1) ?? 0))) : null
  const counts = new Set<number>()
  const lines = groups.flatMap(({ group }, i): readonly Line[] => {
    const clock = clocks[i] as Clock
    const place = (epochs: number): number => {
      if (time !== null) return clock.secondsAt(epochs) / time.seconds
      return axis === 'epoch' ? epochs : epochs * (axis === 'batch' ? clock.pace.batches : clock.pace.samples)
    }
    const moved = ({ x, y }: Curve): Curve => ({
      x: x.map((native) => place(clock.epochsAt(native, what.quantity))),
      y,
    })
    const each = drawnHistories(group, choice.withCollapsed).flatMap((seed) => {
      const curve = curveOf(seed, what.quantity)
      return curve === null ? [] : [{ seed: seed.seed, curve }]
    })
    if (each.length === 0) return []
    const { x, y, low, high, n } = bandedCurve(
      each.map(({ curve }) => curve),
      choice.band,
    )
    for (const each of n) counts.add(each)
    const { x: places } = moved({ x, y })
    const mean: Line = { label: group.name, ...group.look, x: places, y, ...(each.length > 1 ? { low, high } : {}) }
    const thin = each.map(({ seed, curve }): Line => ({
      label: `${group.name}, seed ${seed}`,
      ...group.look,
      ...moved(curve),
      thin: true,
    }))
    return choice.seeds && each.length > 1 ? [...thin, mean] : [mean]
  })
  const published = choice.what.key === 'test' ? publishedOf(groups) : null
  return {
    name: capital(what.unit === 'percent' || what.unit === '' ? what.label : `${what.label}, ${what.unit}`),
    ...(choice.shared === '' ? {} : { shared: choice.shared }),
    xLabel: time?.label ?? AXES[axis],
    unit: what.unit,
    // Chosen beside the chart; said in the legend of an exported figure.
    band: {
      chosen: choice.band,
      options: lines.some(({ low }) => low !== undefined) ? CURVE_BANDS : [],
      ...(choice.band === 'ci' ? { method: methodText([...counts]) } : {}),
    },
    lines,
    ...(published === null ? {} : { published }),
  }
}

function curveOf(seed: SeedHistory, quantity: Quantity): Curve | null {
  if (quantity.kind === 'accuracy') return { x: seed.epochs.view(), y: seed[quantity.part].view() }
  const columns = seed.measures.get(quantity.measure)?.get(quantity.series)
  return columns === undefined ? null : { x: columns.batch.view(), y: columns.value.view() }
}

interface Clock {
  readonly pace: Pace
  /** When each epoch was finished; entry 0 is the beginning. */
  readonly seconds: readonly number[]
  epochsAt(native: number, quantity: Quantity): number
  secondsAt(epochs: number): number
}

function clockOf(seeds: readonly SeedHistory[], pace: Pace): Clock {
  // An epoch's seconds are of all seeds side by side; of those trained one after another, the mean.
  const most = Math.max(0, ...seeds.map(({ epochs }) => epochs.length))
  const seconds = [0]
  for (let epoch = 0; epoch < most; epoch++) {
    const taken = seeds.map((seed) => seed.seconds.at(epoch)).filter(Number.isFinite)
    seconds.push((seconds.at(-1) ?? 0) + taken.reduce((sum, value) => sum + value, 0) / Math.max(1, taken.length))
  }
  return {
    pace,
    seconds,
    epochsAt: (native, { kind }) => (kind === 'accuracy' ? native : native / pace.batches),
    secondsAt(epochs) {
      const whole = Math.min(Math.floor(epochs), seconds.length - 1)
      const from = seconds[whole] ?? 0
      const to = seconds[whole + 1] ?? from
      return from + (epochs - whole) * (to - from)
    },
  }
}

function timeUnit(longest: number): { readonly label: string; readonly seconds: number } {
  if (longest < 180) return { label: 'wall time, s', seconds: 1 }
  return longest < 3 * 3600 ? { label: 'wall time, min', seconds: 60 } : { label: 'wall time, h', seconds: 3600 }
}

/** The one published row that all groups having any are compared with; null where they have several. */
function publishedOf(groups: readonly OverlayGroup[]): { readonly mean: number; readonly sd: number } | null {
  const rows = groups.flatMap(({ group }) => group.row.published ?? [])
  const [first] = rows
  if (first === undefined) return null
  return rows.every(({ mean, sd }) => mean === first.mean && sd === first.sd)
    ? { mean: first.mean, sd: first.sd }
    : null
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
