/** A row as the index has it. The type holds it to the contract: a field added there must be added here. */
import { z } from 'zod'
import type { ExperimentRow, SettingValue } from '../../contract.ts'
import { SELECTIONS, SweepMember } from '../../experiment/experiment.ts'

/** Checked by hand where there are many: the schemas of lists and records cost most of the time of reading an index. */
const Numbers = z.custom<readonly number[]>((value) => Array.isArray(value) && value.every(isNumber))
const isNumber = (value: unknown): boolean => typeof value === 'number'
const Settings = z.custom<Readonly<Record<string, SettingValue>>>(
  (value) => typeof value === 'object' && value !== null && Object.values(value).every(isSetting),
)
const isSetting = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
const Spread = z.object({ mean: z.number(), sd: z.number(), n: z.number() })
const Published = Spread.extend({ verdict: z.enum(['inside', 'outside', 'too few seeds']) })
const Early = z.object({
  epoch: z.number(),
  published: z.object({ mean: z.number(), sd: z.number().nullable(), n: z.number() }),
  ours: Spread.nullable(),
  verdict: z.enum(['inside', 'below', 'above']).nullable(),
})
/** Of a run that is over; one that moves is never remembered. */
const State = z.enum(['interrupted', 'stopped', 'failed', 'collapsed', 'done', 'sample'])

export const StoredRow: z.ZodType<ExperimentRow> = z.object({
  id: z.string(),
  name: z.string(),
  rule: z.string(),
  ruleLabel: z.string(),
  dataset: z.string(),
  datasetLabel: z.string(),
  widths: Numbers,
  preset: z.string().nullable(),
  sweep: SweepMember.nullable(),
  state: State,
  queuePosition: z.null(),
  reason: z.string().nullable(),
  seeds: Numbers,
  collapsedSeeds: Numbers,
  chanceSeeds: Numbers,
  testAccuracy: Spread.nullable(),
  trainAccuracy: Spread.nullable(),
  validationAccuracy: Spread.nullable(),
  resultEpoch: z.number().nullable(),
  selection: z.enum(SELECTIONS),
  best: z.number().nullable(),
  curve: Numbers,
  epochsDone: z.number(),
  epochs: z.number(),
  seconds: z.number(),
  engine: z.string(),
  created: z.string(),
  published: Published.nullable(),
  topK: z.object({ k: z.number(), test: Spread.nullable(), published: Published.nullable() }).nullable(),
  early: z.array(Early).nullable(),
  note: z.string(),
  notes: z.string(),
  tags: z.array(z.string()),
  pinned: z.boolean(),
  archived: z.boolean(),
  settings: Settings,
})
