/**
 * What rows of the Lab table can be searched, filtered, sorted and grouped by, and shown in columns: what every
 * experiment has, and beside it every setting of every rule, by the key that `--set` takes.
 */
import type { ExperimentRow } from '../../src-main/contract.ts'
import { flatInWords } from '../text/configuration.ts'
import { network, STATE_LABELS, VERDICT_LABELS } from '../text/format.ts'
import { fieldAt, lower, ruleCard, type SettingWords, type Vocabulary } from '../text/setting-words.ts'

export type Value = string | number | boolean | readonly string[]

interface Key {
  readonly label: string
  /** In a column's head, where there is little room. */
  readonly short?: string
  readonly help: string
  /** Accuracies are in per cent, as they are shown. */
  readonly of: (row: ExperimentRow) => Value | null
  /** Whether it makes sense to group by it, and to show it in a column. */
  readonly groups?: boolean
  readonly shows?: boolean
}

const percent = (fraction: number | null | undefined): number | null =>
  fraction === null || fraction === undefined ? null : fraction * 100

export const KEYS = {
  name: { label: 'Experiment', help: 'its name', of: ({ name }) => name, shows: false },
  rule: { label: 'Rule', help: 'the learning rule', of: ({ ruleLabel, rule }) => ruleLabel || rule, groups: true },
  data: {
    label: 'Data',
    help: 'the data set',
    of: ({ datasetLabel, dataset }) => datasetLabel || dataset,
    groups: true,
  },
  network: { label: 'Network', help: 'units of each layer', of: ({ widths }) => network(widths), groups: true },
  hidden: {
    label: 'Hidden units',
    help: 'units of any hidden layer',
    of: ({ widths }) => (widths.length < 3 ? null : widths.slice(1, -1).map(String)),
    shows: false,
  },
  test: {
    label: 'Test accuracy',
    short: 'Test, %',
    help: 'mean over seeds, in %',
    of: ({ testAccuracy }) => percent(testAccuracy?.mean),
  },
  train: {
    label: 'Train accuracy',
    short: 'Train, %',
    help: 'mean over seeds, in %',
    of: ({ trainAccuracy }) => percent(trainAccuracy?.mean),
  },
  validation: {
    label: 'Validation accuracy',
    short: 'Validation, %',
    help: 'mean over seeds, in %',
    of: ({ validationAccuracy }) => percent(validationAccuracy?.mean),
  },
  best: { label: 'Best of any epoch', short: 'Best, %', help: 'of any seed, in %', of: ({ best }) => percent(best) },
  published: {
    label: 'Difference from published',
    short: 'To published',
    help: 'test accuracy less the published, in points',
    of: ({ testAccuracy, published }) =>
      testAccuracy === null || published === null ? null : (testAccuracy.mean - published.mean) * 100,
  },
  verdict: {
    label: 'Verdict',
    help: 'inside, outside, too few seeds',
    of: ({ published }) => (published === null ? null : VERDICT_LABELS[published.verdict]),
    groups: true,
  },
  seeds: { label: 'Seeds', help: 'how many', of: ({ seeds }) => seeds.length, groups: true },
  collapsed: {
    label: 'Collapsed seeds',
    short: 'Collapsed',
    help: 'how many',
    of: ({ collapsedSeeds }) => collapsedSeeds.length,
  },
  chance: {
    label: 'Seeds at chance',
    short: 'At chance',
    help: 'how many',
    of: ({ chanceSeeds }) => chanceSeeds.length,
  },
  curve: { label: 'Curve', help: '', of: () => null },
  state: { label: 'State', help: 'running, done, failed, …', of: ({ state }) => STATE_LABELS[state], groups: true },
  engine: { label: 'Engine', help: 'what ran it', of: ({ engine }) => engine || null, groups: true },
  epochs: { label: 'Epochs', help: 'how many', of: ({ epochs }) => epochs, groups: true },
  created: { label: 'Made', help: 'when, as 2026-11-23', of: ({ created }) => created },
  day: {
    label: 'Day',
    help: 'when, as 2026-11-23',
    of: ({ created }) => created.slice(0, 10),
    groups: true,
    shows: false,
  },
  time: { label: 'Time', help: 'seconds of training', of: ({ seconds }) => (seconds > 0 ? seconds : null) },
  preset: { label: 'Preset', help: 'the preset it started from', of: ({ preset }) => preset, groups: true },
  sweep: { label: 'Sweep', help: 'the sweep it belongs to', of: ({ sweep }) => sweep?.id ?? null, groups: true },
  tag: { label: 'Tags', help: 'your tags', of: ({ tags }) => (tags.length === 0 ? null : tags), groups: true },
  note: { label: 'Note', help: 'text of its notes', of: ({ notes }) => notes || null },
} as const satisfies Record<string, Key>

type KnownKey = keyof typeof KEYS

function known(key: string): Key | undefined {
  return Object.hasOwn(KEYS, key) ? KEYS[key as KnownKey] : undefined
}

export function isKnown(key: string): key is KnownKey {
  return known(key) !== undefined
}

/** Null where the row has no such value. */
export function valueOf(row: ExperimentRow, key: string): Value | null {
  const found = known(key)
  if (found !== undefined) return found.of(row)
  return Object.hasOwn(row.settings, key) ? (row.settings[key] ?? null) : null
}

/** A setting as the forms of the rules that have it call it, both ways where they differ; without a symbol unless all agree. */
export function settingOf(key: string, words: Vocabulary): SettingWords {
  const schemas = [
    ...(fieldAt(words, key)?.schema === undefined ? [] : [fieldAt(words, key)?.schema]),
    ...words.rules.map(({ settings }) => settings.properties?.[key]),
  ].filter((schema) => schema !== undefined)
  const labels = [...new Set(schemas.map(({ label }) => label ?? key))]
  const symbols = [...new Set(schemas.map(({ symbol }) => symbol))]
  const label = labels.length === 0 ? key : labels.join(' / ')
  // What a run came to is called like what it was asked for.
  const taken = Object.values<Key>(KEYS).some((one) => one.label === label)
  return { label: taken ? `${label} (setting)` : label, symbol: symbols.length === 1 ? symbols[0] : undefined }
}

/** In words alone. */
export function labelOf(key: string, words: Vocabulary): string {
  return known(key)?.label ?? settingOf(key, words).label
}

/** In a column's head, where there is little room: a setting by its symbol, if it is one that can be written in a line. */
export function headOf(key: string, words: Vocabulary): string {
  const found = known(key)
  if (found !== undefined) return found.short ?? found.label
  const { label, symbol } = settingOf(key, words)
  return symbol === undefined || symbol.includes('_') ? label : symbol
}

export function helpOf(key: string, words: Vocabulary): string {
  const found = known(key)
  if (found !== undefined) return found.help === '' ? found.label : `${found.label}: ${found.help}`
  const { label, symbol } = settingOf(key, words)
  return symbol === undefined || symbol.includes('_') ? label : `${label}, ${symbol}`
}

/** What a row has there, as a person reads it; of a setting, in the words of its rule. */
export function shownText(row: ExperimentRow, key: string, words: Vocabulary): string {
  const value = valueOf(row, key)
  if (isKnown(key) || value === null || typeof value === 'object') return textOf(value)
  return flatInWords(value, ruleCard(words, row.rule)?.settings.properties?.[key] ?? fieldAt(words, key)?.schema)
}

/** 'no batch size': the name of a group of those that have none. */
export function missingText(key: string, words: Vocabulary): string {
  return `no ${lower(labelOf(key, words))}`
}

/** As a person reads it: numbers as they were set, on and off for switches. */
export function textOf(value: Value | null): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return typeof value === 'object' ? value.join(', ') : String(value)
}

/** Settings that any of the rows has, in order of the alphabet. */
export function settingsOf(rows: readonly ExperimentRow[]): readonly string[] {
  const found = new Set<string>()
  for (const { settings } of rows) for (const key in settings) found.add(key)
  return [...found].sort((a, b) => a.localeCompare(b, 'en'))
}

/** Shown by a column of its own. */
const TWICE: ReadonlySet<string> = new Set(['training.epochs'])

export function groupKeys(settings: readonly string[]): readonly string[] {
  return [...Object.keys(KEYS).filter((key) => known(key)?.groups === true), ...once(settings)]
}

export function columnKeys(settings: readonly string[]): readonly string[] {
  return [...Object.keys(KEYS).filter((key) => known(key)?.shows !== false), ...once(settings)]
}

function once(settings: readonly string[]): readonly string[] {
  return settings.filter((key) => !TWICE.has(key))
}
