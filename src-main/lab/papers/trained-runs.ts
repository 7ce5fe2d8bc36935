/** The runs of a results folder that can fill a paper, with their histories. */
import { join } from 'node:path'
import type { ExperimentRecord, ExperimentRow } from '../../contract.ts'
import { rowsIn } from '../../paper/rows.ts'
import type { Paper } from '../../paper/paper.ts'
import type { TrainedRun } from '../../paper/trained.ts'
import { paths, readRecordInTurns } from '../results.ts'
import { lookAt } from '../storage.ts'

const MOVING = new Set<ExperimentRow['state']>(['queued', 'running', 'paused'])

/** What was read of each folder, and the row that it was read under. */
export type KnownRuns = Map<string, { readonly stamp: string; readonly run: TrainedRun }>

/**
 * Those of the rows whose rule, data set and network some row of the paper has: the others cannot ask its question. A folder
 * is read again when its row changed.
 */
export async function trainedRuns(
  results: string,
  listed: readonly ExperimentRow[],
  paper: Paper,
  known: KnownRuns = new Map(),
): Promise<readonly TrainedRun[]> {
  const asked = new Set(
    rowsIn(paper).map(({ rule, data, widths }) => [rule.name, data.name, widths.join('-')].join(' ')),
  )
  const runs: TrainedRun[] = []
  for (const row of listed) {
    if (row.state === 'sample' || row.state === 'unreadable') continue
    if (!asked.has([row.rule, row.dataset, row.widths.join('-')].join(' '))) continue
    const stamp = JSON.stringify([
      row.name,
      row.state,
      row.epochsDone,
      row.epochs,
      row.seeds,
      row.seconds,
      row.testAccuracy,
    ])
    const before = known.get(row.id)
    if (before?.stamp === stamp) {
      runs.push(before.run)
      continue
    }
    try {
      const run = trainedRunOf(await readRecordInTurns(join(results, row.id)), row)
      known.set(row.id, { stamp, run })
      runs.push(run)
    } catch {
      // Its row says in the Lab what is wrong with it.
    }
  }
  return runs
}

export function trainedRunOf(
  { folder, experiment, environment, seeds, row }: ExperimentRecord,
  seen = row,
): TrainedRun {
  const moving = MOVING.has(seen.state)
  const begun = seeds.filter(({ epochs }) => epochs.length > 0)
  return {
    id: seen.id,
    name: seen.name,
    experiment,
    machine: environment && {
      apical: environment.apical,
      engine: environment.engine,
      device: environment.device,
      cpu: environment.cpu,
      cores: environment.cores,
    },
    created: seen.created,
    seconds: seen.seconds,
    moving,
    // What nobody has begun goes on from the start.
    resumable:
      !moving &&
      seen.state !== 'collapsed' &&
      begun.every(({ seed }) => lookAt(paths(folder).checkpoint(seed))?.isFile() === true),
    seeds,
  }
}
