/** The rows of a paper as experiments, and their printed numbers, wherever these stand. */
import type { Spread } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { presetNamed } from '../experiment/presets.ts'
import type { Paper, PaperRow } from './paper.ts'

/** What has to be trained; null for a preset that this version of Apical does not have. */
export function experimentOf({ preset, experiment }: PaperRow): Experiment | null {
  return experiment ?? (preset === null ? null : (presetNamed(preset)?.experiment ?? null))
}

/** Mean, sample standard deviation and seeds as printed, on the test and the training set. */
export function publishedOf({ preset, published }: PaperRow): {
  readonly test: Spread | null
  readonly train: Spread | null
} {
  if (published !== null) return published
  const printed = preset === null ? null : (presetNamed(preset)?.published ?? null)
  if (printed === null) return { test: null, train: null }
  const { mean, sd, n, train } = printed
  return { test: { mean, sd, n }, train }
}

/** The experiments of all its rows that this version can train. */
export function rowsIn({ rows }: Paper): readonly Experiment[] {
  return rows.flatMap((row) => experimentOf(row) ?? [])
}
