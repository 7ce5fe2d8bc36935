/**
 * What is typed into the Lab's search. Words are looked for in everything a row says, notes and tags too; KEY:VALUE,
 * KEY=VALUE and KEY<VALUE in one of its values: `beta:1 batch>20 tag:paper -rule:backprop "learns slower"`.
 */
import type { ExperimentRow } from '../../src-main/contract.ts'
import { network, STATE_LABELS } from '../text/format.ts'
import { helpOf, isKnown, KEYS, textOf, valueOf, type Value } from './keys.ts'

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
export function parseSearch(text: string, settings: readonly string[]): readonly Term[] {
  return [...text.matchAll(TOKEN)].flatMap((match): Term[] => {
    const [all, minus = '', typed, relation, value = '', quoted, word] = match
    const not = minus === '-'
    const keys = typed === undefined ? [] : keysMeant(typed, settings)
    if (keys.length > 0)
      return [
        { kind: 'value', keys, relation: relation as Relation, value: value.replaceAll('"', '').toLowerCase(), not },
      ]
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
  layers: 'network',
  widths: 'network',
}

/** The key itself, whatever its case; else one whose last part is that; else all whose last part begins so. */
export function keysMeant(typed: string, settings: readonly string[]): readonly string[] {
  const name = typed.toLowerCase()
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name
  if (alias !== undefined && isKnown(alias) && alias !== 'curve') return [alias]
  const last = (key: string): string => key.slice(key.lastIndexOf('.') + 1).toLowerCase()
  const exact = settings.filter((key) => key.toLowerCase() === name)
  if (exact.length > 0) return exact
  const whole = settings.filter((key) => last(key) === name)
  if (whole.length > 0) return whole
  return name.length < 3 ? [] : settings.filter((key) => last(key).startsWith(name))
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

function searched(row: ExperimentRow): string {
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
  readonly help: string
}

const MOST_SUGGESTED = 8

/** How the last word of a text may go on: a key that begins so, or a value that rows have there. */
export function suggest(
  text: string,
  rows: readonly ExperimentRow[],
  settings: readonly string[],
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
        .some((part) => part.startsWith(name))
    return [...Object.keys(KEYS).filter((key) => key !== 'curve'), ...settings]
      .filter(fits)
      .slice(0, MOST_SUGGESTED)
      .map((key) => ({ insert: `${minus}${key}:`, help: helpOf(key) }))
  }
  if (relation !== ':' && relation !== '=') return []
  const [key] = keysMeant(typed, settings)
  if (key === undefined || key === 'note' || key === 'created') return []
  const counts = new Map<string, number>()
  for (const row of rows) {
    const value = valueOf(row, key)
    for (const one of typeof value === 'object' && value !== null ? value : [value]) {
      const words = typeof one === 'number' && !Number.isInteger(one) ? String(Number(one.toPrecision(4))) : textOf(one)
      if (words.toLowerCase().includes(begun.replaceAll('"', '').toLowerCase()) && words !== '')
        counts.set(words, (counts.get(words) ?? 0) + 1)
    }
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b, 'en', { numeric: true }))
    .slice(0, MOST_SUGGESTED)
    .map(([words, count]) => ({
      insert: `${minus}${typed}${relation}${/\s/.test(words) ? `"${words}"` : words} `,
      help: `${count} experiment${count === 1 ? '' : 's'}`,
    }))
}

/** The text with its last word replaced. */
export function complete(text: string, { insert }: Suggestion): string {
  return `${text.replace(/\S*$/, '')}${insert}`
}
