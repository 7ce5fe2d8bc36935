/** What is told of an experiment that was begun: as a row of a list, and everything about it. */
import type { EarlyEpoch, MeasureCost, PublishedComparison, SeedOutcome, Spread, TopKComparison } from './event.ts'
import type { Experiment, Selection } from './experiment.ts'
import type { Inspection } from './inspection.ts'

/** The state of an experiment, told truly. 'interrupted' is a run whose worker is gone without having finished. */
export type RunState =
  | 'queued'
  | 'running'
  | 'paused'
  | 'interrupted'
  | 'stopped'
  | 'failed'
  | 'collapsed'
  | 'done'
  | 'sample'
  | 'unreadable'

/** One row of the Lab table: an experiment with its seeds. */
export interface ExperimentRow {
  /** Folder name under the results folder. */
  readonly id: string
  readonly name: string
  readonly rule: string
  readonly ruleLabel: string
  readonly dataset: string
  readonly datasetLabel: string
  readonly widths: readonly number[]
  readonly preset: string | null
  /** The sweep it belongs to, and what of it is its own; null when it stands alone. */
  readonly sweep: Experiment['sweep']
  readonly state: RunState
  /** It was told to stop by itself after the running epoch, or after the seeds trained now; absent or null otherwise. */
  readonly stopsAfter?: 'epoch' | 'seeds' | null
  /** Place in the queue, 0 being the next to run; null when it does not wait. */
  readonly queuePosition: number | null
  /** Why it failed, collapsed or cannot be read; null otherwise. */
  readonly reason: string | null
  readonly seeds: readonly number[]
  readonly collapsedSeeds: readonly number[]
  /** Those that ended no better than chance after too few updates to call them collapsed: their accuracy counts. */
  readonly chanceSeeds: readonly number[]
  /**
   * Over the seeds that count (`experiment/result.ts`), after each one's last epoch, or the one chosen on the validation set: see
   * `selection`.
   */
  readonly testAccuracy: Spread | null
  readonly trainAccuracy: Spread | null
  /** Null without a validation set. */
  readonly validationAccuracy: Spread | null
  /** Epochs that every seed of these means finished; null before the first, and where all collapsed. */
  readonly resultEpoch: number | null
  readonly selection: Selection
  /** Best test accuracy of any seed after any epoch. */
  readonly best: number | null
  /** Mean test accuracy after each epoch, for the spark line; five digits. */
  readonly curve: readonly number[]
  readonly epochsDone: number
  readonly epochs: number
  readonly seconds: number
  readonly engine: string
  /** ISO 8601. */
  readonly created: string
  readonly published: PublishedComparison | null
  /** Null where the experiment counts no top-k accuracy. */
  readonly topK: TopKComparison | null
  /**
   * Its first epochs beside those its authors printed, also those it has not reached; null when nothing compares, and in a
   * list of those that are over, of which `read` tells it.
   */
  readonly early: readonly EarlyEpoch[] | null
  /** First line of the notes. */
  readonly note: string
  /** The notes for searching: all of them, or as much as a row may carry. */
  readonly notes: string
  readonly tags: readonly string[]
  readonly pinned: boolean
  /** Put away: shown only when asked for. */
  readonly archived: boolean
  /** What it was set to, by the keys that `--set` takes; lists and schedules as `--set` takes them, what is null left out. */
  readonly settings: Readonly<Record<string, SettingValue>>
}

export type SettingValue = string | number | boolean

/** Everything about one experiment, from disk alone. */
export interface ExperimentRecord {
  readonly row: ExperimentRow
  readonly folder: string
  readonly experiment: Experiment
  readonly environment: Environment | null
  readonly seeds: readonly SeedRecord[]
  readonly outcomes: readonly SeedOutcome[]
  /** What each measure cost; empty where none was taken. */
  readonly costs: readonly MeasureCost[]
  readonly notes: string
  /** What was found in its networks when somebody last asked; null where nobody has. */
  readonly inspection: Inspection | null
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  /** The command line that trains it again. */
  readonly command: string
  /** What went wrong while reading, in sentences: torn lines, missing files. */
  readonly warnings: readonly string[]
}

/** An experiment as a report tells it: without the paths of this machine (`folder` is its name alone). */
export interface ReportedRecord extends ExperimentRecord {
  /** Of the files that made its result and are it: SHA-256 of their bytes, in hexadecimal. */
  readonly checksums: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
}

/** Part of a file of an experiment. */
export interface FilePart {
  /** Whole lines, or the whole file; null where it is no text. */
  readonly text: string | null
  /** Of the whole file. */
  readonly bytes: number
  /** Whether the file has more than this. */
  readonly cut: boolean
}

/** One seed's history, superseded lines already dropped. Columns rather than objects, so that charts take them as they are. */
export interface SeedRecord {
  readonly seed: number
  readonly epochs: readonly number[]
  readonly trainAccuracy: readonly (number | null)[]
  readonly testAccuracy: readonly (number | null)[]
  readonly validationAccuracy: readonly (number | null)[]
  readonly seconds: readonly number[]
  /** Accuracies on the training batches as they passed, each the mean over so many samples until `batch`; empty in a history from before they were counted. */
  readonly batches: Readonly<Record<'batch' | 'epochs' | 'accuracy' | 'samples', readonly number[]>>
  readonly measures: Readonly<
    Record<string, Readonly<Record<string, { readonly batch: readonly number[]; readonly value: readonly number[] }>>>
  >
  /** Of measures with one value per iteration, the latest, by measure and phase. */
  readonly profiles: Readonly<Record<string, Readonly<Record<string, Profile>>>>
  /** The latest. */
  readonly confusion: Confusion | null
  readonly collapsed: { readonly epoch: number; readonly reason: string } | null
  /** It ended no better than chance, after too few updates to call it collapsed. */
  readonly atChance: { readonly epoch: number; readonly reason: string } | null
}

/** One value per iteration, from the batch named. */
export interface Profile {
  readonly batch: number
  readonly value: readonly number[]
}

export interface Confusion {
  readonly epoch: number
  readonly split: 'train' | 'test'
  readonly classes: readonly string[]
  /** `[true class][class taken for]`, row by row. */
  readonly counts: readonly number[]
}

export interface Environment {
  readonly apical: string
  readonly node: string
  readonly os: string
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly engine: string
  readonly device: string
  readonly precision: string
  /** SHA-256 of each data file, or the generator's name and version. */
  readonly data: Readonly<Record<string, string>>
  readonly started: string
  /** How many other experiments were trained in the same session; absent for none. Changes no number but times. */
  readonly beside?: number | undefined
}
