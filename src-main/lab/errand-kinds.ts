/** What a lab sends a process of its own for that is no run: it may take long, or need much memory for a moment. */
import { z } from 'zod'
import type { BenchResult, DataPreview } from '../contract.ts'
import { DATASET_NAMES, ENGINE_NAMES } from '../experiment/experiment.ts'

export const Errand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bench'), engine: z.enum(ENGINE_NAMES), apical: z.string() }),
  z.object({
    kind: z.literal('preview'),
    name: z.enum(DATASET_NAMES),
    dataFolder: z.string().nullable(),
    split: z.enum(['train', 'test']),
    label: z.int().nullable(),
    from: z.int(),
    count: z.int(),
  }),
])
export type Errand = z.infer<typeof Errand>

export interface ErrandResults {
  bench: Omit<BenchResult, 'besideRun'>
  preview: DataPreview
}

export type FromErrand =
  | { readonly kind: 'step'; readonly fraction: number }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly message: string; readonly next: string }
