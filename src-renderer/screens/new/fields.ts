/** Fields that every experiment has, described the way a rule describes its own. */
import type { RuleCard, SettingSchema } from '../../../src-main/contract.ts'

export interface CommonField {
  readonly path: string
  readonly section: Section
  readonly schema: SettingSchema
  /** What an empty field means, where it may be empty. */
  readonly empty?: string
}

export const SECTIONS = ['data', 'network', 'rule', 'training', 'seeds'] as const
export type Section = (typeof SECTIONS)[number]

export const COMMON_FIELDS: readonly CommonField[] = [
  {
    path: 'data.limitTrain',
    section: 'data',
    empty: 'all',
    schema: {
      control: 'whole',
      minimum: 1,
      label: 'Training samples',
      help: 'Only the first so many; empty for all.',
    },
  },
  {
    path: 'data.limitTest',
    section: 'data',
    empty: 'all',
    schema: { control: 'whole', minimum: 1, label: 'Test samples', help: 'Only the first so many; empty for all.' },
  },
  {
    path: 'data.seed',
    section: 'data',
    schema: {
      control: 'whole',
      minimum: 0,
      label: 'Seed of the drawings',
      help: 'Which glyphs are drawn; the same seed draws the same ones.',
    },
  },
  {
    path: 'training.epochs',
    section: 'training',
    schema: {
      control: 'whole',
      minimum: 1,
      maximum: 100_000,
      label: 'Epochs',
      help: 'How often every training sample is shown.',
    },
  },
  {
    path: 'training.batchSize',
    section: 'training',
    schema: {
      control: 'whole',
      minimum: 1,
      maximum: 100_000,
      label: 'Batch size',
      help: 'Samples that settle side by side before the synapses change.',
    },
  },
  {
    path: 'training.shuffle',
    section: 'training',
    schema: {
      control: 'switch',
      label: 'Shuffle',
      help: 'A new order of the training samples in every epoch, drawn from the seed.',
    },
  },
  {
    path: 'evaluation.topK',
    section: 'training',
    empty: 'not counted',
    schema: {
      control: 'whole',
      minimum: 2,
      maximum: 1000,
      label: 'Top-k accuracy',
      symbol: 'k',
      help: 'Also counts the samples whose class is among the k largest outputs.',
    },
  },
  {
    path: 'evaluation.topKEveryEpochs',
    section: 'training',
    schema: {
      control: 'whole',
      minimum: 1,
      maximum: 100_000,
      label: 'Top-k every',
      unit: 'epochs',
      help: 'And after the last epoch.',
    },
  },
  {
    path: 'evaluation.confusionEveryEpochs',
    section: 'training',
    empty: 'never',
    schema: {
      control: 'whole',
      minimum: 1,
      maximum: 100_000,
      label: 'Confusion matrix every',
      unit: 'epochs',
      help: 'Which class was taken for which, on the test set; also after the last epoch.',
    },
  },
  {
    path: 'engine.precision',
    section: 'seeds',
    schema: {
      control: 'choice',
      enum: ['float32', 'float64'],
      optionLabels: { float32: 'Single (float32)', float64: 'Double (float64)' },
      label: 'Precision',
      help: 'Double is for checks: slower, and not on every engine.',
    },
  },
  {
    path: 'engine.threads',
    section: 'seeds',
    empty: 'as many as fit',
    schema: {
      control: 'whole',
      minimum: 1,
      maximum: 1024,
      label: 'Threads',
      help: 'Empty lets the engine choose.',
    },
  },
]

/** Fields of the validation part, there while it is on. */
export const VALIDATION_FIELDS: readonly Omit<CommonField, 'section'>[] = [
  {
    path: 'training.validation.fraction',
    schema: {
      control: 'number',
      exclusiveMinimum: 0,
      maximum: 0.5,
      label: 'Share held out',
      help: 'Of the training samples; the rest is trained on.',
    },
  },
  {
    path: 'training.validation.stratified',
    schema: {
      control: 'switch',
      label: 'Stratified',
      help: 'Every class gives the same share, so that none is missed by chance.',
    },
  },
  {
    path: 'training.validation.seed',
    schema: {
      control: 'whole',
      minimum: 0,
      label: 'Seed of the split',
      help: 'Which samples are held out; the same for every seed of the experiment.',
    },
  },
]

/** What turning the validation part on begins with. */
export const FIRST_VALIDATION = { fraction: 0.1, seed: 0, stratified: true } as const

const OTHER_LABELS: Readonly<Record<string, string>> = {
  'data.name': 'Data set',
  widths: 'Layer widths',
  'rule.name': 'Learning rule',
  name: 'Name',
  sweep: 'Sweep',
  'training.evaluateTrain': 'Training accuracy',
  'training.evaluateTest': 'Test accuracy',
  'training.validation': 'Validation part',
  'training.selection': 'Reported epoch',
  measures: 'Measures',
  seeds: 'Seeds',
  'engine.name': 'Engine',
}

/** What an empty field at a path means. */
export function emptyOf(path: string): string | undefined {
  return COMMON_FIELDS.find((field) => field.path === path)?.empty
}

/** What the setting at a path is called in the form. */
export function labelOf(path: string, rule: RuleCard | undefined): string {
  const setting = /^rule\.settings\.([^.]+)/.exec(path)?.[1]
  const common = [...COMMON_FIELDS, ...VALIDATION_FIELDS].find((field) => field.path === path)?.schema.label
  const ofRule = setting === undefined ? undefined : rule?.settings.properties?.[setting]?.label
  const layer = /^widths\.(\d+)$/.exec(path)?.[1]
  return common ?? ofRule ?? (layer === undefined ? (OTHER_LABELS[path] ?? path) : `Width of layer ${layer}`)
}

/** Which section a problem's path belongs to; that of an axis is its setting's. */
export function sectionOf(at: string): Section {
  const path = at.replace(/^sweep\./, '')
  const top = path.split('.')[0] ?? ''
  switch (top) {
    case 'data':
      return 'data'
    case 'widths':
      return 'network'
    case 'rule':
      return 'rule'
    case 'training':
    case 'measures':
    case 'evaluation':
      return 'training'
    default:
      return 'seeds'
  }
}
