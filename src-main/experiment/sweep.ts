/** One experiment into many: every combination of the values that some of its settings are to take. */
import { checkExperiment } from './check.ts'
import type { Experiment } from './experiment.ts'
import { ExperimentProblem } from './problem.ts'
import { setKey } from './setting-key.ts'

export interface SweepAxis {
  /** As `setKey` takes it. */
  readonly key: string
  /** As `setKey` reads them. */
  readonly values: readonly string[]
}

const MOST_EXPERIMENTS = 1000
const LONGEST_NAME = 200

/**
 * Every combination of the axes' values, the last axis fastest, each named for its own values. Without axes the
 * experiment itself.
 *
 * @throws ExperimentProblem when a key or value does not fit, an axis is empty or named twice, or there are too many
 */
export function expandSweep(experiment: Experiment, axes: readonly SweepAxis[]): Experiment[] {
  const keys = axes.map(({ key }) => key)
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice !== undefined) throw new ExperimentProblem(`Expected each key of a sweep once, found ${twice} again.`, [])
  const empty = axes.find(({ values }) => values.length === 0 || values.includes(''))
  if (empty !== undefined)
    throw new ExperimentProblem(`Expected values for ${empty.key}, as in ${empty.key}=1,2,3, found an empty one.`, [])
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  if (count > MOST_EXPERIMENTS)
    throw new ExperimentProblem(`Expected a sweep of at most ${MOST_EXPERIMENTS} experiments, found ${count}.`, [])

  let swept = [{ experiment, suffix: '' }]
  for (const { key, values } of axes)
    swept = swept.flatMap((one) =>
      values.map((value) => ({
        experiment: setKey(one.experiment, key, value),
        suffix: `${one.suffix} · ${key}=${value}`,
      })),
    )
  return swept.map(({ experiment: one, suffix }) => checked({ ...one, name: named(experiment.name, suffix) }, suffix))
}

function named(name: string, suffix: string): string {
  const kept = suffix.slice(0, LONGEST_NAME / 2)
  return `${name.slice(0, LONGEST_NAME - kept.length)}${kept}`
}

function checked(value: Experiment, suffix: string): Experiment {
  const { experiment, problems } = checkExperiment(value)
  if (experiment !== undefined) return experiment
  throw new ExperimentProblem(
    `The experiment${suffix === '' ? '' : ` with${suffix.replace(' ·', '')}`} cannot be run:`,
    problems,
  )
}
