/**
 * Runs without a window: one experiment from beginning to end, in a worker like any other, so that what holds for the
 * lab (crashes, stops, resumes, files) holds for the command line.
 */
import { basename, resolve } from 'node:path'
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
  const onStop = (): void => {
    worker.stop('stopped')
  }
  const onKill = (): void => {
    worker.kill()
  }
  if (stop?.aborted === true) onStop()
  if (kill?.aborted === true) onKill()
  stop?.addEventListener('abort', onStop)
  kill?.addEventListener('abort', onKill)
  try {
    return { id: basename(folder), folder, ending: await worker.ended }
  } finally {
    stop?.removeEventListener('abort', onStop)
    kill?.removeEventListener('abort', onKill)
  }
}

function absolute(folder: string | null | undefined): string | null {
  return folder === null || folder === undefined ? null : resolve(folder)
}
