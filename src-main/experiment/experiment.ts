/**
 * The Experiment: the question a person asks, as plain versioned JSON. What is in here, the seeds and the environment
 * reproduce a run; nothing that changes a result may live elsewhere.
 */
import { z } from 'zod'
import facts from '../../resources/datasets.json' with { type: 'json' }
import { MOST_LAYERS, type SettingCard, type SettingSchema } from '../rules/setting.ts'

/** The part of the form in which a setting is asked for. */
export type Section = 'data' | 'network' | 'rule' | 'training' | 'seeds'

/** What a form needs of a setting that every experiment has, beside its schema. */
export interface Description extends Partial<SettingCard> {
  readonly label: string
  readonly section: Section
  /** How it is asked for; left out where a form has a control of its own for it. */
  readonly control?: NonNullable<SettingSchema['control']>
  readonly optionLabels?: Readonly<Record<string, string>>
  /** What null means. */
  readonly empty?: string
  /** It says something only while that one holds this value, one of these, or any but null. */
  readonly when?: { readonly path: string; readonly is?: string | readonly string[] }
  /** Says what is written down, and changes no number of the result. */
  readonly records?: true
}

function described<S extends z.ZodType>(schema: S, description: Description): S {
  return schema.meta({ ...description })
}

/** Version of the file's shape. A higher one is refused with a sentence, never guessed at. */
export const EXPERIMENT_VERSION = 1

/**
 * A data set that comes with Apical is an entry of that file; a person adds others. So the schema takes any name that one can
 * have: an experiment can be read where its data are not, and `check.ts` says when they are not here.
 */
export const DataSetName = z.string().min(1).max(100)
export const DATASET_NAMES: readonly string[] = facts.dataSets.map(({ name }) => name)
/** Those of them that are drawn from the seed of the data; sets that are read know no seed. */
export const DRAWN_SETS: readonly string[] = facts.dataSets.flatMap(({ name, format }) =>
  format === 'built in' ? [name] : [],
)
export const ENGINE_NAMES = ['reference', 'tensorflow', 'native', 'webgpu'] as const

/** 'all' samples after each epoch, none ('off'), or that many drawn once with the seed of the run. */
const EvaluatedPart = z.union([z.enum(['all', 'off']), z.int().min(1).max(10_000_000)]).default('all')

const EVALUATED_LABELS = { all: 'all samples', off: 'not evaluated' } as const

/** How the training samples are divided; the draw is the same for every seed of the run. */
const Validation = z.strictObject({
  fraction: described(z.number().gt(0).max(0.5).default(0.1), {
    label: 'Held-out fraction',
    help: 'The share of the training samples that is held out; the rest is trained on.',
    section: 'training',
    control: 'number',
  }),
  seed: described(z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0), {
    label: 'Split seed',
    help: 'Decides which samples are held out; the same split serves every seed of the experiment.',
    section: 'training',
    control: 'whole',
  }),
  stratified: described(z.boolean().default(true), {
    label: 'Stratified',
    help: 'Takes the same fraction of every class.',
    section: 'training',
    control: 'switch',
  }),
})

/** The sweep an experiment was made by, and what of it is its own. */
export const SweepMember = z.strictObject({
  /** The same for every experiment of the sweep. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  /** Keys as `--sweep` takes them, in the order of the axes, with the value this experiment has. */
  settings: z.array(z.strictObject({ key: z.string().min(1).max(100), value: z.json() })).max(20),
  /** How many experiments the sweep has, where they are trained apart and may come back one by one. */
  members: z.int().min(1).max(1_000_000).optional(),
})

/** Which epoch's accuracies are a seed's result. */
export const SELECTIONS = ['last-epoch', 'best-validation-epoch'] as const
export type Selection = (typeof SELECTIONS)[number]
/** A measure of the rule (the name of its card), taken after batches 1, 1 + N, 1 + 2N, … of each epoch. */
export const ChosenMeasure = z.strictObject({
  name: z.string().max(100),
  everyBatches: described(z.int().min(1).max(1_000_000_000).default(500), {
    label: 'Measured every',
    unit: 'batches',
    section: 'training',
    control: 'whole',
    records: true,
  }),
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
  name: described(z.string().min(1).max(200), { label: 'Name', section: 'seeds' }),
  /** The preset it was made from, for comparison with the published row; null for none. */
  preset: z.string().max(200).nullable(),
  /** Null when it stands alone. Changes no number. */
  sweep: described(SweepMember.nullable().default(null), { label: 'Sweep', section: 'seeds' }),
  data: z.strictObject({
    name: described(DataSetName, { label: 'Data set', section: 'data' }),
    /** Ignored by sets that are read from files. */
    seed: described(z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0), {
      label: 'Data seed',
      help: 'Decides which samples are drawn; the same seed draws the same ones.',
      section: 'data',
      control: 'whole',
      when: { path: 'data.name', is: DRAWN_SETS },
    }),
    limitTrain: described(z.int().min(1).nullable().default(null), {
      label: 'Training samples',
      help: 'Use only the first N samples; leave empty for all.',
      section: 'data',
      control: 'whole',
      empty: 'all',
    }),
    limitTest: described(z.int().min(1).nullable().default(null), {
      label: 'Test samples',
      help: 'Use only the first N samples; leave empty for all.',
      section: 'data',
      control: 'whole',
      empty: 'all',
    }),
  }),
  /** Input and output included. */
  widths: described(
    z
      .array(z.int().min(1).max(1_000_000))
      .min(2)
      .max(MOST_LAYERS + 1),
    {
      label: 'Network',
      help: 'Units per layer, input and output included.',
      section: 'network',
    },
  ),
  rule: z.strictObject({
    name: described(z.string().min(1).max(100), { label: 'Learning rule', section: 'rule' }),
    settings: z.record(z.string().max(100), z.unknown()),
  }),
  training: z.strictObject({
    epochs: described(z.int().min(1).max(100_000), {
      label: 'Epochs',
      help: 'Passes over the training samples.',
      section: 'training',
      control: 'whole',
    }),
    batchSize: described(z.int().min(1).max(100_000), {
      label: 'Batch size',
      help: 'Samples per weight update; they settle in parallel.',
      section: 'training',
      control: 'whole',
    }),
    shuffle: described(z.boolean().default(true), {
      label: 'Shuffle',
      help: 'Draws a new order of the training samples in every epoch, from the seed of the run.',
      section: 'training',
      control: 'switch',
    }),
    evaluateTrain: described(EvaluatedPart, {
      label: 'Training accuracy',
      help: 'How much of the training set is classified after each epoch.',
      section: 'training',
      optionLabels: EVALUATED_LABELS,
    }),
    evaluateTest: described(EvaluatedPart, {
      label: 'Test accuracy',
      help: 'How much of the test set is classified after each epoch.',
      section: 'training',
      optionLabels: EVALUATED_LABELS,
    }),
    /** Null for none, as published: everything is trained on. */
    validation: described(Validation.nullable().default(null), {
      label: 'Validation set',
      help: 'Holds training samples out to choose epochs and settings by. A result selected on the test set overstates how well new samples are classified. Off, as published.',
      section: 'training',
      empty: 'none',
    }),
    /** The first epoch of largest validation accuracy needs a validation set. */
    selection: described(z.enum(SELECTIONS).default('last-epoch'), {
      label: 'Reported epoch',
      help: 'Whose test accuracy is the result. The best epoch is chosen on the validation set, never on the test set.',
      section: 'training',
      control: 'choice',
      optionLabels: {
        'last-epoch': 'The last (as published)',
        'best-validation-epoch': 'Best on the validation set',
      },
    }),
  }),
  /** Measures to take while training, each at an interval of its own. */
  measures: described(z.preprocess(readMeasures, z.array(ChosenMeasure).max(50)).default([]), {
    label: 'Measures',
    section: 'training',
    records: true,
  }),
  /** What the evaluation after an epoch counts beside accuracy. */
  evaluation: z
    .strictObject({
      topK: described(z.int().min(2).max(1000).nullable().default(null), {
        label: 'Top-k accuracy',
        symbol: 'k',
        help: 'Also counts samples whose class is among the k largest outputs.',
        section: 'training',
        control: 'whole',
        empty: 'not counted',
        records: true,
      }),
      topKEveryEpochs: described(z.int().min(1).max(100_000).default(1), {
        label: 'Top-k every',
        unit: 'epochs',
        help: 'Also after the last epoch.',
        section: 'training',
        control: 'whole',
        when: { path: 'evaluation.topK' },
        records: true,
      }),
      confusionEveryEpochs: described(
        z
          .union([z.enum(['last']), z.int().min(1).max(100_000)])
          .nullable()
          .default('last'),
        {
          label: 'Confusion matrix',
          help: 'Counts of true against predicted class on the test set; comes with the evaluation at no extra cost.',
          section: 'training',
          optionLabels: { last: 'after the last epoch' },
          empty: 'never',
          records: true,
        },
      ),
      keepWeightsEveryEpochs: described(z.int().min(1).max(100_000).nullable().default(null), {
        label: 'Keep weights every',
        unit: 'epochs',
        help: 'Keeps a copy of the weights for looking at later: receptive fields, histograms, the scope. Leave empty for those of the last epoch alone.',
        section: 'training',
        control: 'whole',
        empty: 'the last epoch’s alone',
        records: true,
      }),
    })
    .prefault({}),
  seeds: described(z.array(z.int().min(0).max(Number.MAX_SAFE_INTEGER)).min(1).max(1000), {
    label: 'Seeds',
    section: 'seeds',
  }),
  engine: z.strictObject({
    name: described(z.enum(['auto', ...ENGINE_NAMES]).default('auto'), {
      label: 'Engine',
      help: 'The backend that trains the networks.',
      section: 'seeds',
    }),
    precision: described(z.enum(['float32', 'float64']).default('float32'), {
      label: 'Precision',
      help: 'Double precision is for checks: slower, and on the reference engine only.',
      section: 'seeds',
      control: 'choice',
      optionLabels: { float32: 'Single (float32)', float64: 'Double (float64)' },
    }),
    device: described(z.string().max(200).nullable().default(null), {
      label: 'Device',
      section: 'seeds',
      empty: 'chosen by the engine',
    }),
    threads: described(z.int().min(1).max(1024).nullable().default(null), {
      label: 'Threads',
      help: 'Leave empty to let the engine choose.',
      section: 'seeds',
      control: 'whole',
      empty: 'chosen by the engine',
    }),
  }),
})

export type Experiment = z.infer<typeof Experiment>
export type DataSetName = string

/** Something wrong with an experiment, beside the field it concerns. */
export interface Problem {
  /** Dotted path: 'training.epochs', 'rule.settings.beta'. */
  readonly path: string
  /** One sentence: what was expected and what was found. */
  readonly message: string
}
