/** Everything that makes an experiment's result, in the words of its rule and of the form: one entry per setting. */
import type { ExperimentField, SettingSchema } from '../../src-main/contract.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { network, significant } from './format.ts'
import { datasetLabel, ruleCard, ruleLabel, type Vocabulary } from './setting-words.ts'

export interface Configured {
  /** As `--set` takes it; the same setting of two experiments has the same key. */
  readonly key: string
  readonly label: string
  readonly symbol: string | undefined
  readonly text: string
  /** Says what is written down, and changes no number of the result. */
  readonly records?: true
}

/** Names are no settings; these two are another way to write `widths`, and an interval is told with its measure. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set(['name', 'sweep', 'hidden', 'depth', 'measures.everyBatches'])

/** The rule with its settings first, then what every experiment has. */
export function configurationOf(experiment: Experiment, words: Vocabulary): readonly Configured[] {
  const card = ruleCard(words, experiment.rule.name)
  const ofRule = Object.entries(experiment.rule.settings).map(([key, value]): Configured => {
    const schema = card?.settings.properties?.[key]
    return { key, label: schema?.label ?? key, symbol: schema?.symbol, text: inWords(value, schema) }
  })
  const common = words.fields
    .filter((field) => !TOLD_OTHERWISE.has(field.path) && says(experiment, field))
    .map((field): Configured => ({
      key: field.path,
      label: field.schema.label,
      symbol: field.schema.symbol,
      text: textOf(experiment, field, words),
      ...(field.records === true ? { records: true } : {}),
    }))
  const isRule = ({ key }: Configured): boolean => key === 'rule.name'
  return [...common.filter(isRule), ...ofRule, ...common.filter((entry) => !isRule(entry))]
}

/** The same beside another configuration: what a setting is there where it moves the result and is not the same; null elsewhere. */
export function configurationBeside(
  experiment: Experiment,
  other: Experiment | undefined,
  words: Vocabulary,
): readonly (Configured & { readonly was: string | null })[] {
  const before = new Map(other === undefined ? [] : configurationOf(other, words).map(({ key, text }) => [key, text]))
  return configurationOf(experiment, words).map((entry) => {
    const was = before.get(entry.key)
    return { ...entry, was: was === undefined || was === entry.text || entry.records === true ? null : was }
  })
}

/** Whether a setting says something here: the parts of what is off, and what another choice makes idle, do not. */
export function says(experiment: unknown, { path, when, begin }: ExperimentField): boolean {
  const value = valueAt(experiment, path)
  if (value === undefined || (begin !== undefined && value !== null)) return false
  if (when === undefined) return true
  const decisive = valueAt(experiment, when.path)
  if (when.is === undefined) return decisive !== null
  return typeof when.is === 'string' ? decisive === when.is : when.is.some((value) => value === decisive)
}

/** The value at a dotted path: 'training.epochs', 'rule.settings.beta'; undefined where the path leads nowhere. */
export function valueAt(tree: unknown, path: string): unknown {
  let value = tree
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

function textOf(experiment: Experiment, { path, schema, empty }: ExperimentField, words: Vocabulary): string {
  const value = valueAt(experiment, path)
  switch (path) {
    case 'rule.name':
      return ruleLabel(words, experiment.rule.name)
    case 'data.name':
      return datasetLabel(words, experiment.data.name)
    case 'widths':
      return network(experiment.widths)
    case 'measures':
      return (
        experiment.measures.map(({ name, everyBatches }) => `${name} every ${everyBatches} batches`).join(', ') ||
        'none'
      )
    case 'training.evaluateTrain':
    case 'training.evaluateTest':
      return typeof value === 'number' ? `${value} samples, drawn once` : inWords(value, schema)
    case 'evaluation.confusionEveryEpochs':
      if (typeof value === 'number')
        return value === 1 ? 'after every epoch' : `every ${value} epochs and after the last`
      break
    default:
  }
  if (value === null) return empty ?? 'none'
  const text = inWords(value, schema)
  return schema.unit === undefined ? text : `${text} ${value === 1 ? schema.unit.replace(/s$/, '') : schema.unit}`
}

/** A setting's value as a person would say it. */
export function inWords(value: unknown, schema?: SettingSchema): string {
  if (typeof value === 'number') return significant(value, 10)
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'string') return schema?.optionLabels?.[value] ?? value
  if (!Array.isArray(value)) return JSON.stringify(value)
  if (value.length === 0) return 'none'
  if (schema?.control === 'schedule')
    return (value as { fromEpoch: number; base: number }[])
      .map(({ fromEpoch, base }) => `from epoch ${fromEpoch}: ${base}^epoch`)
      .join('; ')
  return value.join(', ')
}

/** As `inWords`, of a value as `--set` takes it, which is how rows carry lists and schedules. */
export function flatInWords(value: string | number | boolean, schema?: SettingSchema): string {
  if (typeof value !== 'string' || schema?.optionLabels?.[value] !== undefined) return inWords(value, schema)
  if (schema?.control === 'schedule')
    return value
      .split(',')
      .map((piece) => piece.replace(/^0:/, '').replace(/^(\d+):(.+)$/, '$2 from $1'))
      .join(', ')
  return schema?.control === 'per-layer' || schema?.control === 'layers' ? value.split(',').join(', ') : value
}
