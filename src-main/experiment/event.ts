/**
 * RunEvent: the answers a run gives, in the order they happen. One JSON object each; the same on the command line
 * (`apical run --json`), from a worker, over every transport and, those of a seed, in its `metrics.jsonl`.
 */

/** Mean and sample standard deviation (n − 1; 0 for one value) over the seeds that count. */
export interface Spread {
  readonly mean: number
  readonly sd: number
  readonly n: number
}

export type SeedStatus = 'done' | 'collapsed' | 'stopped' | 'failed'

export interface SeedOutcome {
  readonly seed: number
  readonly status: SeedStatus
  readonly testAccuracy: number | null
  readonly trainAccuracy: number | null
  /** Why it collapsed or failed, in words; null otherwise. */
  readonly reason: string | null
}

export interface PublishedComparison extends Spread {
  readonly verdict: 'inside' | 'outside' | 'too few seeds'
}

export type RunEvent =
  | {
      readonly kind: 'started'
      readonly folder: string
      readonly engine: string
      readonly device: string
      readonly seeds: readonly number[]
      /** Learned numbers of one replica. */
      readonly parameters: number
      readonly batchesPerEpoch: number
      readonly epochs: number
      /** Where a resumed run goes on; 0 for a fresh one. */
      readonly fromEpoch: number
    }
  /** Where training stands; at most ten a second reach a window. `batch` counts finished batches of this epoch, `seconds` since the worker began. */
  | {
      readonly kind: 'progress'
      readonly epoch: number
      readonly batch: number
      readonly batchesPerEpoch: number
      readonly samplesPerSecond: number
      /** Estimated seconds left; null until there is something to estimate from. */
      readonly secondsLeft: number | null
      readonly phase: 'training' | 'evaluating'
    }
  | {
      readonly kind: 'epoch'
      readonly seed: number
      /** From 1: how many epochs are finished. */
      readonly epoch: number
      readonly trainAccuracy: number | null
      readonly testAccuracy: number | null
      /** Seconds of training and evaluating spent on this epoch by all seeds together. */
      readonly seconds: number
    }
  | {
      readonly kind: 'measure'
      readonly seed: number
      /** Batches trained since the beginning. */
      readonly batch: number
      readonly measure: string
      readonly values: Readonly<Record<string, number>>
    }
  | {
      readonly kind: 'collapsed'
      readonly seed: number
      readonly epoch: number
      readonly batch: number
      readonly reason: string
    }
  /** Written when a run goes on: what its seed's file says after this position came from work that is repeated. */
  | { readonly kind: 'resumed'; readonly seed: number; readonly epoch: number; readonly batch: number }
  | { readonly kind: 'checkpoint'; readonly epoch: number; readonly batch: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'continued' }
  | { readonly kind: 'note'; readonly level: 'info' | 'warning'; readonly message: string }
  | {
      readonly kind: 'done'
      readonly testAccuracy: Spread | null
      readonly trainAccuracy: Spread | null
      readonly seeds: readonly SeedOutcome[]
      readonly seconds: number
      readonly engine: string
      readonly folder: string
      readonly published: PublishedComparison | null
    }
  | { readonly kind: 'stopped'; readonly folder: string; readonly epoch: number; readonly batch: number }
  | { readonly kind: 'failed'; readonly folder: string; readonly message: string; readonly next: string }
