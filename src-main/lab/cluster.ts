/** The door to cluster/: a sweep as a folder of tasks that machines train apart, and its results back. */
export { collectSweep, type CollectedMember, type CollectedSweep } from './cluster/collect.ts'
export { exportSweep, type SweepExport } from './cluster/export.ts'
export { LONGEST_WAIT_MS, openTask, type SweepTask } from './cluster/task.ts'
export { tasksLeft } from './cluster/tally.ts'
