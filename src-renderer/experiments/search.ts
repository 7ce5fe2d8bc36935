/**
 * What is typed into the Lab's search. Words are looked for in everything a row says, notes and tags too; KEY:VALUE,
 * KEY=VALUE and KEY<VALUE in one of its values: `beta:1 batch>20 tag:paper -rule:backprop "learns slower"`.
 */
import type { ExperimentRow } from '../../src-main/contract.ts'
import { network, STATE_LABELS } from '../text/format.ts'
import { NO_WORDS, type Vocabulary } from '../text/setting-words.ts'
import { helpOf, isKnown, KEYS, settingOf, textOf, valueOf, type Value } from './keys.ts'

type Relation = ':' | '=' | '<' | '>' | '<=' | '>='

export type Term =
  | { readonly kind: 'word'; readonly text: string; readonly not: boolean }
  | {
      readonly kind: 'value'
      /** Every key that what was typed may mean: `lr` is none, `batch` is `training.batchSize`. */
      readonly keys: readonly string[]
      readonly relation: Relation
      readonly value: string
      readonly not: boolean
    }

const TOKEN = /(-?)(?:([\p{L}_][\p{L}\p{N}_.]*)(:|<=|>=|=|<|>)("[^"]*"?|\S*)|"([^"]*)"?|(\S+))/gu

/** Terms of a text; `settings` are the keys that rows here have. What is no key is an ordinary word. */
export function parseSearch(text: string, settings: readonly string[], words: Vocabulary = NO_WORDS): readonly Term[] {
  return [...text.matchAll(TOKEN)].flatMap((match): Term[] => {
    const [all, minus = '', typed, relation, value = '', quoted, word] = match
    const not = minus === '-'
    const keys = typed === undefined ? [] : keysMeant(typed, settings, words)
    if (keys.length > 0) {
      const wanted = value.replaceAll('"', '').toLowerCase()
      return [{ kind: 'value', keys, relation: relation as Relation, value: asPercent(keys, wanted) ?? wanted, not }]
    }
    const plain = (quoted ?? word ?? all).toLowerCase()
    // A lone minus, or one that is still waiting for its word, excludes nothing.
    return plain === '' || plain === '-'
      ? []
      : [{ kind: 'word', text: typed === undefined ? plain : all.toLowerCase(), not }]
  })
}

const ALIASES: Readonly<Record<string, string>> = {
  dataset: 'data',
  tags: 'tag',
  notes: 'note',
  date: 'created',
  made: 'created',
  accuracy: 'test',
  acc: 'test',
  testaccuracy: 'test',
  trainaccuracy: 'train',
  trainacc: 'train',
  val: 'validation',
  valacc: 'validation',
  units: 'hidden',
  epoch: 'epochs',
  layers: 'network',
  widths: 'network',
}

const ACCURACIES: ReadonlySet<string> = new Set(['test', 'train', 'validation', 'best'])

/** '90' of '0.9' where an accuracy is asked for: nobody looks for less than one per cent. Null for anything else. */
export function asPercent(keys: readonly string[], wanted: string): string | null {
  const number = Number(wanted)
  if (wanted === '' || keys.length === 0 || !keys.every((key) => ACCURACIES.has(key)) || !(number > 0 && number < 1))
    return null
  return String(Number((number * 100).toPrecision(12)))
}

/** A word with a relation behind it, as `parseSearch` takes them apart. */
export function askedKeys(
  text: string,
): readonly { readonly all: string; readonly typed: string; readonly value: string }[] {
  return [...text.matchAll(TOKEN)].flatMap(([all, , typed, , value = '']) =>
    typed === undefined ? [] : [{ all, typed, value: value.replaceAll('"', '') }],
  )
}

/** The key itself, whatever its case; else one whose last part is that; else all whose last part begins so. */
export function keysMeant(typed: string, settings: readonly string[], words: Vocabulary = NO_WORDS): readonly string[] {
  const name = typed.toLowerCase()
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name
  if (alias !== undefined && isKnown(alias) && alias !== 'curve') return [alias]
  const last = (key: string): string => key.slice(key.lastIndexOf('.') + 1).toLowerCase()
  const exact = settings.filter((key) => key.toLowerCase() === name)
  if (exact.length > 0) return exact
  const whole = settings.filter((key) => last(key) === name)
  if (whole.length > 0) return whole
  const called = settings.filter((key) => {
    const { label, symbol } = settingOf(key, words)
    return symbol === typed || bare(label) === bare(typed)
  })
  if (called.length > 0) return called
  return name.length < 3 ? [] : settings.filter((key) => last(key).startsWith(name))
}

/** As a label is written into a search, where no blank may be. */
function bare(label: string): string {
  return label.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

export function matches(row: ExperimentRow, terms: readonly Term[]): boolean {
  for (const term of terms) if (holds(row, term) === term.not) return false
  return true
}

function holds(row: ExperimentRow, term: Term): boolean {
  switch (term.kind) {
    case 'word':
      return searched(row).includes(term.text)
    case 'value':
      return term.keys.some((key) => related(valueOf(row, key), term.relation, term.value))
  }
}

function related(value: Value | null, relation: Relation, wanted: string): boolean {
  if (value === null) return false
  // Still being typed: whoever has a value at all.
  if (wanted === '') return true
  if (typeof value === 'object') return value.some((one) => related(one, relation, wanted))
  const number = Number(wanted)
  switch (relation) {
    case ':':
      if (typeof value === 'number' && !Number.isNaN(number))
        return value === number || String(value).startsWith(`${wanted}.`)
      return textOf(value).toLowerCase().includes(wanted) || String(value) === wanted
    case '=':
      if (typeof value === 'number') return value === number
      return textOf(value).toLowerCase() === wanted || String(value) === wanted
    case '<':
    case '>':
    case '<=':
    case '>=':
      // Dates are texts in the order of time; other texts have no order that anybody means.
      if (typeof value === 'string')
        return /^\d{4}-/.test(value) && ordered(value.slice(0, wanted.length), relation, wanted)
      return typeof value === 'number' && !Number.isNaN(number) && ordered(value, relation, number)
  }
}

function ordered<T extends string | number>(a: T, relation: '<' | '>' | '<=' | '>=', b: T): boolean {
  switch (relation) {
    case '<':
      return a < b
    case '>':
      return a > b
    case '<=':
      return a <= b
    case '>=':
      return a >= b
  }
}

const texts = new WeakMap<ExperimentRow, string>()

export function searched(row: ExperimentRow): string {
  let text = texts.get(row)
  if (text === undefined) {
    const { name, ruleLabel, rule, dataset, datasetLabel, widths, preset, state, engine, notes, tags, id } = row
    const own = [name, ruleLabel, rule, dataset, datasetLabel, network(widths), preset ?? '', STATE_LABELS[state]]
    text = [...own, engine, notes, ...tags, id].join(' ').toLowerCase()
    texts.set(row, text)
  }
  return text
}

export interface Suggestion {
  /** What is written instead of the last word. */
  readonly insert: string
  /** Of a key: what it is called. */
  readonly title?: string
  readonly help: string
}

const MOST_SUGGESTED = 8

/** How the last word of a text may go on: a key that begins so, or a value that rows have there. */
export function suggest(
  text: string,
  rows: readonly ExperimentRow[],
  settings: readonly string[],
  words: Vocabulary = NO_WORDS,
): readonly Suggestion[] {
  const last = /\S*$/.exec(text)?.[0] ?? ''
  const [, minus = '', typed = '', relation, begun = ''] =
    /^(-?)([\p{L}_][\p{L}\p{N}_.]*)(:|<=|>=|=|<|>)?(.*)$/u.exec(last) ?? []
  if (typed === '') return []
  if (relation === undefined) {
    const name = typed.toLowerCase()
    const fits = (key: string): boolean =>
      key
        .toLowerCase()
        .split('.')
        .some((part) => part.startsWith(name)) ||
      (!isKnown(key) && bare(settingOf(key, words).label).startsWith(bare(name)))
    return [...Object.keys(KEYS).filter((key) => key !== 'curve'), ...settings]
      .filter(fits)
      .slice(0, MOST_SUGGESTED)
      .map((key) => ({ insert: `${minus}${key}:`, title: helpOf(key, words), help: '' }))
  }
  if (relation !== ':' && relation !== '=') return []
  const [key] = keysMeant(typed, settings, words)
  if (key === undefined || key === 'note' || key === 'created') return []
  const counts = new Map<string, number>()
  for (const row of rows) {
    const value = valueOf(row, key)
    for (const one of typeof value === 'object' && value !== null ? value : [value]) {
      const said = typeof one === 'number' && !Number.isInteger(one) ? String(Number(one.toPrecision(4))) : textOf(one)
      if (said.toLowerCase().includes(begun.replaceAll('"', '').toLowerCase()) && said !== '')
        counts.set(said, (counts.get(said) ?? 0) + 1)
    }
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b, 'en', { numeric: true }))
    .slice(0, MOST_SUGGESTED)
    .map(([said, count]) => ({
      insert: `${minus}${typed}${relation}${/\s/.test(said) ? `"${said}"` : said} `,
      help: `${count} experiment${count === 1 ? '' : 's'}`,
    }))
}

/** The text with its last word replaced. */
export function complete(text: string, { insert }: Suggestion): string {
  return `${text.replace(/\S*$/, '')}${insert}`
}
