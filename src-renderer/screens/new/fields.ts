/** Fields that every experiment has, described the way a rule describes its own. */
import type { SettingSchema } from '../../../src-main/contract.ts'

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
    path: 'measures.everyBatches',
    section: 'training',
    schema: {
      control: 'whole',
      minimum: 1,
      maximum: 1_000_000_000,
      label: 'Measure every',
      unit: 'batches',
      help: 'How often these measures are taken.',
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

/** Which section a problem's path belongs to. */
export function sectionOf(path: string): Section {
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
      return 'training'
    default:
      return 'seeds'
  }
}
