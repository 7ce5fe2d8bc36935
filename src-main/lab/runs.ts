/** The door to runs/: from an experiment that was asked for to its training in a worker process, queued or headless. */
export { resumeRun, runExperiment, runSideBySide } from './runs/headless.ts'
export { requireLonger } from './runs/longer.ts'
export {
  createRun,
  markQueued,
  readAxes,
  requireIdle,
  requireResumable,
  requireData,
  resolveExperiment,
  resolveExperiments,
  withSeeds,
} from './runs/preparation.ts'
export { Queue } from './runs/queue.ts'
export type { RunOptions, RunOutcome } from './runs/run-options.ts'
export {
  joiningOn,
  type Joining,
  nextGroup,
  SIDE_BY_SIDE,
  type SideBySide,
  type WaitingRun,
} from './runs/side-by-side.ts'
export { newSweepId } from './runs/sweep-id.ts'
export type { TrainingWorker } from './runs/training-worker.ts'
