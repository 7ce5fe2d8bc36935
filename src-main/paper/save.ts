/** A paper of one's own, made of runs: their experiments as its rows, their results as its printed numbers. */
import type { Spread } from '../experiment/event.ts'
import { countedSeeds } from '../experiment/result.ts'
import { spreadOf } from '../experiment/spread.ts'
import { PAPER_FORMAT, PAPER_VERSION, Paper } from './paper.ts'
import { lostSeeds } from './row-seeds.ts'
import type { TrainedRun, TrainedSeed } from './trained.ts'
import { valuesOf, type Wanted } from './values.ts'

interface SavedRun {
  readonly run: TrainedRun
  /** What tables and legends call it. */
  readonly label: string
}

interface Titles {
  readonly id: string
  readonly title: string
  readonly authors: string
  /** Of a measure, as its card has it: 'Alignment of W and Vᵀ'; the name where there is none. */
  readonly labelOf: (measure: string) => string
}

/** At most as many points of a measure as a figure shows. */
const MOST_POINTS = 400

/**
 * Curves of test and training accuracy, one figure for each measure and series that was taken, and a table. Epochs are those
 * that the seeds that count have finished; collapsed seeds are named in the row's note, and in no mean.
 */
export function paperOfRuns(saved: readonly SavedRun[], { id, title, authors, labelOf }: Titles): Paper {
  const rows = saved.map(({ run, label }, i) => {
    const { experiment } = run
    const { epoch, lost, seeds } = countedIn(run)
    const part = (quantity: 'test' | 'train'): Spread | null =>
      spreadAt(run, { quantity, series: null }, 'epoch', epoch)
    return {
      id: `row-${i + 1}`,
      label,
      preset: null,
      experiment: {
        ...experiment,
        sweep: null,
        // One that others left behind, or that was never begun, is in no number that is printed here.
        seeds: experiment.seeds.filter((seed) => lost.includes(seed) || seeds.some((one) => one.seed === seed)),
        training: { ...experiment.training, epochs: epoch },
        engine: { name: 'auto' as const, precision: 'float32' as const, device: null, threads: null },
      },
      published: { test: part('test'), train: part('train') },
      perSeed: perSeedOf(seeds, epoch, lost),
      note: lost.length === 0 ? '' : `Collapsed and not in the mean: seed ${lost.join(', ')}.`,
    }
  })
  const figure = (exhibit: {
    id: string
    title: string
    quantity: string
    series: string | null
    unit: 'epoch' | 'batch'
  }) => {
    const wanted = { quantity: exhibit.quantity, series: exhibit.series }
    const drawn = saved.map(({ run, label }, i) => ({
      row: `row-${i + 1}`,
      label,
      points: pointsOf(run, wanted, exhibit.unit),
    }))
    const ends = drawn.map(({ points }) => Math.max(...points.keys()))
    const places = [...new Set(drawn.flatMap(({ points }) => [...points.keys()]))].sort((a, b) => a - b)
    const at = thinned(places, ends)
    const curves = drawn.flatMap(({ row, label, points }) => {
      const last = at.findLastIndex((place) => points.has(place))
      if (last < 0) return []
      const each = at.slice(0, last + 1).map((place) => points.get(place) ?? null)
      const edge = (sign: number) => each.map((spread) => spread && digits(spread.mean + sign * spread.sd))
      const banded = each.some((spread) => (spread?.n ?? 0) > 1)
      return [
        {
          ...{ row, label, series: exhibit.series, quantity: null },
          n: Math.max(...each.map((spread) => spread?.n ?? 1)),
          mean: each.map((spread) => spread && digits(spread.mean)),
          low: banded ? edge(-1) : null,
          high: banded ? edge(1) : null,
        },
      ]
    })
    return {
      ...{ id: exhibit.id, title: exhibit.title, section: 'Figures' },
      kind: exhibit.quantity === 'alignment' ? ('angles' as const) : ('curves' as const),
      quantity: exhibit.quantity,
      x: { unit: exhibit.unit, at },
      band: 'sample sd' as const,
      ...{ curves, rows: [], source: '', note: '' },
    }
  }
  const accuracies = (['test', 'train'] as const)
    .filter((quantity) => saved.some(({ run }) => pointsOf(run, { quantity, series: null }, 'epoch').size > 0))
    .map((quantity) =>
      figure({
        id: `${quantity}-accuracy`,
        title: quantity === 'test' ? 'Test accuracy' : 'Training accuracy',
        ...{ quantity, series: null, unit: 'epoch' },
      }),
    )
  const measures = seriesOf(saved).map(({ quantity, series }) =>
    figure({
      id: slug(`${quantity}-${series}`),
      title: `${labelOf(quantity)}, ${series}`,
      ...{ quantity, series, unit: 'batch' },
    }),
  )
  const table = {
    ...{
      id: 'final-accuracy',
      title: 'Accuracy after the last epoch',
      section: 'Tables',
      kind: 'table',
      quantity: 'test',
    },
    ...{ x: null, band: null, curves: [], rows: rows.map((row) => row.id), source: '', note: '' },
  }
  return Paper.parse({
    ...{ format: PAPER_FORMAT, version: PAPER_VERSION, id, title, authors, rows },
    exhibits: [...accuracies, ...measures, table],
  })
}

/** 'My first paper' → 'my-first-paper'. */
export function slug(title: string): string {
  const words = title
    .normalize('NFKD')
    // 'ü' is now a u and its dots.
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return words.slice(0, 80) || 'paper'
}

/** Where one of them collapsed, or ended so far below the others that it is told apart: named, it is so on both sides. */
function perSeedOf(
  seeds: readonly TrainedSeed[],
  epoch: number,
  collapsed: readonly number[],
): Paper['rows'][number]['perSeed'] {
  const finals = seeds.map((one) => {
    const at = (quantity: 'test' | 'train'): number | null =>
      valuesOf(one, { quantity, series: null }, 'epoch').get(epoch) ?? null
    return { seed: one.seed, test: at('test'), train: at('train') }
  })
  if (finals.some(({ test }) => test === null) || lostSeeds(finals).length + collapsed.length === 0) return null
  const all = [...finals, ...collapsed.map((seed) => ({ seed, test: null, train: null }))]
  return {
    seeds: all.map(({ seed }) => seed),
    test: all.map(({ test }) => test),
    train: finals.some(({ train }) => train === null) ? null : all.map(({ train }) => train),
  }
}

function countedIn({ seeds }: TrainedRun): {
  readonly epoch: number
  readonly seeds: readonly TrainedSeed[]
  readonly lost: readonly number[]
} {
  const standing = seeds.map((seed) => ({ seed, epochs: seed.epochs.at(-1) ?? 0, collapsed: seed.collapsed !== null }))
  const { epoch, seeds: counted } = countedSeeds(standing)
  return {
    epoch: epoch ?? Math.max(1, ...standing.map(({ epochs }) => epochs)),
    seeds: counted.filter(({ collapsed }) => !collapsed).map(({ seed }) => seed),
    lost: seeds.filter(({ collapsed }) => collapsed !== null).map(({ seed }) => seed),
  }
}

function pointsOf(run: TrainedRun, wanted: Wanted, unit: 'epoch' | 'batch'): ReadonlyMap<number, Spread> {
  const each = countedIn(run).seeds.map((seed) => valuesOf(seed, wanted, unit))
  const places = new Set(each.flatMap((values) => [...values.keys()]))
  return new Map(
    [...places].flatMap((place) => {
      const spread = spreadOf(each.map((values) => values.get(place) ?? null))
      return spread === null ? [] : [[place, spread] as const]
    }),
  )
}

function spreadAt(run: TrainedRun, wanted: Wanted, unit: 'epoch' | 'batch', place: number): Spread | null {
  return pointsOf(run, wanted, unit).get(place) ?? null
}

function seriesOf(saved: readonly SavedRun[]): readonly { readonly quantity: string; readonly series: string }[] {
  const found = new Map<string, { quantity: string; series: string }>()
  for (const { run } of saved)
    for (const { measures } of run.seeds)
      for (const [quantity, all] of Object.entries(measures))
        for (const series of Object.keys(all)) found.set(`${quantity}/${series}`, { quantity, series })
  return [...found.values()]
}

/** @param ends of the curves, which stay: they are what is judged */
function thinned(places: readonly number[], ends: readonly number[]): number[] {
  const step = Math.ceil(places.length / MOST_POINTS)
  return places.filter((place, i) => i % step === 0 || ends.includes(place))
}

/** A file for people: more digits than an accuracy of a million images has. */
function digits(value: number): number {
  return Number(value.toPrecision(9))
}
