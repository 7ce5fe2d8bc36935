/** What a look at a run's trained networks finds: how they classify the test set, and what its rule's measures are now. */
import { z } from 'zod'

const Count = z.int().min(0)
const Share = z.number().min(0).max(1)

const SeedInspection = z.object({
  seed: Count,
  /** Finished epochs of the weights looked at. */
  epoch: Count,
  accuracy: Share,
  /** `[true class][predicted class]`, row by row. */
  counts: z.array(Count),
  /** Values by series, by measure of the rule. */
  measures: z.record(z.string(), z.record(z.string(), z.number())),
})

const Mistake = z.object({
  /** Its place in the test set. */
  index: Count,
  label: Count,
  /** The class that most of the seeds that erred took it for. */
  predicted: Count,
  /** How many seeds erred. */
  seeds: z.int().min(1),
})

export const Inspection = z.object({
  version: z.literal(1),
  /** ISO 8601. */
  taken: z.string(),
  engine: z.string(),
  classes: z.array(z.string()).min(2),
  /** Of the test set. */
  samples: z.int().min(1),
  seeds: z.array(SeedInspection).min(1),
  /** Those that most seeds got wrong first, the more clearly wrong ones before others; the first of `mistaken`. */
  mistakes: z.array(Mistake),
  /** Samples that any seed got wrong. */
  mistaken: Count,
  /** What could not be found out, in sentences. */
  notes: z.array(z.string()),
})

export type Inspection = z.infer<typeof Inspection>
export type SeedInspection = z.infer<typeof SeedInspection>
export type Mistake = z.infer<typeof Mistake>
