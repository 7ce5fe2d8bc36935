/** What the lab knows of a run beside its numbers: status.json, written whole by whoever owns the run at the time. */
import { dirname } from 'node:path'
import { z } from 'zod'
import type { RunState } from '../../contract.ts'
import { ProcessIdentity, readJson, writeJson } from '../storage.ts'

export const Status = z.object({
  state: z.enum(['queued', 'running', 'paused', 'stopped', 'interrupted', 'failed', 'collapsed', 'done']),
  /** In words, when it failed, was interrupted or collapsed. */
  reason: z.string().nullable(),
  next: z.string().nullable(),
  /** Where data was looked for; null for the usual places. */
  dataFolder: z.string().nullable(),
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
  writeJson(path, status)
}

/** Null when there is none, or when it is not one that this version understands. */
export function readStatus(path: string): Status | null {
  let found: unknown
  try {
    found = readJson(path)
  } catch {
    return null
  }
  const parsed = Status.safeParse(found)
  return parsed.success ? parsed.data : null
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
