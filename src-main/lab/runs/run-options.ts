/** Options and outcome of one run without a window. */
import type { RunEvent } from '../../experiment/event.ts'

export interface RunOptions {
  readonly resultsFolder: string
  /** Where data sets lie, in this folder or in sub-folders named like them; null or absent for the usual places. */
  readonly dataFolder?: string | null | undefined
  /** Every event of the run, not throttled, after it was written to disk. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
  /** Aborted: the run stops after the current chunk and keeps a checkpoint. */
  readonly stop?: AbortSignal | undefined
  /** Aborted: the worker is killed at once; the last checkpoint stays. */
  readonly kill?: AbortSignal | undefined
}

/** The last event of a run. */
export type Ending = Extract<RunEvent, { kind: 'done' | 'stopped' | 'failed' }>

export interface RunOutcome {
  readonly id: string
  readonly folder: string
  readonly ending: Ending
}
