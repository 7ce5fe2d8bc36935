/** What an experiment will take, before it starts: counted from the program itself, timed by what this machine measured. */
import { programBytes, programFlop, weightCount } from '../program/cost.ts'
import { compileRule, ruleNamed } from '../rules/index.ts'
import { checkExperiment } from './check.ts'
import type { DataSetName, Experiment, Problem } from './experiment.ts'

export interface ExperimentForecast {
  readonly problems: readonly Problem[]
  /** Networks to train: one a seed. */
  readonly runs: number
  /** Learned numbers of one network; null, like all below, while the experiment has problems. */
  readonly parameters: number | null
  readonly batchesPerEpoch: number | null
  /** Of one training batch of one network. */
  readonly flopPerBatch: number | null
  /** Of everything: all seeds, epochs, and evaluations. */
  readonly flop: number | null
  /** Null until this machine's speed was measured. */
  readonly seconds: number | null
  /** All seeds side by side, with the data. */
  readonly memoryBytes: number | null
}

export interface SampleCounts {
  readonly train: number
  readonly test: number
}

/** Samples of each data set as published. */
const COUNTS: Readonly<Record<DataSetName, SampleCounts>> = {
  glyphs: { train: 10_000, test: 2_000 },
  mnist: { train: 60_000, test: 10_000 },
  'fashion-mnist': { train: 60_000, test: 10_000 },
  'cifar-10': { train: 50_000, test: 10_000 },
  'cifar-100': { train: 50_000, test: 10_000 },
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
      memoryBytes: null,
    }
  }
  return {
    problems: [],
    runs: experiment.seeds.length,
    ...costs(experiment, secondsPerFlop, counts ?? COUNTS[experiment.data.name]),
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
  const keep = rule.measures
    .filter(({ name }) => experiment.measures.names.includes(name))
    .flatMap((measure) => measure.keep(settings, widths))
  const { program } = compileRule(rule, settings, widths, keep)

  const trainCount = Math.min(counts.train, data.limitTrain ?? Infinity)
  const testCount = Math.min(counts.test, data.limitTest ?? Infinity)
  const batchesPerEpoch = Math.ceil(trainCount / training.batchSize)
  const flop = programFlop(program, training.batchSize)
  const evaluated = part(training.evaluateTrain, trainCount) + part(training.evaluateTest, testCount)
  const flopPerEpoch = batchesPerEpoch * flop.training + (evaluated / training.batchSize) * flop.prediction
  const total = flopPerEpoch * training.epochs * experiment.seeds.length
  const bytes = experiment.engine.precision === 'float64' ? 8 : 4
  return {
    parameters: weightCount(program),
    batchesPerEpoch,
    flopPerBatch: flop.training,
    flop: total,
    seconds: secondsPerFlop === null ? null : total * secondsPerFlop,
    memoryBytes:
      programBytes(program, training.batchSize, bytes) * experiment.seeds.length +
      (trainCount + testCount) * (widths[0] ?? 0),
  }
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
