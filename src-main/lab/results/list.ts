/** All experiments of a results folder, and how one of them is found by name. */
import { readdirSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ExperimentRow } from '../../contract.ts'
import { fileProblem, LabProblem } from '../problem.ts'
import { paths } from './folder.ts'
import { readRow } from './read.ts'
import {
  forget,
  keepOnly,
  loadIndex,
  loadIndexAtOnce,
  recall,
  recallCreated,
  remember,
  SETTLED_MS,
  storeIndex,
} from './row-index.ts'
import { lookAt } from '../storage.ts'

/** The experiment folders in a results folder, by name; none where there is no such folder yet. */
export function runIds(results: string): string[] {
  return reading(results, () =>
    readdirSync(results, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map(({ name }) => name),
  )
}

/** What may be experiment folders, without asking each what it is: of ten thousand that takes longest. */
function namesIn(results: string): string[] {
  return reading(results, () => readdirSync(results).filter((name) => !name.startsWith('.')))
}

function reading(results: string, read: () => string[]): string[] {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw fileProblem(error, 'Cannot read the results folder', results) ?? error
  }
}

/** Every experiment of a results folder, the newest first; what cannot be read is a row that says why. */
export function listRows(results: string): ExperimentRow[] {
  loadIndexAtOnce(results)
  return newestFirst(runIds(results).flatMap((id) => rowIn(join(results, id), 'run', 'files') ?? []))
}

/** An experiment in a listing; its row is made when it is asked for. */
export interface Listed {
  readonly id: string
  readonly created: string
  /** Null when the folder went away meanwhile. */
  readonly row: () => ExperimentRow | null
}

/**
 * The same for a process that has windows to serve: gives way to other work now and then, trusts a folder's own time
 * (what was edited in place is found by `edited`), and leaves the index as it found the folders.
 */
export async function listInBackground(results: string): Promise<Listed[]> {
  await loadIndex(results)
  const changed = lookAt(results)?.mtimeMs ?? 0
  const last = listings.get(results)
  if (last?.changed === changed) return last.listed
  const began = Date.now()
  const ids = namesIn(results)
  const listed: Listed[] = []
  let turned = performance.now()
  for (const id of ids) {
    const folder = join(results, id)
    const created = recallCreated(folder)
    if (created !== null) listed.push({ id, created, row: () => rowIn(folder) })
    else if (lookAt(folder)?.isDirectory() === true) {
      if (performance.now() - turned > TURN_MS) {
        await nextTurn()
        turned = performance.now()
      }
      const row = rowIn(folder)
      // Whoever asks next may find it changed: nothing was remembered of what moves.
      if (row !== null) listed.push({ id, created: row.created, row: () => rowIn(folder) })
    }
  }
  keepOnly(results, new Set(ids))
  void storeIndex(results)
  const sorted = newestFirst(listed)
  // A folder that changed this lately may change again without its time telling.
  if (changed < began - SETTLED_MS) listings.set(results, { changed, listed: sorted })
  return sorted
}

/** Listings of results folders whose entries are still those, by the folder's own time. */
const listings = new Map<string, { readonly changed: number; readonly listed: Listed[] }>()

/** Other work of the process waits no longer than this for a listing. */
export const TURN_MS = 10

/**
 * The row of one folder; null when it is gone. With `look` 'files' it is read again also after an edit in place, with
 * 'anew' whatever is remembered.
 */
export function rowIn(
  folder: string,
  kind: 'run' | 'sample' = 'run',
  look: 'folder' | 'files' | 'anew' = 'folder',
): ExperimentRow | null {
  const changed = lookAt(folder)?.mtimeMs
  if (changed === undefined) {
    forget(folder)
    return null
  }
  const known = look === 'anew' ? null : recall(folder, changed, look)
  if (known !== null) return known
  const beganMs = Date.now()
  const row = readRow(folder, kind)
  remember(folder, changed, beganMs, row)
  return row
}

export function newestFirst<T extends { readonly id: string; readonly created: string }>(rows: readonly T[]): T[] {
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
  return (lookAt(folder)?.isDirectory() ?? false) && (lookAt(paths(folder).experiment)?.isFile() ?? false)
}
