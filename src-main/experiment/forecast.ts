/** What an experiment will take, before it starts: counted from the program itself, timed by what this machine measured. */
import { programBytes, programFlop, weightCount } from '../program/cost.ts'
import { compileRule, keptBy, ruleNamed, type Rule } from '../rules/index.ts'
import { heldOut } from '../data/split.ts'
import { checkExperiment } from './check.ts'
import { sizesOf, type SampleCounts } from './data-sets.ts'
import type { Experiment, Problem } from './experiment.ts'

export interface ExperimentForecast {
  readonly problems: readonly Problem[]
  /** Networks to train: one per seed. */
  readonly runs: number
  /** Parameters of one network; null, like all below, while the experiment has problems. */
  readonly parameters: number | null
  readonly batchesPerEpoch: number | null
  /** Of one training batch of one network. */
  readonly flopPerBatch: number | null
  /** Of everything: all seeds, epochs, and evaluations. */
  readonly flop: number | null
  /** Null until this machine's speed was measured. */
  readonly seconds: number | null
  /** Of each measure of the rule at its interval (500 batches where it is not chosen), how much more arithmetic a batch takes. */
  readonly measures: readonly MeasureForecast[]
  /** All seeds side by side, with the data. */
  readonly memoryBytes: number | null
}

interface MeasureForecast {
  readonly name: string
  /** Of the matrix products of training: what only timing shows (determinants, copies) is not in it. */
  readonly percent: number
}

/**
 * Forecasts whatever came from a form.
 *
 * @param secondsPerFlop what this machine measured for this rule and engine, with seeds side by side; null when it has not
 * @param counts samples really there; those published when absent
 */
export function forecastExperiment(
  value: unknown,
  secondsPerFlop: number | null,
  counts?: SampleCounts,
): ExperimentForecast {
  const { experiment, problems } = checkExperiment(value)
  if (experiment === undefined) {
    return {
      problems,
      runs: seedCount(value),
      parameters: null,
      batchesPerEpoch: null,
      flopPerBatch: null,
      flop: null,
      seconds: null,
      measures: [],
      memoryBytes: null,
    }
  }
  return {
    problems: [],
    runs: experiment.seeds.length,
    ...costs(experiment, secondsPerFlop, counts ?? sizesOf(experiment.data.name).counts),
  }
}

function costs(
  experiment: Experiment,
  secondsPerFlop: number | null,
  counts: SampleCounts,
): Omit<ExperimentForecast, 'problems' | 'runs'> {
  const { training, data, widths } = experiment
  const rule = ruleNamed(experiment.rule.name)
  if (rule === undefined) throw new RangeError(`there is no rule named "${experiment.rule.name}"`)
  const settings: unknown = experiment.rule.settings
  const everyBatches = (name: string): number | undefined =>
    experiment.measures.find((chosen) => chosen.name === name)?.everyBatches
  const asked = rule.measures.map((measure) => ({ measure, ...keptBy(rule, measure, settings, widths) }))
  const logs = asked.flatMap((one) => (everyBatches(one.measure.name) === undefined ? [] : one.logs))
  const { program } = compileRule(rule, settings, widths, logs)

  const trainCount = Math.min(counts.train, data.limitTrain ?? Infinity)
  const testCount = Math.min(counts.test, data.limitTest ?? Infinity)
  const validationCount = training.validation === null ? 0 : heldOut(trainCount, training.validation.fraction)
  const trainedOn = trainCount - validationCount
  const batchesPerEpoch = Math.ceil(trainedOn / training.batchSize)
  const flop = programFlop(program, training.batchSize)
  const evaluated = part(training.evaluateTrain, trainedOn) + validationCount + part(training.evaluateTest, testCount)
  const flopPerEpoch = batchesPerEpoch * flop.training + (evaluated / training.batchSize) * flop.prediction
  const total = flopPerEpoch * training.epochs * experiment.seeds.length
  const bytes = experiment.engine.precision === 'float64' ? 8 : 4
  return {
    parameters: weightCount(program),
    batchesPerEpoch,
    flopPerBatch: flop.training,
    flop: total,
    seconds: secondsPerFlop === null ? null : total * secondsPerFlop,
    measures: asked.map(({ measure: { name, classifies }, ...kept }) => ({
      name,
      percent: percentOf(rule, settings, experiment, kept, {
        everyBatches: everyBatches(name) ?? USUAL_INTERVAL,
        classified: classifies === true ? testCount : 0,
      }),
    })),
    memoryBytes:
      programBytes(program, training.batchSize, bytes) * experiment.seeds.length +
      (trainCount + testCount) * (widths[0] ?? 0),
  }
}

const USUAL_INTERVAL = 500

/** What a measure adds to the products of training, in per cent: to every batch, and by the batches run for it alone. */
function percentOf(
  rule: Rule,
  settings: unknown,
  { widths, training }: Experiment,
  { logs, reports }: { readonly logs: readonly string[]; readonly reports: readonly string[] },
  { everyBatches, classified }: { readonly everyBatches: number; readonly classified: number },
): number {
  const flopOf = (keep: readonly string[]): { readonly training: number; readonly prediction: number } =>
    programFlop(compileRule(rule, settings, widths, keep).program, training.batchSize)
  const flop = (keep: readonly string[]): number => flopOf(keep).training
  const { training: plain, prediction } = flopOf([])
  const more =
    (logs.length > 0 ? flop(logs) - plain : 0) +
    (reports.length > 0 ? flop(reports) / everyBatches : 0) +
    ((classified / training.batchSize) * prediction) / everyBatches
  return (100 * more) / plain
}

function part(evaluate: 'all' | 'off' | number, count: number): number {
  if (evaluate === 'off') return 0
  return evaluate === 'all' ? count : Math.min(evaluate, count)
}

/** Shown even while other fields have problems. */
function seedCount(value: unknown): number {
  const seeds: unknown =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'seeds')
      ? (value as { seeds: unknown }).seeds
      : null
  return Array.isArray(seeds) ? seeds.length : 0
}
