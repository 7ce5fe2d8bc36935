/** What the lab knows of a run beside its numbers: status.json, written whole by whoever owns the run at the time. */
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { RunState } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { isThisProcess, ProcessIdentity, readJson, writeJson } from '../storage.ts'
import { withoutPaths } from './without-paths.ts'

const STATUS_VERSION = 1
/**
 * What is true of this machine only, and read on it only: where data was looked for. Nothing else in a folder holds a
 * path of its owner's machine, so that a folder may be handed on without this file.
 */
export const LOCAL = 'local.json'
const Local = z.object({ dataFolder: z.string().nullable() })

/** Where data was looked for on this machine; null for the usual places, and on any other machine. */
export function localDataFolder(folder: string): string | null {
  try {
    return Local.safeParse(readJson(join(folder, LOCAL), 100_000)).data?.dataFolder ?? null
  } catch {
    return null
  }
}

export const Status = z.object({
  state: z.enum(['queued', 'running', 'paused', 'stopped', 'interrupted', 'failed', 'collapsed', 'done']),
  /** In words, when it failed, was interrupted or collapsed. */
  reason: z.string().nullable(),
  next: z.string().nullable(),
  /** Where data was looked for; null for the usual places. */
  dataFolder: z.string().nullable().default(null),
  /** The process in whose queue it waits; a queue ends with its process. */
  queuedBy: ProcessIdentity.nullable().default(null),
  created: z.string(),
  updated: z.string(),
})
export type Status = z.infer<typeof Status>

/** Whether a run in this state may still change by itself. */
export function isMoving(state: RunState): boolean {
  return state === 'running' || state === 'paused' || state === 'queued'
}

export function writeStatus(path: string, status: Status): void {
  const { dataFolder, reason, next, ...rest } = status
  const folder = dirname(path)
  const local = (text: string | null): string | null => text && withoutPaths(text, folder, dataFolder)
  if (dataFolder !== localDataFolder(folder)) writeJson(join(folder, LOCAL), { dataFolder })
  writeJson(path, { version: STATUS_VERSION, ...rest, reason: local(reason), next: local(next) })
}

/** Null when there is none or it is damaged. @throws LabProblem when a later version wrote it: it is not written over */
export function readStatus(path: string): Status | null {
  let found: unknown
  try {
    found = readJson(path)
  } catch {
    return null
  }
  const version = z.object({ version: z.number() }).safeParse(found).data?.version ?? STATUS_VERSION
  if (version > STATUS_VERSION)
    throw new LabProblem(
      `${path}: expected version ${STATUS_VERSION} or lower, found ${version}.`,
      'It was written by a later Apical; open it with that one. Nothing was changed.',
    )
  const parsed = Status.safeParse(found)
  if (!parsed.success) return null
  // Older ones have it themselves.
  return { ...parsed.data, dataFolder: parsed.data.dataFolder ?? localDataFolder(dirname(path)) }
}

/** Whether it waits in a queue of this process, and so changes only when this process says so. */
export function isQueuedHere(path: string): boolean {
  try {
    const status = readStatus(path)
    return status?.state === 'queued' && status.queuedBy !== null && isThisProcess(status.queuedBy)
  } catch {
    return false
  }
}

/** Changes some of it and keeps the rest, when it began above all. */
export function changeStatus(path: string, change: Partial<Omit<Status, 'created' | 'updated'>>): void {
  const now = new Date().toISOString()
  const before: Status = readStatus(path) ?? {
    ...{ state: 'interrupted', reason: null, next: null, dataFolder: null, queuedBy: null, updated: now },
    created: stampOf(dirname(path)) ?? now,
  }
  writeStatus(path, { ...before, reason: null, next: null, queuedBy: null, ...change, updated: now })
}

/** When a folder was made, from its name alone; null when the name does not say. */
export function stampOf(folder: string): string | null {
  const match = /(\d{4}-\d\d-\d\d)-(\d\d)(\d\d)(\d\d)-[^/\\]*$/.exec(folder)
  if (match === null) return null
  const [, date, hours, minutes, seconds] = match
  const time = Date.parse(`${date ?? ''}T${hours ?? ''}:${minutes ?? ''}:${seconds ?? ''}Z`)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
