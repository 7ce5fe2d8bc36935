/**
 * Experiments that can be run by name: every configuration that was published, some that the authors' example notebooks
 * have and no script, and small ones that come with Apical, on the built-in data.
 *
 * An entry of `resources/presets.json` is one script of the authors with its grid of settings. NAME is the setting that
 * the authors chose (the one they plotted, else the one of largest mean training accuracy, else the first); NAME#N is
 * setting N, counted from 1 as they count. The published numbers are the last of 50 epochs, mean and sample standard
 * deviation over the authors' seeds.
 */
import { z } from 'zod'
import file from '../../resources/presets.json' with { type: 'json' }
import { ruleNamed } from '../rules/index.ts'
import type { Spread } from './event.ts'
import { DATASET_NAMES, Experiment, EXPERIMENT_VERSION } from './experiment.ts'
import type { PresetCard } from './preset-card.ts'
import type { EarlyCurve, Published } from './published.ts'
import { decisive } from './same.ts'

/** The file as it was read: whoever remembers what was compared with it has to notice when it changes. */
export const presetsText = (): string => JSON.stringify(file)

/** As an entry lies in `resources/presets.json`: what differs from one entry to the next, and nothing else. */
const StoredPreset = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  label: z.string().min(1),
  rule: z.string(),
  dataset: z.enum(DATASET_NAMES),
  /** Of the chosen setting. */
  widths: z.array(z.int()),
  /** What all settings of the grid have in common. */
  settings: z.record(z.string(), z.unknown()),
  /** Nested loops, the last one fastest: each a list of what is set together. `widths` may be among it. */
  grid: z.array(z.array(z.record(z.string(), z.unknown())).min(2)),
  chosen: z.int().min(1),
  epochs: z.int(),
  batchSize: z.int(),
  seeds: z.array(z.int()),
  measures: z.array(z.string()),
  everyBatches: z.int(),
  /** Of data with many classes: whether the class is among so many largest outputs is counted beside accuracy. */
  topK: z.int().nullable().default(null),
  /** Of data that are looked at while they are learned: a copy of the weights is kept every so many epochs. */
  keepEvery: z.int().nullable().default(null),
  /** Script of the authors' released code; null where there is none. */
  script: z.string().nullable(),
  /** Example notebook of the authors' released code, for settings that no script has; nothing over seeds was printed for it. */
  notebook: z.string().nullable().default(null),
  /** Setting, mean, standard deviation (0 for one seed), seeds, and the row's name in what was collected. */
  published: z.array(z.tuple([z.int(), z.number(), z.number(), z.int(), z.string()])),
  /** Of the same seeds, the training accuracy: setting, mean, standard deviation. */
  train: z.array(z.tuple([z.int(), z.number(), z.number()])).default([]),
  /** And the top-5 accuracy on the test set, where they took it. */
  top5: z.array(z.tuple([z.int(), z.number(), z.number()])).default([]),
  /** Setting, seeds, mean test accuracy after epochs 1, 2, …, and standard deviations (null where none were printed). */
  early: z.array(z.tuple([z.int(), z.int(), z.array(z.number()).min(1), z.array(z.number()).nullable()])),
})
type StoredPreset = z.infer<typeof StoredPreset>

export interface Preset extends PresetCard {
  readonly published: Published | null
}

let stored: ReadonlyMap<string, StoredPreset> | null = null
let chosen: readonly Preset[] | null = null

function entries(): ReadonlyMap<string, StoredPreset> {
  stored ??= new Map(
    z
      .array(StoredPreset)
      .parse(file)
      .map((entry) => [entry.name, entry]),
  )
  return stored
}

/** The chosen setting of every entry, published ones first: short enough to browse. */
export function presetCards(): readonly Preset[] {
  chosen ??= [...entries().values()].map((entry) => presetOf(entry, entry.chosen))
  return chosen
}

/** Every setting of every entry: each published configuration once. The chosen one has the entry's own name. */
export function everyPreset(): readonly Preset[] {
  return [...entries().values()].flatMap((entry) =>
    Array.from({ length: settingsOf(entry) }, (_, index) => presetOf(entry, index + 1)),
  )
}

/** The preset NAME, or setting N of it for NAME#N; undefined where there is none. */
export function presetNamed(name: string): Preset | undefined {
  const [, base, number] = /^([^#]+)(?:#([1-9]\d{0,5}))?$/.exec(name) ?? []
  const entry = base === undefined ? undefined : entries().get(base)
  if (entry === undefined) return undefined
  const setting = number === undefined ? entry.chosen : Number(number)
  return setting > settingsOf(entry) ? undefined : presetOf(entry, setting)
}

/** What the authors printed for the preset of that name; null for our own and for unknown names. */
export function publishedOf(name: string): Published | null {
  return presetNamed(name)?.published ?? null
}

/**
 * What the authors printed for this very experiment: null when it has no preset or differs from it in anything that
 * moves the result (data, network, settings, epochs, batches, what is evaluated). Seeds, engine and measures may differ.
 */
export function publishedFor(experiment: Experiment): Published | null {
  const preset = presetOfSame(experiment)
  return preset?.experiment.training.epochs === experiment.training.epochs ? preset.published : null
}

/** What the authors printed for the first epochs of this experiment; how many epochs it has is no matter here. */
export function earlyFor(experiment: Experiment): EarlyCurve | null {
  return presetOfSame(experiment)?.published?.early ?? null
}

/** The preset an experiment was made from, where an epoch of it is still an epoch of the preset. */
function presetOfSame(experiment: Experiment): Preset | undefined {
  const preset = experiment.preset === null ? undefined : presetNamed(experiment.preset)
  return preset !== undefined && decisive(experiment) === decisive(preset.experiment) ? preset : undefined
}

function settingsOf({ grid }: StoredPreset): number {
  return grid.reduce((product, loop) => product * loop.length, 1)
}

/** What setting N (from 1) sets differently from the others. */
function differenceOf({ grid }: StoredPreset, setting: number): Record<string, unknown> {
  let rest = setting - 1
  const parts: Record<string, unknown>[] = []
  for (const loop of grid.toReversed()) {
    parts.push(loop[rest % loop.length] ?? {})
    rest = Math.floor(rest / loop.length)
  }
  return Object.assign({}, ...parts) as Record<string, unknown>
}

function presetOf(entry: StoredPreset, setting: number): Preset {
  const rule = ruleNamed(entry.rule)
  if (rule === undefined) throw new RangeError(`presets.json: ${entry.name}: there is no rule named "${entry.rule}"`)
  const { widths, ...difference } = differenceOf(entry, setting)
  const isChosen = setting === entry.chosen
  const name = isChosen ? entry.name : `${entry.name}#${setting}`
  const label = isChosen ? entry.label : `${entry.label} · setting ${setting}`
  const experiment = Experiment.parse({
    version: EXPERIMENT_VERSION,
    name: label,
    preset: name,
    data: { name: entry.dataset },
    widths: widths ?? entry.widths,
    rule: { name: entry.rule, settings: rule.settings.parse({ ...entry.settings, ...difference }) as unknown },
    training: { epochs: entry.epochs, batchSize: entry.batchSize },
    evaluation: { topK: entry.topK, keepWeightsEveryEpochs: entry.keepEvery },
    measures: entry.measures.map((measure) => ({ name: measure, everyBatches: entry.everyBatches })),
    seeds: entry.seeds,
    engine: {},
  })
  const published = publishedRow(entry, setting)
  return { name, label, experiment, published, setting, settings: settingsOf(entry), notebook: entry.notebook }
}

function publishedRow(
  { published, train, top5, script, epochs, early }: StoredPreset,
  setting: number,
): Published | null {
  const row = published.find(([number]) => number === setting)
  if (row === undefined || script === null) return null
  const [, mean, sd, n] = row
  const curve = early.find(([number]) => number === setting)
  const [, seeds, means, sds] = curve ?? []
  const beside = (rows: StoredPreset['train']): Spread | null => {
    const [, mean, sd] = rows.find(([number]) => number === setting) ?? []
    return mean === undefined || sd === undefined ? null : { mean, sd, n }
  }
  return {
    mean,
    sd,
    n,
    epochs,
    train: beside(train),
    top5: beside(top5),
    early: means === undefined || seeds === undefined ? null : { n: seeds, mean: means, sd: sds ?? null },
    source: `released code of Bozkurt et al. 2023: ${script}, setting ${setting}`,
  }
}
