/** What the calls of a lab on one results folder work with; `lab.ts` puts the parts together. */
import type { Lab } from '../../contract.ts'
import type { Downloads } from '../datasets.ts'
import type { BenchmarkStore, EngineScout, IdlePace, JobRunner, LookDesk, MeasuredSpeeds } from '../jobs.ts'
import type { RowPages, SampleExperiments } from '../results.ts'
import type { Queue, SideBySide } from '../runs.ts'
import type { Templates } from '../storage.ts'
import type { LabEvents } from './lab-events.ts'
import type { RowFeed } from './row-feed.ts'

export interface FolderParts {
  /** Of this installation. */
  readonly root: string
  readonly results: string
  /** Where data sets lie; null for the usual places. */
  readonly dataFolder: string | null
  readonly events: LabEvents
  readonly queue: Queue
  /** When members of a sweep train in one session. */
  readonly sideBySide: SideBySide
  readonly rows: RowFeed
  readonly pages: RowPages
  readonly samples: SampleExperiments
  readonly templates: Templates
  readonly benchmarks: BenchmarkStore
  readonly speeds: MeasuredSpeeds
  readonly jobs: JobRunner
  readonly engines: EngineScout
  readonly looks: LookDesk
  /** Null where the lab times nothing by itself. */
  readonly pace: IdlePace | null
  readonly downloads: Downloads
}

/** A lab on one folder. */
export type FolderLab = Omit<Lab, 'openResults'> & {
  /** Interrupts the running experiment at a checkpoint, empties the queue, and resolves when its worker is gone. */
  close(): Promise<void>
}
