/** What can be said about a draft at once, from the schemas alone and without asking the lab. One sentence a field. */
import type { RuleCard, SettingSchema } from '../../../src-main/contract.ts'
import type { Problem } from '../../../src-main/experiment/experiment.ts'
import { valueAt } from '../../text/configuration.ts'
import { fieldAt, type Vocabulary } from '../../text/setting-words.ts'
import type { Draft } from './draft.ts'
import { readSeeds } from '../../experiments/seeds.ts'

/** A typed text as the number it says, else the text as it is. */
export function readNumber(text: string): number | string {
  const plain = text
    .trim()
    .replace(/−/g, '-')
    .replace(/^(-?[\d.]+)\s*[×x*·]\s*10\^?\s*/i, '$1e')
  if (plain === '' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return text
  const value = Number(plain)
  return Number.isFinite(value) ? value : text
}

/** Why a value does not fit its schema, in words; null when it does. */
export function problemWith(schema: SettingSchema, value: unknown): string | null {
  switch (schema.control ?? 'number') {
    case 'choice':
      return schema.enum === undefined || (typeof value === 'string' && schema.enum.includes(value))
        ? null
        : `Expected one of ${schema.enum.join(', ')}, found ${found(value)}.`
    case 'switch':
      return typeof value === 'boolean' ? null : `Expected on or off, found ${found(value)}.`
    case 'per-layer': {
      if (!Array.isArray(value)) return `Expected a number for each layer, found ${found(value)}.`
      for (const [i, entry] of value.entries()) {
        const problem = problemWithNumber(schema.items ?? {}, entry)
        if (problem !== null) return value.length > 1 ? `Entry ${i + 1}: ${lowerFirst(problem)}` : problem
      }
      return null
    }
    case 'layers': {
      if (!Array.isArray(value)) return `Expected numbers of layers with commas between, found ${found(value)}.`
      const { maxItems = Infinity, items = {} } = schema
      if (value.length > maxItems) return `Expected at most ${maxItems} layers, found ${value.length}.`
      for (const entry of value) {
        const problem = problemWithNumber(items, entry)
        if (problem !== null) return problem
      }
      return null
    }
    case 'schedule':
      return problemWithSchedule(schema, value)
    case 'number':
    case 'whole':
      return problemWithNumber(schema, value)
  }
}

function problemWithNumber(schema: SettingSchema, value: unknown): string | null {
  const whole = schema.control === 'whole' || schema.type === 'integer'
  const expected = `Expected ${whole ? 'a whole number' : 'a number'}${rangeInWords(schema)}`
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${expected}, found ${found(value)}.`
  if (whole && !Number.isInteger(value)) return `${expected}, found ${value}.`
  const { minimum, exclusiveMinimum, maximum } = schema
  if (minimum !== undefined && value < minimum) return `${expected}, found ${value}.`
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return `${expected}, found ${value}.`
  if (maximum !== undefined && value > maximum) return `${expected}, found ${value}.`
  return null
}

function problemWithSchedule(
  { minItems = 0, maxItems = Infinity, items = {} }: SettingSchema,
  value: unknown,
): string | null {
  if (!Array.isArray(value) || value.length < minItems)
    return 'Expected at least one line: the epoch it starts from, and the base.'
  if (value.length > maxItems) return `Expected at most ${maxItems} lines, found ${value.length}.`
  for (const [i, piece] of (value as readonly unknown[]).entries()) {
    const at = value.length > 1 ? `Line ${i + 1}: ` : ''
    const { fromEpoch, base } = (typeof piece === 'object' && piece !== null ? piece : {}) as Record<string, unknown>
    const epoch = problemWithNumber(items.properties?.['fromEpoch'] ?? {}, fromEpoch)
    if (epoch !== null) return `${at}From epoch: ${lowerFirst(epoch)}`
    const factor = problemWithNumber(items.properties?.['base'] ?? {}, base)
    if (factor !== null) return `${at}Base: ${lowerFirst(factor)}`
  }
  return null
}

/** ' from 1 to 100', ' above 0 and at most 10', '' where anything goes. */
export function rangeInWords({ minimum, exclusiveMinimum, maximum }: SettingSchema): string {
  const top = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (exclusiveMinimum !== undefined)
    return ` above ${exclusiveMinimum}${top === undefined ? '' : ` and at most ${top}`}`
  if (minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER)
    return top === undefined ? ` from ${minimum} up` : ` from ${minimum} to ${top}`
  return top === undefined ? '' : ` of at most ${top}`
}

/** All that the schemas find wrong. */
export function problemsOf(
  draft: Draft,
  rule: RuleCard | undefined,
  words: Pick<Vocabulary, 'fields'>,
): readonly Problem[] {
  const problems: Problem[] = []
  const add = (path: string, message: string | null): void => {
    if (message !== null) problems.push({ path, message })
  }
  if (draft.name.trim() === '') add('name', 'Expected a name, found none.')
  for (const { path, schema, empty } of words.fields) {
    const value = valueAt(draft, path)
    if (schema.control === undefined || value === undefined) continue
    if (empty === undefined || value !== null) add(path, problemWith(schema, value))
  }
  const width = fieldAt(words, 'widths')?.schema.items ?? {}
  draft.widths.forEach((units, i) => {
    add(`widths.${i}`, problemWith(width, units))
  })
  for (const path of ['training.evaluateTrain', 'training.evaluateTest']) {
    const { enum: kinds = [], ...count } = fieldAt(words, path)?.schema ?? {}
    const value = valueAt(draft, path)
    if (!kinds.includes(String(value))) add(path, problemWith(count, value))
  }
  const interval = fieldAt(words, 'measures.everyBatches')?.schema ?? {}
  draft.measures.forEach(({ everyBatches }, i) => {
    add(`measures.${i}.everyBatches`, problemWith(interval, everyBatches))
  })
  const seeds = readSeeds(draft.seeds)
  if ('problem' in seeds) add('seeds', seeds.problem)
  for (const [key, schema] of Object.entries(rule?.settings.properties ?? {}))
    add(`rule.settings.${key}`, problemWith(schema, draft.rule.settings[key]))
  return problems
}

function found(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing'
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
