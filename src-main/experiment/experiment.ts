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

/** How the training samples are divided; the draw is the same for every seed of the run. */
const Validation = z.strictObject({
  /** Share of the training samples that is held out. */
  fraction: z.number().gt(0).max(0.5).default(0.1),
  /** Of the draw. */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  /** Every class gives the same share. */
  stratified: z.boolean().default(true),
})

/** The sweep an experiment was made by, and what of it is its own. */
const SweepMember = z.strictObject({
  /** The same for every experiment of the sweep. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  /** Keys as `--sweep` takes them, in the order of the axes, with the value this experiment has. */
  settings: z.array(z.strictObject({ key: z.string().min(1).max(100), value: z.json() })).max(20),
})

/** Which epoch's accuracies are a seed's result. */
export const SELECTIONS = ['last-epoch', 'best-validation-epoch'] as const
export type Selection = (typeof SELECTIONS)[number]
/** A measure of the rule (the name of its card), taken after batches 1, 1 + N, 1 + 2N, … of each epoch. */
export const ChosenMeasure = z.strictObject({
  name: z.string().max(100),
  everyBatches: z.int().min(1).max(1_000_000_000).default(500),
})

/**
 * Also takes what is shorter to write, 'NAME' and 'NAME:N', and the form of earlier files, which had one N for all:
 * { names, everyBatches }. What is neither is left for the schema to refuse.
 */
export function readMeasures(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readMeasure)
  if (typeof value !== 'object' || value === null) return value
  const { names = [], ...rest } = value as { names?: unknown }
  const known = Object.keys(rest).every((key) => key === 'everyBatches')
  return known && Array.isArray(names) ? names.map((name: unknown) => ({ name, ...rest })) : value
}

function readMeasure(value: unknown): unknown {
  const [, name, every] = typeof value === 'string' ? (/^([^:]+)(?::(\d+))?$/.exec(value) ?? []) : []
  if (name === undefined) return value
  return every === undefined ? { name } : { name, everyBatches: Number(every) }
}

/** The object schema inside, where a field that may be left out holds one; undefined where there is none. */
export function objectIn(schema: unknown): z.ZodObject | undefined {
  if (schema instanceof z.ZodPrefault) return objectIn(schema.unwrap())
  return schema instanceof z.ZodObject ? schema : undefined
}

export const Experiment = z.strictObject({
  version: z.literal(EXPERIMENT_VERSION),
  name: z.string().min(1).max(200),
  /** The preset it was made from, for comparison with the published row; null for none. */
  preset: z.string().max(200).nullable(),
  /** Null when it stands alone. Changes no number. */
  sweep: SweepMember.nullable().default(null),
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
    /** Null for none, as published: everything is trained on. */
    validation: Validation.nullable().default(null),
    /** 'last-epoch' as published; the first epoch of largest validation accuracy needs a validation part. */
    selection: z.enum(SELECTIONS).default('last-epoch'),
  }),
  /** Measures to take while training, each at an interval of its own. */
  measures: z.preprocess(readMeasures, z.array(ChosenMeasure).max(50)).default([]),
  /** What the evaluation after an epoch counts beside accuracy. */
  evaluation: z
    .strictObject({
      /** Samples whose class is among the k largest outputs; null for not counted. */
      topK: z.int().min(2).max(1000).nullable().default(null),
      /** After epochs N, 2N, … and the last. */
      topKEveryEpochs: z.int().min(1).max(100_000).default(1),
      /** Which class was taken for which, after epochs N, 2N, … and the last; null for never. */
      confusionEveryEpochs: z.int().min(1).max(100_000).nullable().default(null),
    })
    .prefault({}),
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
