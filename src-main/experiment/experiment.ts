/**
 * The Experiment: the question a person asks, as plain versioned JSON. What is in here, the seeds and the environment
 * reproduce a run; nothing that changes a result may live elsewhere.
 */
import { z } from 'zod'

/** Version of the file's shape. A higher one is refused with a sentence, never guessed at. */
export const EXPERIMENT_VERSION = 1

export const DATASET_NAMES = ['glyphs', 'mnist', 'fashion-mnist', 'cifar-10', 'cifar-100'] as const
export const ENGINE_NAMES = ['reference', 'tensorflow', 'native', 'webgpu'] as const

/** 'all' samples after each epoch, none ('off'), or that many drawn once with the seed of the run. */
const EvaluatedPart = z.union([z.enum(['all', 'off']), z.int().min(1).max(10_000_000)])

export const Experiment = z.strictObject({
  version: z.literal(EXPERIMENT_VERSION),
  name: z.string().min(1).max(200),
  /** The preset it was made from, for comparison with the published row; null for none. */
  preset: z.string().max(200).nullable(),
  data: z.strictObject({
    name: z.enum(DATASET_NAMES),
    /** Seed of a generated set; ignored by sets read from files. */
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    /** Only the first N samples; null for all. */
    limitTrain: z.int().min(1).nullable().default(null),
    limitTest: z.int().min(1).nullable().default(null),
  }),
  /** Units of every layer, input and output included. */
  widths: z.array(z.int().min(1).max(1_000_000)).min(2).max(17),
  rule: z.strictObject({
    name: z.string().min(1).max(100),
    settings: z.record(z.string().max(100), z.unknown()),
  }),
  training: z.strictObject({
    epochs: z.int().min(1).max(100_000),
    batchSize: z.int().min(1).max(100_000),
    shuffle: z.boolean().default(true),
    evaluateTrain: EvaluatedPart.default('all'),
    evaluateTest: EvaluatedPart.default('all'),
  }),
  /** Measures to take (names of the rule's cards), and after every how many batches. */
  measures: z.strictObject({
    names: z.array(z.string().max(100)).max(50).default([]),
    everyBatches: z.int().min(1).max(1_000_000_000).default(500),
  }),
  seeds: z.array(z.int().min(0).max(Number.MAX_SAFE_INTEGER)).min(1).max(1000),
  engine: z.strictObject({
    name: z.enum(['auto', ...ENGINE_NAMES]).default('auto'),
    precision: z.enum(['float32', 'float64']).default('float32'),
    device: z.string().max(200).nullable().default(null),
    threads: z.int().min(1).max(1024).nullable().default(null),
  }),
})

export type Experiment = z.infer<typeof Experiment>
export type DataSetName = (typeof DATASET_NAMES)[number]

/** Something wrong with an experiment, beside the field it concerns. */
export interface Problem {
  /** Dotted path: 'training.epochs', 'rule.settings.beta'. */
  readonly path: string
  /** One sentence: what was expected and what was found. */
  readonly message: string
}
