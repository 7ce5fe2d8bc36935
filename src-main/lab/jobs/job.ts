/** The kinds of job: work that is no run, in a process of its own, since it may take long or need much memory. */
import { z } from 'zod'
import type { BenchResult, DataPreview } from '../../contract.ts'
import type { EngineCard } from '../../experiment/engine-card.ts'
import type { Inspection } from '../../experiment/inspection.ts'
import { NetworkChoice } from '../../experiment/look.ts'
import { EmbeddingSettings, type Embedding } from '../../experiment/representations.ts'
import { StudyAsk, type StudyAnswer } from '../../experiment/study.ts'
import { DataSetName, ENGINE_NAMES, Experiment } from '../../experiment/experiment.ts'
import type { SaidByProcess } from '../machine.ts'

export const Job = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bench'), engine: z.enum(ENGINE_NAMES), apical: z.string() }),
  z.object({ kind: z.literal('engines') }),
  z.object({ kind: z.literal('pace'), experiment: Experiment }),
  z.object({ kind: z.literal('inspect'), folder: z.string(), dataFolder: z.string().nullable() }),
  z.object({
    kind: z.literal('embed'),
    folder: z.string(),
    dataFolder: z.string().nullable(),
    network: NetworkChoice,
    settings: EmbeddingSettings,
  }),
  z.object({
    kind: z.literal('study'),
    folder: z.string(),
    dataFolder: z.string().nullable(),
    network: NetworkChoice,
    ask: StudyAsk,
  }),
  z.object({
    kind: z.literal('preview'),
    name: DataSetName,
    dataFolder: z.string().nullable(),
    split: z.enum(['train', 'test']),
    label: z.int().nullable(),
    from: z.int(),
    count: z.int(),
    samples: z.array(z.int()).nullable(),
  }),
])
export type Job = z.infer<typeof Job>

export interface JobResults {
  bench: Omit<BenchResult, 'besideRun'>
  engines: readonly EngineCard[]
  pace: { readonly engine: string; readonly secondsPerFlop: number }
  preview: DataPreview
  inspect: Inspection
  embed: Embedding
  study: StudyAnswer
}

export type JobMessage = SaidByProcess<{ readonly fraction: number }>
