/**
 * Experiments that can be run by name: one a published row, and small ones of our own on the built-in data.
 *
 * The published numbers are the last of 50 epochs, mean and sample standard deviation over the authors' seeds; a row is
 * the setting that the authors chose (largest mean training accuracy, or the one they plotted).
 */
import { z } from 'zod'
import file from '../../resources/presets.json' with { type: 'json' }
import { ruleNamed } from '../rules/index.ts'
import { DATASET_NAMES, Experiment, EXPERIMENT_VERSION } from './experiment.ts'
import type { Published } from './published.ts'

/** As a preset lies in `resources/presets.json`: what differs from one row to the next, and nothing else. */
const StoredPreset = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  label: z.string().min(1),
  rule: z.string(),
  dataset: z.enum(DATASET_NAMES),
  widths: z.array(z.int()),
  settings: z.record(z.string(), z.unknown()),
  epochs: z.int(),
  batchSize: z.int(),
  seeds: z.array(z.int()),
  measures: z.array(z.string()),
  everyBatches: z.int(),
  published: z
    .strictObject({
      mean: z.number(),
      sd: z.number(),
      n: z.int(),
      epochs: z.int(),
      /** Script of the authors' released code, its setting (from 1), and the row's name in what was collected from it. */
      script: z.string(),
      setting: z.int(),
      row: z.string(),
    })
    .nullable(),
})
type StoredPreset = z.infer<typeof StoredPreset>

export interface Preset {
  readonly name: string
  readonly label: string
  readonly experiment: Experiment
  /** The number its authors printed; null for our own presets. */
  readonly published: Published | null
}

let presets: readonly Preset[] | null = null

/** Every preset, published rows first. */
export function presetCards(): readonly Preset[] {
  presets ??= z.array(StoredPreset).parse(file).map(presetOf)
  return presets
}

/** The preset of that name, or undefined. */
export function presetNamed(name: string): Preset | undefined {
  return presetCards().find((preset) => preset.name === name)
}

/** What the authors printed for the preset of that name; null for our own and for unknown names. */
export function publishedOf(name: string): Published | null {
  return presetNamed(name)?.published ?? null
}

/**
 * What the authors printed for this very experiment: null when it has no preset or differs from it in anything that
 * moves the result (data, network, settings, epochs, batches). Seeds, engine and measures may differ.
 */
export function publishedFor(experiment: Experiment): Published | null {
  const preset = experiment.preset === null ? undefined : presetNamed(experiment.preset)
  if (preset === undefined) return null
  return decisive(experiment) === decisive(preset.experiment) ? preset.published : null
}

function decisive({ data, widths, rule, training }: Experiment): string {
  const settings = Object.entries(rule.settings).sort(([a], [b]) => (a < b ? -1 : 1))
  const { epochs, batchSize, shuffle } = training
  return JSON.stringify([
    data.name,
    data.limitTrain,
    data.limitTest,
    widths,
    rule.name,
    settings,
    epochs,
    batchSize,
    shuffle,
  ])
}

function presetOf(stored: StoredPreset): Preset {
  const rule = ruleNamed(stored.rule)
  if (rule === undefined) throw new RangeError(`presets.json: ${stored.name}: there is no rule named "${stored.rule}"`)
  const experiment = Experiment.parse({
    version: EXPERIMENT_VERSION,
    name: stored.label,
    preset: stored.name,
    data: { name: stored.dataset },
    widths: stored.widths,
    rule: { name: stored.rule, settings: rule.settings.parse(stored.settings) as unknown },
    training: { epochs: stored.epochs, batchSize: stored.batchSize },
    measures: { names: stored.measures, everyBatches: stored.everyBatches },
    seeds: stored.seeds,
    engine: {},
  })
  return { name: stored.name, label: stored.label, experiment, published: publishedRow(stored) }
}

function publishedRow({ published }: StoredPreset): Published | null {
  if (published === null) return null
  const { mean, sd, n, epochs, script, setting } = published
  return { mean, sd, n, epochs, source: `released code of Bozkurt et al. 2023: ${script}, setting ${setting}` }
}
