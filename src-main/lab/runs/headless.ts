/**
 * Runs without a window: one experiment from beginning to end, in a worker like any other, so that what holds for the
 * lab (crashes, stops, resumes, files) holds for the command line.
 */
import { basename, resolve } from 'node:path'
import type { RunEvent } from '../../experiment/event.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import { rootFolder, versionIn } from '../machine.ts'
import { lengthenExperiment, readExperiment } from '../results.ts'
import { requireLonger } from './longer.ts'
import {
  createRun,
  markQueued,
  requireData,
  requireEngine,
  requireResumable,
  resolveExperiment,
} from './preparation.ts'
import type { RunOptions, RunOutcome } from './run-options.ts'
import { TrainingWorker } from './training-worker.ts'
import { WorkerProcess } from './worker-process.ts'

/**
 * Trains an experiment and resolves when its worker is gone.
 *
 * @param only what its folder is to be called; by default after the moment and the experiment
 * @throws LabProblem, DataProblem when it cannot be run at all; then no folder was made
 */
export async function runExperiment(
  value: unknown,
  options: RunOptions,
  only: string | null = null,
): Promise<RunOutcome> {
  const experiment = resolveExperiment(value)
  const dataFolder = absolute(options.dataFolder)
  await requireEngine(experiment.engine.name)
  await requireData(experiment, dataFolder, 'full')
  const { folder } = createRun(resolve(options.resultsFolder), experiment, dataFolder, only)
  return supervise(folder, dataFolder, options)
}

/**
 * Trains experiments in one session of one worker, and resolves when it is gone; of what is done to one of them nothing
 * but its seconds depends on the others.
 *
 * @param experiments that `nextGroup` found to go together
 * @param onEvent every event, after it was written to disk, with the experiment's place in the list
 * @param onEnd an experiment has ended while others go on
 * @throws LabProblem, DataProblem when they cannot be run at all; then no folder was made
 */
export async function runSideBySide(
  experiments: readonly Experiment[],
  options: Omit<RunOptions, 'onEvent'>,
  onEvent: (place: number, event: RunEvent) => void,
  onEnd: (place: number, outcome: RunOutcome) => void,
): Promise<readonly RunOutcome[]> {
  const resolved = experiments.map((one) => resolveExperiment(one))
  const dataFolder = absolute(options.dataFolder)
  const [first] = resolved
  if (first === undefined) return []
  // Those that go together have one engine and read the same data.
  await requireEngine(first.engine.name)
  await requireData(first, dataFolder, 'full')
  const folders = resolved.map((one) => createRun(resolve(options.resultsFolder), one, dataFolder).folder)
  const root = rootFolder()
  const process = new WorkerProcess({ root, dataFolder })
  const workers = folders.map(
    (folder, place) =>
      new TrainingWorker(
        {
          ...{ root, folder, dataFolder },
          onEvent: (event) => {
            onEvent(place, event)
          },
        },
        process,
      ),
  )
  process.start()
  return interruptible(workers, options, () =>
    Promise.all(
      workers.map(async ({ folder, ended }, place) => {
        const outcome = { id: basename(folder), folder, ending: await ended }
        onEnd(place, outcome)
        return outcome
      }),
    ),
  )
}

/**
 * Resumes a stopped, interrupted or failed run, named by its folder's name or path; with `epochs` also a finished one, to so
 * many in all.
 *
 * @throws LabProblem
 */
export async function resumeRun(named: string, options: RunOptions, epochs?: number): Promise<RunOutcome> {
  const results = resolve(options.resultsFolder)
  const run = epochs === undefined ? requireResumable(results, named) : await requireLonger(results, named, epochs)
  const { folder, experiment, dataFolder } = run
  const from = absolute(options.dataFolder) ?? dataFolder
  await requireEngine(experiment.engine.name)
  await requireData(experiment, from, 'full')
  const before = readExperiment(folder).training.epochs
  if (experiment.training.epochs !== before) lengthenExperiment(folder, experiment, before, versionIn(rootFolder()))
  markQueued(folder, from)
  return supervise(folder, from, options)
}

async function supervise(
  folder: string,
  dataFolder: string | null,
  { onEvent, stop, kill }: RunOptions,
): Promise<RunOutcome> {
  const worker = new TrainingWorker({ root: rootFolder(), folder, dataFolder, onEvent: onEvent ?? (() => undefined) })
  return interruptible([worker], { stop, kill }, async () => ({
    ...{ id: basename(folder), folder },
    ending: await worker.ended,
  }))
}

/** Lets workers be stopped and killed while they are waited for. */
async function interruptible<T>(
  workers: readonly TrainingWorker[],
  { stop, kill }: Pick<RunOptions, 'stop' | 'kill'>,
  work: () => Promise<T>,
): Promise<T> {
  const onStop = (): void => {
    for (const worker of workers) worker.stop('stopped')
  }
  const onKill = (): void => {
    for (const worker of workers) worker.kill()
  }
  if (stop?.aborted === true) onStop()
  if (kill?.aborted === true) onKill()
  stop?.addEventListener('abort', onStop)
  kill?.addEventListener('abort', onKill)
  try {
    return await work()
  } finally {
    stop?.removeEventListener('abort', onStop)
    kill?.removeEventListener('abort', onKill)
  }
}

function absolute(folder: string | null | undefined): string | null {
  return folder === null || folder === undefined ? null : resolve(folder)
}
