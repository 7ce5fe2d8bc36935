/** Histories of seeds as lines for charts: the mean over the seeds that count, its band, and each seed on demand. */
import type { ExperimentRow, Inspection, PresetCard, RuleCard } from '../../src-main/contract.ts'
import { confusionOf, type ConfusionModel } from '../../src-main/experiment/confusion.ts'
import type { EarlyEpoch, Spread } from '../../src-main/experiment/event.ts'
import type { Selection } from '../../src-main/experiment/experiment.ts'
import { countedSeeds, type Standing } from '../../src-main/experiment/result.ts'
import { selectedIndex } from '../../src-main/experiment/selection.ts'
import { spreadOf } from '../../src-main/experiment/spread.ts'
import { whole } from '../text/format.ts'
import { Column } from './column.ts'
import type { History, SeedHistory } from './history.ts'
import type { ChartModel, EarlyBand, Line, Mark } from './chart-model.ts'
import { DASHES, MARKERS, SHADES, type Dash, type Marker } from './line-style.ts'
import { SeedMean, type Growing, type SeedBand } from './seed-mean.ts'

/**
 * Mean and spread of the test accuracy over the seeds that count (`experiment/result.ts`), each at its last epoch or at the
 * one chosen on the validation set; null before the first.
 */
export function latest(history: History, selection: Selection): Spread | null {
  const { seeds } = countedSeeds([...history.seeds.values()].map((seed) => ({ ...standingOf(seed), seed })))
  const values = seeds.map(({ seed }) => seed.test.at(reportedIndex(seed, selection)))
  return spreadOf(values.filter(Number.isFinite))
}

export function standingOf({ epochs, collapsed }: Pick<SeedHistory, 'epochs' | 'collapsed'>): Standing {
  return { epochs: epochs.length === 0 ? 0 : epochs.last, collapsed: collapsed !== null }
}

/**
 * Seeds that are drawn: at each epoch those that finished it. A collapsed one is shown apart and never hidden in a mean; all
 * of them when all collapsed.
 */
function drawn(history: History): readonly SeedHistory[] {
  const seeds = [...history.seeds.values()]
  const healthy = seeds.filter(({ collapsed }) => collapsed === null)
  return healthy.length > 0 ? healthy : seeds
}

/** Where the reported epoch stands in a seed's columns: the last, or the first of largest validation accuracy; −1 for none. */
export function reportedIndex({ validation }: Pick<SeedHistory, 'validation'>, selection: Selection): number {
  return selectedIndex(selection, validation.view())
}

/** Lines at the epochs that were chosen on the validation set, each once; none where the last epoch counts. */
function chosenMarks(history: History, selection: Selection): readonly Mark[] {
  if (selection === 'last-epoch') return []
  const chosen = drawn(history)
    .map((seed) => seed.epochs.at(reportedIndex(seed, selection)))
    .filter(Number.isFinite)
  const epochs = [...new Set(chosen)].sort((a, b) => a - b)
  const [first] = epochs
  const last = epochs.at(-1)
  const label = first === last ? `chosen epoch ${first ?? ''}` : `chosen epochs ${first ?? ''}–${last ?? ''}`
  return epochs.map((x, i) => ({ x, label: i === 0 ? label : '' }))
}

/** What the evaluation counts beside accuracy, by the name it is recorded under. */
const TOP_K = 'top-k'
const CHARTED_TOP_K = [
  { part: 'train', place: 3 },
  { part: 'validation', place: 4 },
  { part: 'test', place: 5 },
] as const

/** The top-k accuracies, on the epochs' axis and not on the batches' that they are recorded by. */
function topKLines(history: History, { seeds, band = 'sd', topK }: Shown): readonly Line[] {
  const name = topK === null || topK === undefined ? TOP_K : `top-${topK}`
  return CHARTED_TOP_K.flatMap(({ part, place }) =>
    linesOf(
      history,
      (seed) => {
        const columns = seed.measures.get(TOP_K)?.get(part)
        return columns === undefined ? null : { x: inEpochs(columns.batch, seed), y: columns.value }
      },
      { key: `${TOP_K}/${part}`, label: `${part} ${name}`, place, seeds, band },
    ),
  )
}

/** Grows with the batches that it says in epochs, so that what is drawn of it grows too. */
const epochsOfBatches = new WeakMap<Column, Column>()

function inEpochs(batch: Column, { epochs, batches }: SeedHistory): Column {
  // Batches of an epoch: told by those that passed, in histories without them by the last epoch that was counted.
  const perEpoch = batches.batch.length > 0 ? batches.batch.last / batches.epochs.last : batch.last / epochs.last
  const found = epochsOfBatches.get(batch) ?? new Column()
  epochsOfBatches.set(batch, found)
  found.truncate(batch.length)
  for (let i = 0; i < batch.length; i++) {
    const at = Math.round((batch.at(i) / perEpoch) * 1000) / 1000
    if (i < found.length) found.set(i, at)
    else found.push(at)
  }
  return found
}

export interface Shown {
  readonly seeds: boolean
  readonly selection: Selection
  readonly published: { readonly mean: number; readonly sd: number } | null
  readonly early: readonly EarlyEpoch[] | null
  readonly band?: SeedBand
  /** The k of the top-k accuracy that is counted beside it. */
  readonly topK?: number | null
}

export function accuracyModel(history: History, shown: Shown): ChartModel {
  const { seeds, band = 'sd' } = shown
  const part = (name: 'train' | 'validation' | 'test', place: number): readonly Line[] =>
    linesOf(history, (seed) => ({ x: seed.epochs, y: seed[name] }), { key: name, label: name, place, seeds, band })
  const passing = passingBatches(history, shown)
  return {
    name: 'Accuracy',
    xLabel: 'epoch',
    unit: 'percent',
    source: { kind: 'epochs' },
    ...bandOf(history, band),
    ...passing.note,
    lines: [
      ...passing.lines,
      ...part('train', 1),
      ...part('validation', 2),
      ...topKLines(history, shown),
      ...part('test', 0),
    ],
    marks: chosenMarks(history, shown.selection),
    ...(shown.published === null ? {} : { published: shown.published }),
    ...(shown.early === null ? {} : { early: earlyBand(shown.early) }),
  }
}

/** The training batches as they passed, from the first second on: what the epochs' accuracies are joined to. */
function passingBatches(
  history: History,
  { seeds, band = 'sd' }: Shown,
): { readonly lines: readonly Line[]; readonly note: Pick<ChartModel, 'note'> } {
  const samples = Math.max(...drawn(history).map(({ batches }) => usualSamples(batches.samples)))
  if (!(samples > 0)) return { lines: [], note: {} }
  const label = `training batches, running mean of ${whole(samples)} samples`
  const columns = ({ batches }: SeedHistory): Growing => ({ x: batches.epochs, y: batches.accuracy })
  const lines = linesOf(history, columns, { key: 'batches', label, place: 1, seeds, band })
  return {
    lines: lines.map(({ low: _low, high: _high, ...line }) =>
      line.thin === true ? line : { ...line, dash: 'solid', light: true, short: 'training batches' },
    ),
    note: { note: label },
  }
}

/** Of the last window or the one before: an epoch's last is cut short by its end. */
function usualSamples(samples: Column): number {
  return Math.max(0, ...[samples.last, samples.at(samples.length - 2)].filter(Number.isFinite))
}

export function measureModel(
  card: Pick<RuleCard['measures'][number], 'name' | 'label' | 'unit'>,
  history: History,
  seeds: boolean,
  band: SeedBand = 'sd',
): ChartModel {
  const names = new Set<string>()
  for (const seed of history.seeds.values())
    for (const name of seed.measures.get(card.name)?.keys() ?? []) names.add(name)
  return {
    name: card.unit === '' ? card.label : `${card.label}, ${card.unit}`,
    xLabel: 'batch',
    unit: card.unit,
    source: { kind: 'measure', measure: card.name },
    ...bandOf(history, band),
    lines: [...names].flatMap((name, i) =>
      linesOf(
        history,
        (seed) => {
          const columns = seed.measures.get(card.name)?.get(name)
          return columns === undefined ? null : { x: columns.batch, y: columns.value }
        },
        { key: `${card.name}/${name}`, label: name, place: PLACES[i % PLACES.length] as number, seeds, band },
      ),
    ),
  }
}

/** Counted by the evaluation and not by a rule, so no rule has a card of it. */
export const TOP_K_CARD = { name: TOP_K, label: 'Top-k accuracy', unit: 'percent' } as const

/** The latest value of every iteration, a line a phase. */
export function profileModel(
  card: Pick<RuleCard['measures'][number], 'name' | 'label' | 'unit'>,
  history: History,
  seeds: boolean,
  band: SeedBand = 'sd',
): ChartModel {
  const phases = new Set(
    [...history.seeds.values()].flatMap((seed) => [...(seed.profiles.get(card.name)?.keys() ?? [])]),
  )
  return {
    name: card.unit === '' ? card.label : `${card.label}, ${card.unit}`,
    xLabel: 'iteration',
    unit: card.unit,
    source: { kind: 'profile', measure: card.name },
    ...bandOf(history, band),
    lines: [...phases].flatMap((phase, i) =>
      linesOf(
        history,
        (seed) => {
          const profile = seed.profiles.get(card.name)?.get(phase)
          if (profile === undefined) return null
          return { x: new Column(profile.value.map((_, t) => t + 1)), y: new Column(profile.value) }
        },
        { key: `${card.name} by iteration/${phase}`, label: phase, place: PLACES[i % PLACES.length]!, seeds, band },
      ),
    ),
  }
}

/** Of the last epoch that has one; null before the first. */
export function confusionModel(history: History): ConfusionModel | null {
  return confusionOf(drawn(history).flatMap(({ confusion }) => confusion ?? []))
}

/** Of networks that were looked at later, of a run that counted nothing while it trained. */
export function inspectedConfusion({ classes, seeds }: Inspection): ConfusionModel | null {
  return confusionOf(seeds.map(({ epoch, counts }) => ({ epoch, split: 'test', classes, counts })))
}

/** Orders of colour, dash and marker in which neighbours differ most. */
const PLACES: readonly number[] = [0, 2, 3, 4, 5, 6, 7, 1]

function linesOf(
  history: History,
  columns: (seed: SeedHistory) => Growing | null,
  how: {
    readonly key: string
    readonly label: string
    readonly place: number
    readonly seeds: boolean
    readonly band: SeedBand
  },
): readonly Line[] {
  const { label, place } = how
  const look = {
    series: place + 1,
    dash: DASHES[place % DASHES.length] as Dash,
    marker: MARKERS[place % MARKERS.length] as Marker,
  }
  const each = drawn(history)
    .map((seed) => ({ seed: seed.seed, columns: columns(seed) }))
    .filter(
      (entry): entry is { seed: number; columns: Growing } => entry.columns !== null && entry.columns.x.length > 0,
    )
  if (each.length === 0) return []
  const mean = seedMean(history, how)
  mean.update(each.map((entry) => entry.columns))
  if (mean.x.length === 0) return []
  const several = each.length > 1
  const line: Line = {
    ...{ label, ...look, x: mean.x.view(), y: mean.y.view() },
    ...(several ? { low: mean.low.view(), high: mean.high.view() } : {}),
  }
  if (!how.seeds || !several) return [line]
  const thin = each.map(({ seed, columns: { x, y } }): Line => ({
    ...{ label: `${label}, seed ${seed}`, ...look, x: x.view(), y: y.view() },
    thin: true,
  }))
  return [...thin, line]
}

/** The lines of one run in the colour of its rule, as everywhere: parts and layers in shades of it, told apart by dash and marker. */
export function inColourOf(model: ChartModel, rule: Pick<RuleCard, 'palette'> | undefined): ChartModel {
  if (rule === undefined) return model
  const lines = model.lines.map((line): Line => ({
    ...line,
    series: rule.palette,
    // What passed is lighter than what was counted after it.
    shade: line.light === true ? SHADES - 1 : (line.series - 1) % SHADES,
  }))
  return { ...model, lines }
}

/** Means go on growing with the history that they are of. */
const seedMeans = new WeakMap<History, Map<string, SeedMean>>()

function seedMean(history: History, { key, band }: { readonly key: string; readonly band: SeedBand }): SeedMean {
  const means = seedMeans.get(history) ?? new Map<string, SeedMean>()
  seedMeans.set(history, means)
  const name = `${key} ${band}`
  const mean = means.get(name) ?? new SeedMean(band)
  means.set(name, mean)
  return mean
}

const SEED_BANDS: readonly SeedBand[] = ['sd', 'quartiles', 'range']

/** A band says something of two seeds or more. */
function bandOf(history: History, chosen: SeedBand): Pick<ChartModel, 'band'> {
  return drawn(history).length > 1 ? { band: { chosen, options: SEED_BANDS } } : {}
}

/** Two standard deviations to either side: what the words inside, below and above are told by. */
function earlyBand(early: readonly EarlyEpoch[]): EarlyBand {
  return {
    x: early.map(({ epoch }) => epoch),
    mean: early.map(({ published }) => published.mean),
    half: early.map(({ published }) => 2 * (published.sd ?? 0)),
  }
}

/** What its authors printed for this very network, rule and data; null where a preset was taken elsewhere. */
export function publishedFor(row: ExperimentRow, preset: PresetCard | undefined): Pick<Spread, 'mean' | 'sd'> | null {
  if (row.published !== null) return row.published
  if (preset === undefined) return null
  const { data, rule, widths } = preset.experiment
  const comparable = data.name === row.dataset && rule.name === row.rule && widths.join() === row.widths.join()
  return comparable ? preset.published : null
}
