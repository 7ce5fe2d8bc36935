/** The results of an exported sweep, brought into the lab: what is through is copied, what is not is said. */
import { basename, join, resolve } from 'node:path'
import { rootFolder, versionIn } from '../machine.ts'
import { bringRun, joinRuns, rowIn } from '../results.ts'
import type { Spread } from '../../experiment/event.ts'
import { lookAt } from '../storage.ts'
import { readPlan, type Plan } from './plan.ts'
import { isThrough, tallyOf, type TaskTally } from './tally.ts'

export interface CollectedMember {
  readonly name: string
  readonly seeds: readonly number[]
  readonly tasks: readonly TaskTally[]
  /** Its results folder where all its seeds are through; null while something is left. */
  readonly folder: string | null
  /** It was there from an earlier time. */
  readonly before: boolean
  readonly testAccuracy: Spread | null
  readonly collapsedSeeds: readonly number[]
  /** Where its seeds were not computed alike. */
  readonly warning: string | null
}

export interface CollectedSweep {
  readonly kind: Plan['kind']
  readonly members: readonly CollectedMember[]
  /** Numbers of the tasks that are not through. */
  readonly left: readonly number[]
}

/**
 * Copies every experiment whose seeds are all through into a results folder, those of several tasks as one. Asked again, it
 * brings what has come since; what is there already stays as it is.
 *
 * @throws LabProblem where the folder is no sweep, parts do not fit together, or a folder cannot be written
 */
export function collectSweep(sweep: string, to: string): CollectedSweep {
  const plan = readPlan(sweep)
  const results = resolve(to)
  const tallies = plan.tasks.map((_, task) => tallyOf(sweep, plan, task))
  const members = plan.members.map(({ name, folder: called, seeds }, member): CollectedMember => {
    const tasks = tallies.filter(({ task }) => plan.tasks[task]?.member === member)
    const known = { name, seeds, tasks }
    if (!tasks.every(({ state }) => isThrough(state)))
      return { ...known, folder: null, before: false, testAccuracy: null, collapsedSeeds: [], warning: null }
    const folder = join(results, called)
    const before = lookAt(folder) !== undefined
    const warning = before ? null : bring(tasks, seeds, results, basename(folder))
    const row = rowIn(folder)
    return {
      ...{ ...known, folder, before, warning },
      ...{ testAccuracy: row?.testAccuracy ?? null, collapsedSeeds: row?.collapsedSeeds ?? [] },
    }
  })
  const left = tallies.filter(({ state }) => !isThrough(state)).map(({ task }) => task)
  return { kind: plan.kind, members, left }
}

function bring(tasks: readonly TaskTally[], seeds: readonly number[], results: string, name: string): string | null {
  const [first, ...others] = tasks
  if (first !== undefined && others.length === 0) {
    bringRun(first.folder, results, name)
    return null
  }
  const folders = tasks.map(({ folder }) => folder)
  return joinRuns(folders, seeds, { results, name, apical: versionIn(rootFolder()) }).warning
}
