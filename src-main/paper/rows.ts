/** The rows of a paper as experiments, and their printed numbers, wherever these stand. */
import type { Spread } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { presetNamed, type Preset } from '../experiment/presets.ts'
import type { Paper, PaperRow } from './paper.ts'

/** Each is put together from its script's grid and checked, and a paper asks for hundreds, again and again. */
const presets = new Map<string, Preset | null>()

function presetOf({ preset }: Pick<PaperRow, 'preset'>): Preset | null {
  if (preset === null) return null
  let found = presets.get(preset)
  if (found === undefined) {
    found = presetNamed(preset) ?? null
    presets.set(preset, found)
  }
  return found
}

/** What has to be trained; null for a preset that this version of Apical does not have. */
export function experimentOf(row: PaperRow): Experiment | null {
  return row.experiment ?? presetOf(row)?.experiment ?? null
}

/** Mean, sample standard deviation and seeds as printed, on the test and the training set. */
export function publishedOf(row: PaperRow): {
  readonly test: Spread | null
  readonly train: Spread | null
} {
  if (row.published !== null) return row.published
  const printed = presetOf(row)?.published ?? null
  if (printed === null) return { test: null, train: null }
  const { mean, sd, n, train } = printed
  return { test: { mean, sd, n }, train }
}

/** The experiments of all its rows that this version can train. */
export function rowsIn({ rows }: Paper): readonly Experiment[] {
  return rows.flatMap((row) => experimentOf(row) ?? [])
}
