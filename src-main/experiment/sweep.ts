/** One experiment into many: the values that some of its settings are to take, every combination or pair by pair. */
import { checkExperiment } from './check.ts'
import type { Experiment } from './experiment.ts'
import { ExperimentProblem } from './problem.ts'
import { canonicalKey, readKey, setKeys } from './setting-key.ts'

export interface SweepAxis {
  /** As `setKey` takes it. */
  readonly key: string
  /** As `setKey` reads them. */
  readonly values: readonly string[]
}

interface SweepPlan {
  readonly axes: readonly SweepAxis[]
  /** The first values of all axes together, then the second ones, instead of every combination. */
  readonly paired: boolean
  /** Recorded with every experiment of the sweep, so that they are found together. */
  readonly id: string
}

const MOST_EXPERIMENTS = 1000
const LONGEST_NAME = 200

/**
 * Every combination of the axes' values, the last axis fastest, or their pairs; each named for its own values and
 * carrying the sweep's id. Without axes the experiment itself.
 *
 * @throws ExperimentProblem when a key or value does not fit, an axis is empty or named twice, axes to be paired differ
 * in length, two experiments would be the same, or there are too many
 */
export function expandSweep(experiment: Experiment, plan: SweepPlan): Experiment[] {
  return [...sweepMembers(experiment, plan)]
}

/** The same one by one: a thousand take a second or more, in which a host has others to answer. */
export function* sweepMembers(experiment: Experiment, { axes, paired, id }: SweepPlan): Generator<Experiment> {
  const alone = { ...experiment, sweep: null }
  if (axes.length === 0) {
    yield checked(alone, '')
    return
  }
  const keys = axes.map(({ key }) => canonicalKey(experiment, key))
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice !== undefined) throw new ExperimentProblem(`Expected each key of a sweep once, found ${twice} again.`, [])
  const empty = axes.find(({ values }) => values.length === 0 || values.includes(''))
  if (empty !== undefined)
    throw new ExperimentProblem(`Expected values for ${empty.key}, as in ${empty.key}=1,2,3, found an empty one.`, [])
  requireModest(axes, paired)

  const points = paired ? pairs(axes) : combinations(axes)
  const first = new Map<string, string>()
  for (const point of points) {
    const suffix = point.map(([key, value]) => ` · ${key}=${value}`).join('')
    const set = setKeys(alone, point)
    const settings = keys.map((key) => ({ key, value: readKey(set, key) }))
    const one = checked({ ...set, name: named(set.name, suffix), sweep: { id, settings } }, suffix)
    const decisive = JSON.stringify({ ...one, name: '', sweep: null })
    const same = first.get(decisive)
    if (same !== undefined)
      throw new ExperimentProblem(
        `Expected experiments that differ, found the same twice:${same.replace(' ·', '')} and${suffix.replace(' ·', '')}.`,
        [],
      )
    first.set(decisive, suffix)
    yield one
  }
}

/** How many experiments the axes make. */
export function sweepCount(axes: readonly Pick<SweepAxis, 'values'>[], paired: boolean): number {
  const lengths = axes.map(({ values }) => values.length)
  return paired ? Math.max(...lengths, 0) : lengths.reduce((product, length) => product * length, 1)
}

function requireModest(axes: readonly SweepAxis[], paired: boolean): void {
  const count = sweepCount(axes, paired)
  if (count > MOST_EXPERIMENTS)
    throw new ExperimentProblem(`Expected a sweep of at most ${MOST_EXPERIMENTS} experiments, found ${count}.`, [])
  if (!paired) return
  const lengths = axes.map(({ key, values }) => `${key} with ${values.length}`)
  if (axes.length < 2)
    throw new ExperimentProblem(`Expected at least two axes to pair, found ${lengths.join('')} alone.`, [])
  if (axes.some(({ values }) => values.length !== count))
    throw new ExperimentProblem(`Expected axes of equal length to pair, found ${lengths.join(', ')}.`, [])
}

type Point = readonly (readonly [string, string])[]

function combinations(axes: readonly SweepAxis[]): Point[] {
  let points: Point[] = [[]]
  for (const { key, values } of axes)
    points = points.flatMap((point) => values.map((value): Point => [...point, [key, value]]))
  return points
}

function pairs(axes: readonly SweepAxis[]): Point[] {
  return (axes[0]?.values ?? []).map((_, i) => axes.map(({ key, values }) => [key, values[i] ?? ''] as const))
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
