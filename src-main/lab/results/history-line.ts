/** The lines of a metrics.jsonl that a history is made of. */
import { z } from 'zod'
import { END_WORDS } from '../../experiment/event.ts'

const Accuracy = z.number().min(0).max(1).nullable()
const Line = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('epoch'),
    epoch: z.int().min(1),
    trainAccuracy: Accuracy,
    testAccuracy: Accuracy,
    // Not there in histories from before there was a split.
    validationAccuracy: Accuracy.default(null),
    seconds: z.number().min(0),
  }),
  z.object({
    kind: z.literal('batches'),
    batch: z.int().min(1),
    epochs: z.number().min(0),
    accuracy: z.number().min(0).max(1),
    samples: z.int().min(1),
  }),
  z.object({
    kind: z.literal('measure'),
    batch: z.int().min(0),
    measure: z.string(),
    values: z.record(z.string(), z.number()),
    profiles: z.record(z.string(), z.array(z.number())).optional(),
  }),
  z.object({
    kind: z.literal('confusion'),
    epoch: z.int().min(1),
    batch: z.int().min(0),
    split: z.enum(['train', 'test']),
    classes: z.array(z.string()).min(1),
    counts: z.array(z.int().min(0)),
  }),
  z.object({
    kind: z.enum(['collapsed', 'at-chance']),
    epoch: z.int().min(0),
    batch: z.int().min(0),
    reason: z.string(),
  }),
  z.object({
    kind: z.literal('resumed'),
    epoch: z.int().min(0),
    batch: z.int().min(0),
    undone: z.array(z.enum(END_WORDS)).default([]),
  }),
])
export type Line = z.infer<typeof Line>

/** Null where it is none. */
export function parseLine(text: string): Line | null {
  try {
    const found: unknown = JSON.parse(text)
    if (isEpoch(found)) return found
    const parsed = Line.safeParse(found)
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** The schema's verdict on the one kind of line of which there may be a hundred million, by hand: ten times as fast. */
function isEpoch(found: unknown): found is Extract<Line, { kind: 'epoch' }> {
  if (typeof found !== 'object' || found === null) return false
  const { kind, epoch, trainAccuracy, testAccuracy, validationAccuracy, seconds } = found as Record<string, unknown>
  return (
    kind === 'epoch' &&
    Number.isSafeInteger(epoch) &&
    (epoch as number) >= 1 &&
    typeof seconds === 'number' &&
    seconds >= 0 &&
    seconds < Infinity &&
    [trainAccuracy, testAccuracy, validationAccuracy].every(isAccuracy)
  )
}

function isAccuracy(value: unknown): boolean {
  return value === null || (typeof value === 'number' && value >= 0 && value <= 1)
}
