/** More seeds or more epochs for an experiment that exists: the changes its question takes. Each is written down when it was made. */
import { mkdirSync, rmSync } from 'node:fs'
import type { Experiment } from '../../experiment/experiment.ts'
import { fileProblem } from '../problem.ts'
import { paths } from './folder.ts'
import { LineFile, readJson, writeJson } from '../storage.ts'

/**
 * Writes the experiment with all its seeds over the one with fewer.
 *
 * @param grown the experiment with the seeds it has and the new ones behind them
 */
export function growExperiment(
  folder: string,
  grown: Experiment,
  added: readonly number[],
  apical: string,
  now: Date = new Date(),
): void {
  try {
    for (const seed of added) mkdirSync(paths(folder).seedFolder(seed), { recursive: true })
  } catch (error) {
    throw fileProblem(error, 'Cannot write', folder) ?? error
  }
  const before = grown.seeds.filter((seed) => !added.includes(seed))
  writeChange(folder, grown, { kind: 'seeds-added', at: now.toISOString(), seeds: added, before, apical })
}

/**
 * Writes the experiment with another number of epochs in all over the one it is.
 *
 * @param longer the experiment with that number
 * @param before the number it had
 */
export function lengthenExperiment(
  folder: string,
  longer: Experiment,
  before: number,
  apical: string,
  now: Date = new Date(),
): void {
  const { epochs } = longer.training
  writeChange(folder, longer, { kind: 'epochs-changed', at: now.toISOString(), epochs, before, apical })
}

/**
 * `changes.jsonl` says first what changed and when, and on what machine was trained before, since `environment.json` speaks
 * of the latest worker alone. The summary is of the run as it was; the new one closes the run again.
 */
function writeChange(folder: string, experiment: Experiment, change: Readonly<Record<string, unknown>>): void {
  const files = paths(folder)
  const changes = new LineFile(files.changes)
  try {
    changes.append({ ...change, environmentBefore: readJson(files.environment) })
    changes.flush()
  } finally {
    changes.close()
  }
  rmSync(files.summary, { force: true })
  writeJson(files.experiment, experiment)
}
