/** Numbers, times and names as people in this field write them. */
import type { ExperimentRow, RunState } from '../../src-main/contract.ts'
import type { Spread } from '../../src-main/experiment/event.ts'

/**
 * A fraction as per cent: 0.97625 → '97.63' ('97.6' with one digit). Halves are rounded up in decimal, as a person would:
 * in binary 97.565 lies a hair below itself, and one mean would be printed in two ways, by how it was summed.
 */
export function percent(fraction: number, digits = 2): string {
  const scale = 10 ** digits
  return (Math.round(Number((fraction * 100 * scale).toPrecision(12))) / scale).toFixed(digits)
}

/** Mean ± sample standard deviation in per cent; the mean alone where one seed says nothing about spread. */
export function spread({ mean, sd, n }: Spread): string {
  return n < 2 ? percent(mean) : `${percent(mean)} ± ${percent(sd)}`
}

/** As `spread`, also where there is one seed: what was printed is shown as printed. */
export function writeSpread({ mean, sd }: Pick<Spread, 'mean' | 'sd'>): string {
  return `${percent(mean)} ± ${percent(sd)}`
}

/** Of how many seeds a mean is: '10', or '9 of 10' where some collapsed or are not as far as the others. */
export function countOf(n: number, planned: number): string {
  return n === planned ? String(n) : `${n} of ${planned}`
}

/** The same of a row; of one without a result, how many seeds it has. */
export function seedCount({ testAccuracy, seeds }: Pick<ExperimentRow, 'testAccuracy' | 'seeds'>): string {
  return countOf(testAccuracy?.n ?? seeds.length, seeds.length)
}

/** '94.09 ± 0.06', and '(2 of 3)' behind it where the mean leaves seeds out. */
export function spreadOfSeeds(value: Spread, planned: number): string {
  return value.n === planned ? spread(value) : `${spread(value)} (${countOf(value.n, planned)})`
}

export function network(widths: readonly number[]): string {
  return widths.join('-')
}

/** Seconds as a person would say them: '42 s', '6 min', '1 h 20'. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 99.5) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')}`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

const THIN_SPACE = ' '

/** Whole number with groups: 397510 → '397 510' with thin spaces, so that no comma can be read as a decimal one. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replace('-', '−')
    .replace(/\B(?=(\d{3})+$)/g, THIN_SPACE)
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = count
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit] as string}`
}

/** Any number in a table or at a line's end: at most `digits` significant ones, never '0.30000000000000004'. */
export function significant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-4) return scientific(value, digits)
  return String(Number(value.toPrecision(digits)))
}

const SUPERSCRIPT: Readonly<Record<string, string>> = {
  '-': '⁻',
  ...Object.fromEntries(Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹').entries()),
}

/** 0.00001 → '1 × 10⁻⁵'. */
export function scientific(value: number, digits = 4): string {
  const [mantissa = '0', exponent = '0'] = value.toExponential(digits - 1).split('e')
  const power = Array.from(String(Number(exponent)), (character) => SUPERSCRIPT[character] ?? '').join('')
  return `${String(Number(mantissa))} × 10${power}`
}

const SUBSCRIPT = Array.from('₀₁₂₃₄₅₆₇₈₉')

export function subscript(index: number): string {
  return Array.from(String(index), (digit) => SUBSCRIPT[Number(digit)] ?? digit).join('')
}

// Made once: a formatter costs a hundred times what it formats.
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const DAY_OF_YEAR = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** ISO 8601 as '23 Nov 2026, 21:40' in local time. */
export function date(iso: string): string {
  const when = new Date(iso)
  return Number.isNaN(when.getTime()) ? iso : `${DAY.format(when)}, ${HOUR.format(when)}`
}

/** As `date`, where there is little room: the year only of other years. */
export function dayAndHour(iso: string, now = new Date()): string {
  const when = new Date(iso)
  if (Number.isNaN(when.getTime())) return iso
  return when.getFullYear() === now.getFullYear()
    ? `${DAY_OF_YEAR.format(when)}, ${HOUR.format(when)}`
    : DAY.format(when)
}

export const STATE_LABELS: Readonly<Record<RunState, string>> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  interrupted: 'Interrupted',
  stopped: 'Stopped',
  failed: 'Failed',
  collapsed: 'Collapsed',
  done: 'Done',
  sample: 'Sample',
  unreadable: 'Unreadable',
}

export const VERDICT_LABELS: Readonly<Record<'inside' | 'outside' | 'too few seeds', string>> = {
  inside: 'inside published',
  outside: 'outside published',
  'too few seeds': 'too few seeds to judge',
}
