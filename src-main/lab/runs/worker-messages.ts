/** The messages between a lab and its training worker, over IPC. */
import { z } from 'zod'
import type { RunEvent } from '../../experiment/event.ts'

export const ToWorker = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('task'),
    /** Of experiments, each of which holds everything that is to be done; several share one session of the engine. */
    folders: z.array(z.string()).min(1),
    dataFolder: z.string().nullable(),
    /** Version of Apical, for environment.json. */
    version: z.string(),
  }),
  z.object({ kind: z.literal('pause'), folder: z.string() }),
  z.object({ kind: z.literal('continue'), folder: z.string() }),
  /** Ends by itself after the epoch, or after the seeds that are trained now; null takes that back. */
  z.object({ kind: z.literal('stop-after'), folder: z.string(), what: z.enum(['epoch', 'seeds']).nullable() }),
  /** Stops one seed of those trained side by side; the others continue. */
  z.object({ kind: z.literal('stop-seed'), folder: z.string(), seed: z.int().min(0) }),
  /** 'stopped' by the person, 'interrupted' because the lab is being closed. */
  z.object({ kind: z.literal('stop'), folder: z.string(), as: z.enum(['stopped', 'interrupted']) }),
])
export type ToWorker = z.infer<typeof ToWorker>
export type Task = Extract<ToWorker, { kind: 'task' }>
/** What is asked of the run in one folder. */
export type Request = Exclude<ToWorker, { kind: 'task' }>

export type FromWorker =
  | { readonly kind: 'event'; readonly folder: string; readonly event: RunEvent }
  /** The folder is left, while others of the worker are still at work. */
  | { readonly kind: 'left'; readonly folder: string }
  /** Comes every second while the worker's loop turns, so that a stall can be told from long work. */
  | { readonly kind: 'alive' }

export const ALIVE_MS = 1000
