/**
 * All experiments of a results folder, and how one of them is found by name. Finished ones are remembered: everything
 * that changes a finished folder renames a file into it, so the folder's own time tells whether to read it again.
 */
import { readdirSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ExperimentRow } from '../../contract.ts'
import { fileProblem, LabProblem } from '../problem.ts'
import { isMissing } from './files.ts'
import { paths } from './folder.ts'
import { readRow } from './read.ts'

const remembered = new Map<string, { readonly changed: number; readonly row: ExperimentRow }>()

/** The experiment folders in a results folder, by name; none where there is no such folder yet. */
export function runIds(results: string): string[] {
  try {
    return readdirSync(results, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map(({ name }) => name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw fileProblem(error, 'Cannot read the results folder', results) ?? error
  }
}

/** Every experiment of a results folder, the newest first; what cannot be read is a row that says why. */
export function listRows(results: string): ExperimentRow[] {
  return newestFirst(runIds(results).flatMap((id) => rowIn(join(results, id)) ?? []))
}

/** The same, giving way to other work now and then: for a process that has windows to serve. */
export async function listRowsGivingWay(results: string): Promise<ExperimentRow[]> {
  const rows: ExperimentRow[] = []
  for (const [index, id] of runIds(results).entries()) {
    if (index % 20 === 19) await nextTurn()
    const row = rowIn(join(results, id))
    if (row !== null) rows.push(row)
  }
  return newestFirst(rows)
}

/** The row of one folder; null when it is gone. */
export function rowIn(folder: string, kind: 'run' | 'sample' = 'run'): ExperimentRow | null {
  const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
  if (changed === undefined) {
    remembered.delete(folder)
    return null
  }
  const known = remembered.get(folder)
  if (known?.changed === changed) return known.row
  const row = readRow(folder, kind)
  const moving = row.state === 'running' || row.state === 'paused' || row.state === 'queued'
  if (moving) remembered.delete(folder)
  else remembered.set(folder, { changed, row })
  return row
}

export function newestFirst(rows: readonly ExperimentRow[]): ExperimentRow[] {
  return [...rows].sort((a, b) => (a.created === b.created ? (a.id < b.id ? 1 : -1) : a.created < b.created ? 1 : -1))
}

/**
 * The folder of an experiment named by a person: its name in the results folder, or a path to it.
 *
 * @throws LabProblem when there is none
 */
export function findRun(results: string, named: string): string {
  const isPath = isAbsolute(named) || /[/\\]/.test(named)
  const folder = isPath ? resolve(named) : join(results, named)
  const odd = named === '' || named === '.' || named === '..' || (!isPath && named.startsWith('.'))
  if (odd || !isExperiment(folder))
    throw new LabProblem(
      `There is no experiment "${named}" in ${isPath ? 'that place' : results}.`,
      'The list of experiments (apical runs) has their names.',
    )
  return folder
}

function isExperiment(folder: string): boolean {
  try {
    return statSync(folder).isDirectory() && statSync(paths(folder).experiment).isFile()
  } catch (error) {
    if (isMissing(error)) return false
    throw fileProblem(error, 'Cannot read', basename(folder)) ?? error
  }
}
