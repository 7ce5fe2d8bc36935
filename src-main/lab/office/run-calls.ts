/** Runs: started, resumed, given more seeds, and steered while they wait in the queue or train. */
import { rmSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Lab } from '../../contract.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import { gridExperiments } from '../../experiment/preset-grid.ts'
import { versionIn } from '../machine.ts'
import { LabProblem } from '../problem.ts'
import { findRun, growExperiment, lengthenExperiment, readExperiment } from '../results.ts'
import {
  createRun,
  joiningOn,
  type Joining,
  markQueued,
  newSweepId,
  requireData,
  requireIdle,
  requireLonger,
  requireResumable,
  resolveExperiments,
  withSeeds,
  type TrainingWorker,
  type WaitingRun,
} from '../runs.ts'
import { liveOwner } from '../storage.ts'
import { refuseDataProblems } from './data-refusal.ts'
import type { FolderParts } from './folder-parts.ts'
import { fetchTrace } from './own-rule-calls.ts'
import { requireGrid } from './preset-calls.ts'

type RunCalls =
  | 'start'
  | 'startGrid'
  | 'resume'
  | 'addSeeds'
  | 'pause'
  | 'continue'
  | 'stop'
  | 'stopAfter'
  | 'stopSeed'
  | 'moveInQueue'

type Created = Omit<WaitingRun, 'joins'>

export function runCalls({
  root,
  results,
  dataFolder,
  queue,
  rows,
  samples,
  engines,
  sideBySide,
}: FolderParts): Pick<Lab, RunCalls> {
  /** Refuses what cannot be run. @returns which others may train beside it */
  const requireRunnable = async (experiment: Experiment, from: string | null): Promise<Joining> => {
    const engine = await engines.require(experiment.engine.name)
    await refuseDataProblems(() => requireData(experiment, from, 'quick'))
    return joiningOn(sideBySide, engine)
  }

  const requireRunning = (id: string): Pick<TrainingWorker, 'pause' | 'continue' | 'stop' | 'stopSeed'> => {
    const worker = queue.workerOf(id)
    if (worker !== null) return worker
    samples.refuse(id, 'came with Apical and does not run')
    const living = liveOwner(findRun(results, id))
    if (living !== null)
      throw new LabProblem(
        `"${id}" is run by another Apical (process ${living}).`,
        'Stop it where it was started, or end that process.',
      )
    throw new LabProblem(`"${id}" is not running.`, 'It may have ended meanwhile.')
  }

  const requireUnqueued = (id: string): void => {
    if (queue.has(id)) throw new LabProblem(`"${id}" is already running or queued.`, 'There is nothing to resume.')
  }

  /** All of them or none, in small steps: a sweep of a thousand writes for seconds, and a host has others to answer. */
  const createRuns = async (members: readonly Experiment[]): Promise<Created[]> => {
    const runs: Created[] = []
    try {
      for (const experiment of members) {
        const run = { ...createRun(results, experiment, dataFolder), experiment, dataFolder }
        rows.add(run.id)
        runs.push(run)
        await nextTurn()
      }
      return runs
    } catch (error) {
      for (const { id, folder } of runs) {
        rows.remove(id)
        rmSync(folder, { recursive: true, force: true })
      }
      throw error
    }
  }

  const startAll = async (members: readonly Experiment[]): Promise<{ id: string; ids: readonly string[] }> => {
    // Files and engines are checked once per kind of member, not once per member of a sweep of a thousand.
    const kindOf = ({ data, engine }: Experiment): string => JSON.stringify([data, engine])
    const joins = new Map<string, Joining>()
    for (const [kind, member] of new Map(members.map((one) => [kindOf(one), one])))
      joins.set(kind, await requireRunnable(member, dataFolder))
    const runs = await createRuns(members)
    await queue.add(runs.map((run) => ({ ...run, joins: joins.get(kindOf(run.experiment)) ?? 'none' })))
    const ids = runs.map(({ id }) => id)
    return { id: ids[0] ?? '', ids }
  }

  return {
    start: async ({ experiment, sweep }) => {
      await fetchTrace(experiment)
      return startAll(await resolveExperiments(experiment, sweep))
    },

    startGrid: async ({ name }) => startAll(gridExperiments(requireGrid(name), newSweepId())),

    resume: async ({ id, epochs }) => {
      samples.refuse(id, 'came with Apical and cannot be resumed')
      await queue.untilExited(id)
      requireUnqueued(id)
      const run = epochs === undefined ? requireResumable(results, id) : await requireLonger(results, id, epochs)
      const { folder, experiment, dataFolder: before } = run
      const from = before ?? dataFolder
      const joins = await requireRunnable(experiment, from)
      // Checking took a moment, in which it may have been resumed by another window.
      requireUnqueued(id)
      const epochsBefore = readExperiment(folder).training.epochs
      if (experiment.training.epochs !== epochsBefore)
        lengthenExperiment(folder, experiment, epochsBefore, versionIn(root))
      markQueued(folder, from)
      await queue.add([{ id, folder, experiment, dataFolder: from, joins }])
      return null
    },

    addSeeds: async ({ id, seeds }) => {
      samples.refuse(id, 'came with Apical and takes no seeds')
      await queue.untilExited(id)
      const apical = versionIn(root)
      if (!queue.has(id)) {
        const { folder, experiment, dataFolder: before } = requireIdle(results, id)
        const from = before ?? dataFolder
        const joins = await requireRunnable(withSeeds(experiment, seeds), from)
        // Checking took a moment, in which the person may have resumed it.
        if (!queue.has(id)) {
          const grown = withSeeds(experiment, seeds)
          growExperiment(folder, grown, seeds, apical)
          markQueued(folder, from)
          await queue.add([{ id, folder, experiment: grown, dataFolder: from, joins }])
          return null
        }
      }
      const folder = findRun(results, id)
      const grown = withSeeds(readExperiment(folder), seeds)
      growExperiment(folder, grown, seeds, apical)
      queue.grow(id, grown)
      return null
    },

    pause: async ({ id }) => {
      requireRunning(id).pause()
      return null
    },

    continue: async ({ id }) => {
      requireRunning(id).continue()
      return null
    },

    stop: async ({ id }) => {
      if (!queue.leave(id)) requireRunning(id).stop('stopped')
      return null
    },

    stopAfter: async ({ id, what }) => {
      requireRunning(id)
      queue.stopAfter(id, what)
      return null
    },

    stopSeed: async ({ id, seed }) => {
      const worker = requireRunning(id)
      if (!readExperiment(findRun(results, id)).seeds.includes(seed))
        throw new LabProblem(`"${id}" has no seed ${seed}.`, 'Choose one of its seeds.')
      worker.stopSeed(seed)
      return null
    },

    moveInQueue: async ({ id, position }) => {
      if (!queue.move(id, position))
        throw new LabProblem(`"${id}" is not waiting in the queue.`, 'It is running or has already run.')
      return null
    },
  }
}
