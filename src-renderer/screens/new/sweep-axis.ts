/** An axis of a sweep as it is written: its key, its values as text, and what a person is told of both. */
import type { SettingSchema } from '../../../src-main/contract.ts'

/** The path of an axis that gives all hidden layers the same width: no setting, but what makes 784-h-h-10 of h. */
export const TIED = 'hidden'

/** The shortest key that says which setting an axis is: it stands in the names of the experiments. */
export function axisKey(path: string, layers: number): string {
  if (path === 'widths.1' && layers === 3) return 'hidden'
  return path.replace(/^rule\.settings\./, '')
}

/** A value as it stands in a list of values; lists and schedules in brackets, so that their commas do not divide. */
export function axisText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return `[${value.map(entryText).join(',')}]`
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Of a schedule a piece: the epoch it holds from, and its base. */
function entryText(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null || !('fromEpoch' in entry)) return JSON.stringify(entry)
  const { fromEpoch, base } = entry as { fromEpoch: unknown; base?: unknown }
  return `${String(fromEpoch)}:${String(base)}`
}

/** How a person writes the values of such a setting. */
export function axisHint(schema: SettingSchema): string {
  switch (schema.control) {
    case 'choice':
      return `some of ${(schema.enum ?? []).join(', ')}`
    case 'switch':
      return 'true, false'
    case 'per-layer':
      return 'lists in brackets: [1, 0.7], [0.5, 0.3]'
    case 'layers':
      return 'lists in brackets: [1], [1, 2]'
    case 'schedule':
      return 'schedules in brackets, epoch:base: [0:0.95, 15:0.9], [0:0.99]'
    case 'whole':
      return '100, 200 or 100..500:100'
    default:
      return '0.05, 0.1 or 0.01..0.1/5 or 0.001..1/4log'
  }
}

/** 'a, b, c', or the first and the last with how many there are between. */
export function valuesInWords(values: readonly string[]): string {
  return values.length <= 6 ? values.join(', ') : `${values.slice(0, 3).join(', ')}, … ${values.at(-1) ?? ''}`
}
