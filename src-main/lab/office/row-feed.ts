/**
 * Keeps those who watch a results folder up to date: tells rows that changed here, and polls for what other processes do
 * in the same folder.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ExperimentRow } from '../../contract.ts'
import { isMoving, paths, rowIn, runIds } from '../results.ts'
import type { Queue } from '../runs.ts'
import { liveOwner } from '../storage.ts'
import type { LabEvents } from './lab-events.ts'

const POLL_MS = 2000

export class RowFeed {
  readonly #results: string
  readonly #queue: Queue
  readonly #events: LabEvents
  /** Folders known so far, and the state last told of those that another process works on. */
  #known: Set<string>
  readonly #elsewhere = new Map<string, string>()
  readonly #polling: NodeJS.Timeout

  constructor(results: string, queue: Queue, events: LabEvents) {
    this.#results = results
    this.#queue = queue
    this.#events = events
    this.#known = new Set(runIds(results))
    // A worker whose host died may still be writing its checkpoint; it is shown as running until it is gone.
    for (const id of this.#known)
      if (existsSync(paths(join(results, id)).worker) && liveOwner(join(results, id)) !== null)
        this.#elsewhere.set(id, '')
    this.#polling = setInterval(() => {
      this.#poll()
    }, POLL_MS)
    this.#polling.unref()
  }

  /** Notes a folder that was made here, so that polling does not report it as new. */
  add(id: string): void {
    this.#known.add(id)
  }

  /** Notes that a folder was moved away here. */
  remove(id: string): void {
    this.#known.delete(id)
  }

  /** Tells the row of a folder that changed, or that the folder is gone. */
  tell(id: string): void {
    const row = rowIn(join(this.#results, id), 'run', 'anew')
    if (row !== null) this.#events.tell({ kind: 'row', row: this.seenFromHere(row) })
    else if (this.#known.delete(id)) this.#events.tell({ kind: 'removed', id })
  }

  /** The row with what only the queue knows: its position there, and whether it is just being started. */
  seenFromHere(row: ExperimentRow): ExperimentRow {
    const queuePosition = this.#queue.positionOf(row.id)
    if (queuePosition !== null) return { ...row, state: 'queued', queuePosition, reason: null }
    if (this.#queue.workerOf(row.id) === null) return row
    const stopsAfter = this.#queue.stopsAfter(row.id)
    return row.state === 'queued' ? { ...row, state: 'running', stopsAfter } : { ...row, stopsAfter }
  }

  close(): void {
    clearInterval(this.#polling)
  }

  /** Finds new experiments, ended ones and folders taken away. */
  #poll(): void {
    if (!this.#events.isWatched) return
    let now: Set<string>
    try {
      now = new Set(runIds(this.#results))
    } catch {
      // The share is away for a moment; the next poll finds out.
      return
    }
    const before = this.#known
    this.#known = now
    for (const id of before) if (!now.has(id)) this.#events.tell({ kind: 'removed', id })
    for (const id of now) {
      if (this.#queue.has(id) || (before.has(id) && !this.#elsewhere.has(id))) continue
      const row = rowIn(join(this.#results, id))
      if (row === null) continue
      const said = `${row.state} ${row.epochsDone}`
      if (!before.has(id) || this.#elsewhere.get(id) !== said) this.#events.tell({ kind: 'row', row })
      if (isMoving(row.state)) this.#elsewhere.set(id, said)
      else this.#elsewhere.delete(id)
    }
  }
}
