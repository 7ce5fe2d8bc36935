/** How far each task of an exported sweep is, from the results folders alone. */
import { join } from 'node:path'
import type { RunState } from '../../contract.ts'
import { lostSeeds, paths, readExperiment, readState } from '../results.ts'
import { lookAt } from '../storage.ts'
import { readPlan, sweepResults, type Plan } from './plan.ts'

/** `missing`: it never began. */
type TaskState = RunState | 'missing'

export interface TaskTally {
  readonly task: number
  readonly seeds: readonly number[]
  /** In the results of the sweep; there is none yet where it is missing. */
  readonly folder: string
  readonly state: TaskState
  readonly reason: string | null
}

export function tallyOf(sweep: string, { tasks }: Plan, task: number): TaskTally {
  const { folder: name = '', seeds = [] } = tasks[task] ?? {}
  const folder = join(sweepResults(sweep), name)
  if (lookAt(paths(folder).experiment) === undefined) return { task, seeds, folder, state: 'missing', reason: null }
  try {
    const { state, reason } = readState(folder)
    if (isThrough(state) && lostSeeds(folder, readExperiment(folder)).length > 0)
      return { task, seeds, folder, state: 'interrupted', reason: 'the folder of a seed is lost' }
    return { task, seeds, folder, state, reason }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { task, seeds, folder, state: 'unreadable', reason }
  }
}

/** Trained to the end, with a result or collapsed: nothing is left to do. */
export function isThrough(state: TaskState): boolean {
  return state === 'done' || state === 'collapsed'
}

/** The numbers of the tasks that are not through. */
export function tasksLeft(sweep: string): number[] {
  const plan = readPlan(sweep)
  return plan.tasks.flatMap((_, task) => (isThrough(tallyOf(sweep, plan, task).state) ? [] : [task]))
}
