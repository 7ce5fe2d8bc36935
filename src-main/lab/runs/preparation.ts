/** From what a person asked to a folder that waits for its worker; everything that can be refused is refused before. */
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { chooseEngine } from '../../engines/index.ts'
import { EngineProblem } from '../../engines/engine.ts'
import { checkExperiment } from '../../experiment/check.ts'
import type { RunState, SweepRequest } from '../../contract.ts'
import { isDrawnSet } from '../../experiment/data-sets.ts'
import type { Experiment, Problem } from '../../experiment/experiment.ts'
import { ExperimentProblem } from '../../experiment/problem.ts'
import { readSweepValues } from '../../experiment/sweep-values.ts'
import { setKey } from '../../experiment/setting-key.ts'
import { sweepMembers, type SweepAxis } from '../../experiment/sweep.ts'
import { limitSamples } from '../../data/batches.ts'
import type { Samples } from '../../data/data-set.ts'
import { SplitProblem } from '../../data/split.ts'
import { splitOf } from '../../training/held-out.ts'
import { describeDataSets, loadDataSet } from '../datasets.ts'
import { changeStatus, createFolder, findRun, lostSeeds, paths, readExperiment, readState } from '../results.ts'
import { newSweepId } from './sweep-id.ts'
import { identity, liveOwner } from '../storage.ts'
import { LabProblem } from '../problem.ts'

/** The experiment with every setting filled in. @throws LabProblem with all that is wrong, field by field */
export function resolveExperiment(value: unknown): Experiment {
  const { experiment, problems } = checkExperiment(value)
  if (experiment !== undefined) return experiment
  throw new LabProblem('This experiment cannot be run:', 'Correct the fields named.', problems)
}

/** @throws LabProblem when this process cannot use the engine of that name, saying why */
export async function requireEngine(name: Experiment['engine']['name']): Promise<void> {
  try {
    await chooseEngine(name)
  } catch (error) {
    if (!(error instanceof EngineProblem)) throw error
    throw new LabProblem(
      error.message,
      'Choose another engine, or "auto".',
      [{ path: 'engine.name', message: error.message }],
      error,
    )
  }
}

/**
 * @param data how closely to look at a set from files: 'full' reads it all, so that whoever waits hears of any fault
 * before anything starts; 'quick' looks at headers and sizes and leaves the rest to the worker, so that a window
 * need not wait
 * @throws LabProblem when this machine has not the data that the experiment needs, DataProblem when its data is not what it should be
 */
export async function requireData(
  experiment: Experiment,
  dataFolder: string | null,
  data: 'full' | 'quick',
): Promise<void> {
  const { name, seed } = experiment.data
  if (data === 'full' && (!isDrawnSet(name) || experiment.training.validation !== null)) {
    const loaded = await loadDataSet(name, { seed, folder: dataFolder, limits: experiment.data })
    requireSplit(limitSamples(loaded.data.train, experiment.data.limitTrain), experiment)
    return
  }
  if (isDrawnSet(name)) return
  const card = (await describeDataSets(dataFolder)).find((one) => one.name === name)
  if (card?.state !== 'missing' && card?.state !== 'broken') return
  throw new LabProblem(`${card.label} cannot be used.`, card.detail, [{ path: 'data.name', message: card.detail }])
}

/** Which samples a split leaves is known only from their labels. */
function requireSplit(train: Samples, experiment: Experiment): void {
  try {
    splitOf(train, experiment)
  } catch (error) {
    if (!(error instanceof SplitProblem)) throw error
    throw new LabProblem(error.message, error.next, [{ path: 'training.validation', message: error.message }], error)
  }
}

/**
 * The experiments a person asked for: one, or all of a sweep.
 *
 * @throws LabProblem with all that is wrong, what concerns one axis at 'sweep.KEY' and the sweep as a whole at 'sweep'
 */
export async function resolveExperiments(value: unknown, sweep: SweepRequest | undefined): Promise<Experiment[]> {
  const experiment = resolveExperiment(value)
  if (sweep === undefined || sweep.axes.length === 0) return [{ ...experiment, sweep: null }]
  try {
    const plan = { axes: readAxes(experiment, sweep), paired: sweep.paired, id: newSweepId() }
    const members: Experiment[] = []
    for (const member of sweepMembers(experiment, plan)) {
      members.push(member)
      if (members.length % 10 === 0) await nextTurn()
    }
    return members
  } catch (error) {
    if (!(error instanceof ExperimentProblem)) throw error
    const message = [error.message, ...error.problems.map((problem) => problem.message)].join(' ')
    throw new LabProblem(message, error.next, [{ path: 'sweep', message }], error)
  }
}

/** The axes with their values, each value tried by itself. @throws LabProblem with what is wrong, axis by axis */
export function readAxes(experiment: Experiment, { axes }: SweepRequest): SweepAxis[] {
  const problems: Problem[] = []
  const read = axes.map(({ key, values: text }) => {
    try {
      const values = readSweepValues(key, text)
      if (values.includes('')) throw new ExperimentProblem(`Expected values for ${key}, found an empty one.`, [])
      for (const value of values) setKey(experiment, key, value)
      return { key, values }
    } catch (error) {
      if (!(error instanceof ExperimentProblem)) throw error
      const said = [error.message, ...error.problems.map((problem) => problem.message), error.next]
      problems.push({ path: `sweep.${key}`, message: said.filter((sentence) => sentence !== '').join(' ') })
      return { key, values: [] }
    }
  })
  if (problems.length === 0) return read
  const message = problems.map((problem) => problem.message).join(' ')
  throw new LabProblem(message, 'Correct the values of the sweep.', problems)
}

/** Makes the folder of a new run, waiting in this process; under `only` and no other name, where one is given. */
export function createRun(
  results: string,
  experiment: Experiment,
  dataFolder: string | null,
  only: string | null = null,
): { readonly id: string; readonly folder: string } {
  const status = { state: 'queued', reason: null, next: null, dataFolder, queuedBy: identity() } as const
  return createFolder(results, experiment, status, new Date(), only)
}

/** A run that nobody works on. */
export interface Resumable {
  readonly id: string
  readonly folder: string
  readonly experiment: Experiment
  readonly dataFolder: string | null
}

/** The run of that name, if nobody works on it and it waits nowhere. @throws LabProblem */
export function requireIdle(results: string, named: string): Resumable & { readonly state: RunState } {
  const folder = findRun(results, named)
  const experiment = readExperiment(folder)
  const { state, dataFolder } = readState(folder)
  const living = liveOwner(folder)
  if (living !== null || state === 'running' || state === 'paused')
    throw new LabProblem(
      `"${named}" is already running, in process ${living ?? 'unknown'}.`,
      'Wait until it is done, or stop it first.',
    )
  if (state === 'queued') throw new LabProblem(`"${named}" is already queued.`, 'It starts when its turn comes.')
  return { id: folder.slice(join(folder, '..').length + 1), folder, experiment, dataFolder, state }
}

/** The run of that name, if it can go on. @throws LabProblem when there is none, it is done, or somebody works on it */
export function requireResumable(results: string, named: string): Resumable {
  const run = requireIdle(results, named)
  if ((run.state === 'done' || run.state === 'collapsed') && lostSeeds(run.folder, run.experiment).length === 0)
    throw new LabProblem(
      `"${named}" is finished (${run.state}); nothing is left to resume.`,
      'Give it more epochs, or add seeds to it.',
    )
  return run
}

/** The experiment with more seeds behind those it has. @throws LabProblem for a seed that it has, or too many */
export function withSeeds(experiment: Experiment, seeds: readonly number[]): Experiment {
  const known = seeds.filter((seed) => experiment.seeds.includes(seed))
  if (known.length > 0) {
    const message = `"${experiment.name}" has seed ${known.join(', ')} already; the same seed gives the same run.`
    throw new LabProblem(message, 'Add other seeds.', [{ path: 'seeds', message }])
  }
  const { experiment: grown, problems } = checkExperiment({ ...experiment, seeds: [...experiment.seeds, ...seeds] })
  if (grown !== undefined) return grown
  throw new LabProblem('These seeds cannot be added:', 'Correct them and add them again.', problems)
}

/** Marks a run as waiting in this process. */
export function markQueued(folder: string, dataFolder: string | null): void {
  changeStatus(paths(folder).status, { state: 'queued', queuedBy: identity(), dataFolder })
}
