/** The settings of an experiment as one flat record, for tables: grouped by, filtered by and shown in columns. */
import type { Experiment } from './experiment.ts'

type FlatValue = string | number | boolean

/** What a table shows in columns of its own. */
const ELSEWHERE = new Set([
  'version',
  'name',
  'preset',
  'sweep',
  'widths',
  'seeds',
  'measures',
  'data.name',
  'rule.name',
])

const PREFIX = 'rule.settings.'

/** Keys and values as `setKey` takes them: 'gamma' → 0.1, 'training.batchSize' → 20, 'lrForward' → '1,0.7'. Null is left out. */
export function flatSettings(experiment: Experiment): Readonly<Record<string, FlatValue>> {
  // Names of settings come from a file: without a prototype none of them can reach one.
  const flat = Object.create(null) as Record<string, FlatValue>
  const visit = (value: unknown, key: string): void => {
    if (ELSEWHERE.has(key) || value === null || value === undefined) return
    if (Array.isArray(value)) flat[shortest(key)] = value.map(piece).join(',')
    else if (typeof value === 'object')
      for (const [name, part] of Object.entries(value)) visit(part, key === '' ? name : `${key}.${name}`)
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      flat[shortest(key)] = value
  }
  visit(experiment, '')
  flat['depth'] = experiment.widths.length - 2
  return flat
}

function shortest(key: string): string {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key
}

/** An entry of a list; one of a schedule as epoch:base. */
function piece(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { fromEpoch, base } = value as { fromEpoch?: unknown; base?: unknown }
  return typeof fromEpoch === 'number' && typeof base === 'number' ? `${fromEpoch}:${base}` : JSON.stringify(value)
}
