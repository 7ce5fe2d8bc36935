/**
 * RunEvent: the answers a run gives, in the order they happen. One JSON object each; the same on the command line
 * (`apical run --json`), from a worker, over every transport and, those of a seed, in its `metrics.jsonl`.
 */

import type { Selection } from './experiment.ts'

/** Mean and sample standard deviation (n − 1; 0 for one value) over the seeds that count. */
export interface Spread {
  readonly mean: number
  readonly sd: number
  readonly n: number
}

type SeedStatus = 'done' | 'collapsed' | 'stopped' | 'failed'

export interface SeedOutcome {
  readonly seed: number
  readonly status: SeedStatus
  /** Of `epoch`, like the two below. */
  readonly testAccuracy: number | null
  readonly trainAccuracy: number | null
  /** Null without a validation set. */
  readonly validationAccuracy: number | null
  /** Top-k accuracy on the test set; absent where it is not counted. */
  readonly topK?: number | null
  /** Whose accuracies these are: the last, or the one chosen on the validation set; null before the first. */
  readonly epoch: number | null
  /** How many epochs it finished. */
  readonly epochs: number
  /** Trained to its end and no better than naming one class, after too few updates to call it collapsed. */
  readonly atChance: boolean
  /** Why it collapsed, failed or counts as at chance, in words; null otherwise. */
  readonly reason: string | null
}

/** What `agreement.ts` says of two means over seeds. */
export type Verdict = 'inside' | 'outside' | 'too few seeds'

export interface PublishedComparison extends Spread {
  readonly verdict: Verdict
}

/** Top-k accuracy on the test set over the seeds that count, at the reported epoch, beside what was printed. */
export interface TopKComparison {
  readonly k: number
  readonly test: Spread | null
  readonly published: PublishedComparison | null
}

/** Test accuracy after one of the first epochs, beside what the authors printed for it. */
export interface EarlyEpoch {
  /** From 1: how many epochs are finished. */
  readonly epoch: number
  /** Over the authors' seeds; `sd` is null where they printed one seed, or a mean alone. */
  readonly published: { readonly mean: number; readonly sd: number | null; readonly n: number }
  /** Over the seeds that finished the epoch and did not collapse; null before the first. */
  readonly ours: Spread | null
  /** Where our mean lies to their mean ± 2 sd; null where one of both is missing. */
  readonly verdict: 'inside' | 'below' | 'above' | null
}

/** What one measure costs, as timed since its worker began. */
export interface MeasureCost {
  readonly measure: string
  /** Taking it, with the batches that are run for it alone, and its share of every batch where it has one. */
  readonly seconds: number
  /** Of all time spent on training and measuring; evaluating does not count. */
  readonly percent: number
}

/** What a run says at the end of its last epoch, due there or not: a verdict, and what evaluation counts beside accuracy. */
export const END_WORDS = ['collapsed', 'at-chance', 'top-k', 'confusion'] as const
export type EndWord = (typeof END_WORDS)[number]

export type RunEvent =
  | {
      readonly kind: 'started'
      readonly folder: string
      readonly engine: string
      readonly device: string
      readonly seeds: readonly number[]
      /** Parameters of one network. */
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
      /** The same at the pace of the quicker and of the slower stretches lately; absent or null until there were some. */
      readonly secondsLeftRange?: readonly [number, number] | null
      readonly phase: 'training' | 'evaluating'
    }
  | {
      readonly kind: 'epoch'
      readonly seed: number
      /** From 1: how many epochs are finished. */
      readonly epoch: number
      readonly trainAccuracy: number | null
      readonly testAccuracy: number | null
      /** Null without a validation set. */
      readonly validationAccuracy: number | null
      /** Seconds of training and evaluating spent on this epoch by all seeds together. */
      readonly seconds: number
    }
  /** Of the training batches that just passed, each taken before it was learned from: at most one a second, but for the first few and for the last of an epoch. */
  | {
      readonly kind: 'batches'
      readonly seed: number
      /** Batches trained since the beginning, the last of these included. */
      readonly batch: number
      /** The same in epochs, the last one as a fraction. */
      readonly epochs: number
      /** The mean over `samples` samples. */
      readonly accuracy: number
      readonly samples: number
    }
  | {
      readonly kind: 'measure'
      readonly seed: number
      /** Batches trained since the beginning. */
      readonly batch: number
      readonly measure: string
      readonly values: Readonly<Record<string, number>>
      /** Of a measure with one value an iteration: all of them, by phase; `values` has the first and the last. */
      readonly profiles?: Readonly<Record<string, readonly number[]>>
    }
  /** After an epoch: how many samples of each class (row) were taken for which (column). */
  | {
      readonly kind: 'confusion'
      readonly seed: number
      readonly epoch: number
      readonly batch: number
      readonly split: 'train' | 'test'
      readonly classes: readonly string[]
      /** Row by row. */
      readonly counts: readonly number[]
    }
  /** What the measures took of the time so far; of all seeds together. */
  | { readonly kind: 'costs'; readonly costs: readonly MeasureCost[] }
  | {
      /** Lost: it diverged, fell back to chance, or stayed there to the end of a run long enough to tell. */
      readonly kind: 'collapsed'
      readonly seed: number
      readonly epoch: number
      readonly batch: number
      readonly reason: string
    }
  /** At chance at the end of a run that was not long enough to tell. */
  | {
      readonly kind: 'at-chance'
      readonly seed: number
      readonly epoch: number
      readonly batch: number
      readonly reason: string
    }
  /** Written when a run goes on: what its seed's file says after this position came from work that is repeated. */
  | {
      readonly kind: 'resumed'
      readonly seed: number
      readonly epoch: number
      readonly batch: number
      /** What the file says at this very position only because training ended there, and it goes on now; absent for nothing. */
      readonly undone?: readonly EndWord[]
    }
  | { readonly kind: 'checkpoint'; readonly epoch: number; readonly batch: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'continued' }
  | { readonly kind: 'note'; readonly level: 'info' | 'warning'; readonly message: string }
  | {
      readonly kind: 'done'
      readonly testAccuracy: Spread | null
      readonly trainAccuracy: Spread | null
      /** Null without a validation set. */
      readonly validationAccuracy: Spread | null
      /** Epochs that every seed of these means finished; null where all collapsed. */
      readonly resultEpoch: number | null
      /** How the epoch was chosen whose accuracies are reported. */
      readonly selection: Selection
      readonly seeds: readonly SeedOutcome[]
      readonly seconds: number
      readonly engine: string
      readonly folder: string
      readonly published: PublishedComparison | null
      /** Absent or null where the experiment counts no top-k accuracy. */
      readonly topK?: TopKComparison | null
      /** The first epochs that the authors printed and this run has; null when nothing printed compares with it. */
      readonly early: readonly EarlyEpoch[] | null
    }
  | {
      readonly kind: 'stopped'
      readonly folder: string
      readonly epoch: number
      readonly batch: number
      /** What stopped, in a sentence, where it was not simply everything. */
      readonly reason?: string
    }
  | { readonly kind: 'failed'; readonly folder: string; readonly message: string; readonly next: string }
