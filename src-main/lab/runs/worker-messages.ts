/** What a lab and its worker say to each other over the channel between their processes. */
import { z } from 'zod'
import type { RunEvent } from '../../experiment/event.ts'

export const ToWorker = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('task'),
    /** The experiment's folder; everything that is asked stands in it. */
    folder: z.string(),
    dataFolder: z.string().nullable(),
    /** Version of Apical, for environment.json. */
    version: z.string(),
  }),
  z.object({ kind: z.literal('pause') }),
  z.object({ kind: z.literal('continue') }),
  /** 'stopped' by the person, 'interrupted' because the lab is being closed. */
  /** Ends by itself after the epoch, or after the seeds that are trained now; null takes that back. */
  z.object({ kind: z.literal('stop-after'), what: z.enum(['epoch', 'seeds']).nullable() }),
  /** One of several; the others go on. */
  z.object({ kind: z.literal('stop-seed'), seed: z.int().min(0) }),
  z.object({ kind: z.literal('stop'), as: z.enum(['stopped', 'interrupted']) }),
])
export type ToWorker = z.infer<typeof ToWorker>
export type Task = Extract<ToWorker, { kind: 'task' }>

/** `alive` comes every second while the worker's loop turns, so that a stall can be told from long work. */
export type FromWorker = { readonly kind: 'event'; readonly event: RunEvent } | { readonly kind: 'alive' }

export const ALIVE_MS = 1000
