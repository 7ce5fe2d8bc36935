/** An experiment while it is being written: the same tree as the file, with texts where a number cannot be read yet. */
import type { DataSetCard, ExperimentField, RuleCard, SettingSchema } from '../../../src-main/contract.ts'
import type { Experiment } from '../../../src-main/experiment/experiment.ts'
import { readSeeds, writeSeeds } from '../../experiments/seeds.ts'
import { valueAt } from '../../text/configuration.ts'
import { fieldAt } from '../../text/setting-words.ts'

/** A number, or what a person typed instead of one. */
type Typed = number | string

export interface Draft {
  name: string
  preset: string | null
  data: { name: string; seed: Typed; limitTrain: Typed | null; limitTest: Typed | null }
  widths: Typed[]
  rule: { name: string; settings: Record<string, unknown> }
  training: {
    epochs: Typed
    batchSize: Typed
    shuffle: boolean
    evaluateTrain: Typed
    evaluateTest: Typed
    validation: { fraction: Typed; seed: Typed; stratified: boolean } | null
    selection: string
  }
  measures: { name: string; everyBatches: Typed }[]
  evaluation: {
    topK: Typed | null
    topKEveryEpochs: Typed
    confusionEveryEpochs: Typed | null
    keepWeightsEveryEpochs: Typed | null
  }
  seeds: string
  engine: { name: string; precision: string; device: string | null; threads: Typed | null }
}

export function draftOf(experiment: Experiment): Draft {
  const { data, widths, rule, training, measures, evaluation, engine } = experiment
  return {
    name: experiment.name,
    preset: experiment.preset,
    data: { ...data },
    widths: [...widths],
    rule: { name: rule.name, settings: structuredClone(rule.settings) },
    training: { ...training, validation: training.validation === null ? null : { ...training.validation } },
    measures: measures.map((measure) => ({ ...measure })),
    evaluation: { ...evaluation },
    seeds: writeSeeds(experiment.seeds),
    engine: { ...engine },
  }
}

/** What the lab is asked to run. Texts that are no numbers stay texts: the lab refuses them beside their field. */
export function experimentOf(draft: Draft): unknown {
  const read = readSeeds(draft.seeds)
  return { version: 1, ...draft, seeds: 'seeds' in read ? read.seeds : draft.seeds }
}

/** The settings of a rule at their defaults. */
export function defaultSettings(rule: RuleCard): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rule.settings.properties ?? {}).map(([key, schema]) => [key, structuredClone(schema.default)]),
  )
}

/** Width of a hidden layer where the data ask for no other. */
const USUAL_HIDDEN = 500

/** Widths for other data: one input for each feature, one output for each class, and between them what suits the data. */
export function widthsFor(data: DataSetCard, before: DataSetCard | undefined, widths: readonly Typed[]): Typed[] {
  const hidden = widths.slice(1, -1)
  // What only suited the data before goes with them.
  const wasTheirs = hidden.every((width) => width === before?.hidden)
  return [data.features, ...hidden.map((width) => data.hidden ?? (wasTheirs ? USUAL_HIDDEN : width)), data.classes]
}

/** A first draft without any preset: that rule at its defaults on that data. */
export function freshDraft(rule: RuleCard, data: DataSetCard, fields: readonly ExperimentField[]): Draft {
  const draft: Draft = {
    name: `${rule.label} · ${data.label}`,
    preset: null,
    ...defaultsOf(fields),
    widths: [data.features, data.hidden ?? USUAL_HIDDEN, data.classes],
    rule: { name: rule.name, settings: defaultSettings(rule) },
    measures: allMeasures(rule, fields),
    seeds: '0',
  }
  draft.data.name = data.name
  draft.training = { ...draft.training, epochs: 10, batchSize: 20 }
  fitToDepth(draft, rule)
  return draft
}

/** What every experiment has, where the schema says what it is unless told otherwise. */
function defaultsOf(fields: readonly ExperimentField[]): Pick<Draft, 'data' | 'training' | 'evaluation' | 'engine'> {
  const tree: Record<string, unknown> = { data: {}, training: {}, evaluation: {}, engine: {} }
  for (const { path, schema } of fields)
    if (schema.default !== undefined && path.split('.').length === 2) setAt(tree, path, structuredClone(schema.default))
  return tree as unknown as Pick<Draft, 'data' | 'training' | 'evaluation' | 'engine'>
}

/** Every measure of the rule at its usual interval. */
export function allMeasures(rule: RuleCard, fields: readonly ExperimentField[]): Draft['measures'] {
  return rule.measures.map(({ name }) => ({ name, everyBatches: usualInterval(fields) }))
}

/** How often a measure is taken unless told otherwise, in batches. */
export function usualInterval(fields: readonly ExperimentField[]): number {
  return Number(fieldAt({ fields }, 'measures.everyBatches')?.schema.default)
}

/** How many numbers a per-layer setting needs for these widths. */
export function layersOf(schema: SettingSchema, widths: readonly Typed[]): number {
  return Math.max(1, widths.length - (schema.hidden === true ? 2 : (schema.from ?? 1)))
}

/** Gives every per-layer list the length that the depth asks for: cut at the output's end, or its last entry repeated. */
export function fitToDepth(draft: Draft, rule: RuleCard): void {
  for (const [key, schema] of Object.entries(rule.settings.properties ?? {})) {
    const value = draft.rule.settings[key]
    if (schema.control !== 'per-layer' || !Array.isArray(value)) continue
    const length = layersOf(schema, draft.widths)
    const list: unknown[] = value.slice(0, length)
    while (list.length < length) list.push(list.at(-1) ?? 0)
    if (list.length !== value.length) draft.rule.settings[key] = list
  }
}

/** Layers that a setting of the rule sets apart, with the word for them; undefined where the rule has no such setting. */
export function markedLayers(
  { rule: { settings } }: Draft,
  rule: RuleCard | undefined,
): { readonly word: string; readonly layers: readonly number[] } | undefined {
  for (const [key, { marks }] of Object.entries(rule?.settings.properties ?? {})) {
    const value = settings[key]
    if (marks === undefined || !Array.isArray(value)) continue
    return { word: marks, layers: value.filter((layer): layer is number => typeof layer === 'number') }
  }
  return undefined
}

/** Sets the value at a dotted path whose parent exists. */
export function setAt(tree: object, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const parent = keys.length === 0 ? tree : valueAt(tree, keys.join('.'))
  if (typeof parent === 'object' && parent !== null) (parent as Record<string, unknown>)[last] = value
}

/** A name for what a draft has become: the base's, with the words of its data set and its network brought up to date. */
export function nameFor(base: Draft, draft: Draft, dataLabel: (name: string) => string): string {
  const written = (widths: readonly Typed[]): string => widths.join('-')
  let { name } = base
  if (!same(base.widths, draft.widths)) name = name.replace(written(base.widths), written(draft.widths))
  if (base.data.name !== draft.data.name)
    for (const words of [dataLabel(base.data.name), base.data.name])
      name = name.replace(words, words === base.data.name ? draft.data.name : dataLabel(draft.data.name))
  return name
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Paths whose value differs from the base's, each once; the name does not count, for it changes no number. */
export function changesFrom(base: Draft, draft: Draft): readonly string[] {
  const paths: string[] = []
  const compare = (path: string, a: unknown, b: unknown): void => {
    if (same(a, b)) return
    const open = isTree(a) && isTree(b)
    if (!open) paths.push(path)
    else
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        compare(path === '' ? key : `${path}.${key}`, a[key], b[key])
  }
  compare('', { ...base, name: '', preset: null }, { ...draft, name: '', preset: null })
  return paths
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
