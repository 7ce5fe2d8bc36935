/** What can be said about a draft at once, from the schemas alone and without asking the lab. One sentence a field. */
import type { RuleCard, SettingSchema } from '../../../src-main/contract.ts'
import type { Problem } from '../../../src-main/experiment/experiment.ts'
import { valueAt, type Draft } from './draft.ts'
import { COMMON_FIELDS, VALIDATION_FIELDS } from './fields.ts'
import { readSeeds } from './seeds.ts'

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
      if (value.length > MOST_LAYERS) return `Expected at most ${MOST_LAYERS} layers, found ${value.length}.`
      for (const entry of value) {
        const problem = problemWithNumber({ type: 'integer', minimum: 1, maximum: MOST_LAYERS }, entry)
        if (problem !== null) return problem
      }
      return null
    }
    case 'schedule':
      return problemWithSchedule(value)
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

const MOST_LAYERS = 16
const MOST_PIECES = 32
const LAST_EPOCH = 100_000

function problemWithSchedule(value: unknown): string | null {
  if (!Array.isArray(value) || value.length === 0)
    return 'Expected at least one line: from which epoch on, and the base.'
  if (value.length > MOST_PIECES) return `Expected at most ${MOST_PIECES} lines, found ${value.length}.`
  for (const [i, piece] of (value as readonly unknown[]).entries()) {
    const at = value.length > 1 ? `Line ${i + 1}: ` : ''
    const { fromEpoch, base } = (typeof piece === 'object' && piece !== null ? piece : {}) as Record<string, unknown>
    const epoch = problemWithNumber({ type: 'integer', minimum: 0, maximum: LAST_EPOCH }, fromEpoch)
    if (epoch !== null) return `${at}From epoch: ${lowerFirst(epoch)}`
    const factor = problemWithNumber({ exclusiveMinimum: 0, maximum: 10 }, base)
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

/** After how many batches a measure is taken. */
const INTERVAL: SettingSchema = { control: 'whole', minimum: 1, maximum: 1_000_000_000 }

/** All that the schemas find wrong. */
export function problemsOf(draft: Draft, rule: RuleCard | undefined): readonly Problem[] {
  const problems: Problem[] = []
  const add = (path: string, message: string | null): void => {
    if (message !== null) problems.push({ path, message })
  }
  if (draft.name.trim() === '') add('name', 'Expected a name, found none.')
  for (const { path, schema, empty } of COMMON_FIELDS) {
    const value = valueAt(draft, path)
    if (empty === undefined || value !== null) add(path, problemWith(schema, value))
  }
  if (draft.training.validation !== null)
    for (const { path, schema } of VALIDATION_FIELDS) add(path, problemWith(schema, valueAt(draft, path)))
  draft.widths.forEach((width, i) => {
    add(`widths.${i}`, problemWith({ control: 'whole', minimum: 1, maximum: 1_000_000 }, width))
  })
  for (const key of ['evaluateTrain', 'evaluateTest'] as const) {
    const value = draft.training[key]
    if (value !== 'all' && value !== 'off')
      add(`training.${key}`, problemWith({ control: 'whole', minimum: 1, maximum: 10_000_000 }, value))
  }
  draft.measures.forEach(({ everyBatches }, i) => {
    add(`measures.${i}.everyBatches`, problemWith(INTERVAL, everyBatches))
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
