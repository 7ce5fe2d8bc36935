/** The messages between a lab and its training worker, over IPC. */
import { z } from 'zod'
import type { RunEvent } from '../../experiment/event.ts'

export const ToWorker = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('task'),
    /** The experiment's folder, which holds everything that is to be done. */
    folder: z.string(),
    dataFolder: z.string().nullable(),
    /** Version of Apical, for environment.json. */
    version: z.string(),
  }),
  z.object({ kind: z.literal('pause') }),
  z.object({ kind: z.literal('continue') }),
  /** Ends by itself after the epoch, or after the seeds that are trained now; null takes that back. */
  z.object({ kind: z.literal('stop-after'), what: z.enum(['epoch', 'seeds']).nullable() }),
  /** Stops one seed of those trained side by side; the others continue. */
  z.object({ kind: z.literal('stop-seed'), seed: z.int().min(0) }),
  /** 'stopped' by the person, 'interrupted' because the lab is being closed. */
  z.object({ kind: z.literal('stop'), as: z.enum(['stopped', 'interrupted']) }),
])
export type ToWorker = z.infer<typeof ToWorker>
export type Task = Extract<ToWorker, { kind: 'task' }>

/** `alive` comes every second while the worker's loop turns, so that a stall can be told from long work. */
export type FromWorker = { readonly kind: 'event'; readonly event: RunEvent } | { readonly kind: 'alive' }

export const ALIVE_MS = 1000
