/** A value of a form as it reads in a list of differences. */
import { significant } from '../../text/format.ts'

/** @param empty what an empty field means */
export function shownValue(value: unknown, empty = 'none'): string {
  if (value === undefined) return 'not there'
  if (value === null) return empty
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'number') return significant(value, 8)
  if (typeof value === 'string') return value === '' ? 'nothing' : value
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none'
    return (value as readonly unknown[]).map(shownEntry).join(', ')
  }
  return JSON.stringify(value)
}

/** An entry of a list: measures by name and interval, pieces of a schedule as they are written on the command line. */
function shownEntry(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return shownValue(entry)
  const { name, everyBatches, fromEpoch, base } = entry as Record<string, unknown>
  if (typeof name === 'string') return `${name} every ${JSON.stringify(everyBatches)}`
  if (fromEpoch !== undefined) return `${JSON.stringify(fromEpoch)}:${JSON.stringify(base)}`
  return JSON.stringify(entry)
}
