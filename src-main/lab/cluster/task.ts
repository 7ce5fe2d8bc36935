/**
 * One task of an exported sweep: begun, or continued where an earlier start of it ended, on whatever machine that was. The
 * results folder has a name of its own, fixed when the sweep was exported, so a task finds what it did before, and of two that
 * begin at once one is refused.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LabProblem } from '../problem.ts'
import { isMoving, readExperiment, readState } from '../results.ts'
import { resumeRun, runExperiment, type RunOptions, type RunOutcome } from '../runs.ts'
import { SILENCE_MS } from '../storage.ts'
import { readPlan, sweepResults, taskFolder } from './plan.ts'
import { isThrough, tallyOf } from './tally.ts'

/** A worker that was killed on another machine counts as gone when it gave no sign for so long; a little more than that. */
export const LONGEST_WAIT_MS = SILENCE_MS + 20_000
const LOOK_EVERY_MS = 500

export interface SweepTask {
  readonly name: string
  readonly seeds: readonly number[]
  /** Nothing is left to do. */
  readonly through: boolean
  /** Where the results of all tasks lie. */
  readonly results: string
  /** Begins it, or continues it from its last checkpoint. */
  train(options: Omit<RunOptions, 'resultsFolder'>): Promise<RunOutcome>
}

/**
 * @param wait where another process seems to train it: told so once, and for how long it is waited for at most
 * @throws LabProblem where there is no such sweep or task, or another process goes on training it
 */
export async function openTask(
  sweep: string,
  task: number,
  wait: { readonly longestMs: number; readonly tell: (sentence: string) => void },
): Promise<SweepTask> {
  const plan = readPlan(sweep)
  if (plan.tasks[task] === undefined)
    throw new LabProblem(
      `${sweep}: expected a task from 0 to ${plan.tasks.length - 1}, found ${task}.`,
      'sweep.json in it lists the tasks.',
    )
  const experiment = readExperiment(taskFolder(sweep, task))
  const results = sweepResults(sweep)
  const before = tallyOf(sweep, plan, task)
  if (before.state === 'unreadable')
    throw new LabProblem(
      `${before.folder}: ${before.reason ?? 'it cannot be read'}`,
      'Restore it from a copy, or move it away to begin the task again.',
    )
  const begun = before.state !== 'missing'
  if (begun) await untilFree(before.folder, wait)
  return {
    ...{ name: experiment.name, seeds: experiment.seeds, results },
    through: isThrough(tallyOf(sweep, plan, task).state),
    train: (options) =>
      begun
        ? resumeRun(before.folder, { ...options, resultsFolder: results })
        : runExperiment(experiment, { ...options, resultsFolder: results }, plan.tasks[task]?.folder),
  }
}

/** Waits until no process works in the folder. A worker whose host was killed ends by itself in moments. */
async function untilFree(
  folder: string,
  { longestMs, tell }: { readonly longestMs: number; readonly tell: (sentence: string) => void },
): Promise<void> {
  const until = performance.now() + longestMs
  for (let told = false; isMoving(readState(folder).state); told = true) {
    if (performance.now() >= until)
      throw new LabProblem(`${folder} is being trained by another process.`, 'Wait until it is done, or stop it first.')
    if (!told)
      tell(`Another process seems to train ${folder}; waiting up to ${Math.round(longestMs / 1000)} s for it to end.`)
    await sleep(LOOK_EVERY_MS)
  }
}
