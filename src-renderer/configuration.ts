/** Everything that makes an experiment's result, in the words of its rule and of the form: one entry a setting. */
import type { RuleCard, SettingSchema } from '../src-main/contract.ts'
import type { Experiment } from '../src-main/experiment/experiment.ts'
import { datasetLabel, network, SELECTION_LABELS, significant } from './format.ts'

export interface Configured {
  /** As `--set` takes it; the same setting of two experiments has the same key. */
  readonly key: string
  readonly label: string
  readonly symbol: string | undefined
  readonly text: string
  /** Says what is written down, and changes no number of the result. */
  readonly records?: true
}

/** The rule's settings first, then what every experiment has. */
export function configurationOf(experiment: Experiment, rule: RuleCard | undefined): readonly Configured[] {
  const settings = Object.entries(experiment.rule.settings).map(([key, value]): Configured => {
    const schema = rule?.settings.properties?.[key]
    return { key, label: schema?.label ?? key, symbol: schema?.symbol, text: inWords(value, schema) }
  })
  const common = (key: string, label: string, text: string | number): Configured => ({
    ...{ key, label, symbol: undefined },
    text: String(text),
  })
  const record = (key: string, label: string, text: string): Configured => ({
    ...common(key, label, text),
    records: true,
  })
  const { data, widths, training, measures, evaluation, seeds, engine } = experiment
  return [
    common('rule.name', 'Rule', rule?.label ?? experiment.rule.name),
    ...settings,
    common('data.name', 'Data set', datasetLabel(data.name)),
    ...(data.name === 'glyphs' ? [common('data.seed', 'Seed of the drawings', data.seed)] : []),
    common('data.limitTrain', 'Training samples', data.limitTrain ?? 'all'),
    common('data.limitTest', 'Test samples', data.limitTest ?? 'all'),
    common('widths', 'Network', network(widths)),
    common('training.epochs', 'Epochs', training.epochs),
    common('training.batchSize', 'Batch size', training.batchSize),
    common('training.shuffle', 'Shuffle', inWords(training.shuffle)),
    common('training.evaluateTrain', 'Training accuracy', evaluated(training.evaluateTrain)),
    common('training.evaluateTest', 'Test accuracy', evaluated(training.evaluateTest)),
    common('training.validation', 'Validation part', heldOut(training.validation)),
    common('training.selection', 'Reported epoch', SELECTION_LABELS[training.selection]),
    record(
      'measures',
      'Measures',
      measures.map(({ name, everyBatches }) => `${name} every ${everyBatches} batches`).join(', ') || 'none',
    ),
    record(
      'evaluation.topK',
      'Top-k accuracy',
      evaluation.topK === null
        ? 'not counted'
        : `top ${evaluation.topK}, every ${evaluation.topKEveryEpochs} epochs and after the last`,
    ),
    record(
      'evaluation.confusionEveryEpochs',
      'Confusion matrix',
      evaluation.confusionEveryEpochs === null
        ? 'never'
        : `every ${evaluation.confusionEveryEpochs} epochs and after the last`,
    ),
    common('seeds', 'Seeds', seeds.join(', ')),
    common('engine', 'Engine', engineText(engine)),
  ]
}

function engineText({ name, precision, device, threads }: Experiment['engine']): string {
  const more = [device, threads === null ? null : `${threads} thread${threads === 1 ? '' : 's'}`]
  return [name, precision, ...more].filter((part) => part !== null).join(', ')
}

function heldOut(part: Experiment['training']['validation']): string {
  if (part === null) return 'none'
  return `${significant(part.fraction * 100, 6)} % of the training samples, ${part.stratified ? 'of every class' : 'of all'}, seed ${part.seed}`
}

function evaluated(part: number | 'all' | 'off'): string {
  return typeof part === 'number' ? `${part} samples, drawn once` : part === 'all' ? 'all samples' : 'not taken'
}

/** A setting's value as a person would say it. */
export function inWords(value: unknown, schema?: SettingSchema): string {
  if (typeof value === 'number') return significant(value, 10)
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'string') return schema?.optionLabels?.[value] ?? value
  if (!Array.isArray(value)) return JSON.stringify(value)
  if (schema?.control === 'schedule')
    return (value as { fromEpoch: number; base: number }[])
      .map(({ fromEpoch, base }) => `from epoch ${fromEpoch}: ${base}^epoch`)
      .join('; ')
  return value.join(', ')
}
