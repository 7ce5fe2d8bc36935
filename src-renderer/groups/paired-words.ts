/** A paired comparison as a person would say it. */
import { percent } from '../text/format.ts'
import type { PairedComparison, SeedsToAdd } from './paired-groups.ts'

/** A fraction as percentage points with a sign: 0.0042 → '+0.42', −0.0042 → '−0.42'. */
export function points(fraction: number): string {
  const text = percent(Math.abs(fraction))
  if (Number(text) === 0) return text
  return `${fraction < 0 ? '−' : '+'}${text}`
}

export function probability(p: number | null | undefined): string {
  if (p === null || p === undefined || !Number.isFinite(p)) return '–'
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

/** The finding in one sentence. */
export function finding(
  { test, adjusted, pairs }: PairedComparison,
  names: { readonly group: string; readonly baseline: string },
  several: boolean,
): string {
  if (test === null) return ''
  const { p, interval } = adjusted ?? test
  const seeds = `the ${pairs.seeds.length} seeds they share`
  const evidence = `95 % CI ${points(interval.low)} to ${points(interval.high)}, p ${probability(p).startsWith('<') ? '' : '= '}${probability(p)}${several ? ', both adjusted by Holm' : ''}`
  if (p > 0.05)
    return `${names.group} and ${names.baseline} do not differ significantly over ${seeds}: ${points(test.mean)} points (${evidence}).`
  return `${names.group} is ${percent(Math.abs(test.mean))} points ${test.mean > 0 ? 'above' : 'below'} ${names.baseline} over ${seeds} (${evidence}).`
}

/** What a button that adds them says. */
export function addingText({ baseline, group }: SeedsToAdd): string {
  const most = Math.max(baseline.length, group.length)
  const seeds = `${most} seed${most === 1 ? '' : 's'}`
  if (baseline.length === group.length) return `Add ${seeds} to both`
  if (baseline.length === 0 || group.length === 0)
    return `Add ${seeds} to ${baseline.length === 0 ? 'it' : 'the baseline'}`
  return `Add ${group.length} + ${baseline.length} seeds`
}

/** And in full: which seeds go where. */
export function addingTitle(
  { baseline, group }: SeedsToAdd,
  names: { readonly group: string; readonly baseline: string },
): string {
  const part = (name: string, seeds: readonly number[]): string =>
    seeds.length === 0 ? '' : `${name}: seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`
  return [part(names.group, group), part(names.baseline, baseline)].filter((text) => text !== '').join('; ')
}
