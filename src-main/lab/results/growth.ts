/** More seeds for an experiment that exists: the one change its question takes. It is written down when that was. */
import { mkdirSync } from 'node:fs'
import type { Experiment } from '../../experiment/experiment.ts'
import { fileProblem } from '../problem.ts'
import { paths } from './folder.ts'
import { LineFile, readJson, writeJson } from '../storage.ts'

/**
 * Writes the experiment with all its seeds over the one with fewer. `changes.jsonl` says first when, and on what machine
 * the seeds before were trained, since `environment.json` speaks of the latest worker alone.
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
  const files = paths(folder)
  try {
    for (const seed of added) mkdirSync(files.seedFolder(seed), { recursive: true })
  } catch (error) {
    throw fileProblem(error, 'Cannot write', folder) ?? error
  }
  const changes = new LineFile(files.changes)
  try {
    changes.append({
      kind: 'seeds-added',
      at: now.toISOString(),
      seeds: added,
      before: grown.seeds.filter((seed) => !added.includes(seed)),
      apical,
      environmentBefore: readJson(files.environment),
    })
    changes.flush()
  } finally {
    changes.close()
  }
  writeJson(files.experiment, grown)
}
