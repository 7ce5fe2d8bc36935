/** The door to jobs/: short work in processes of its own (benchmarks, previews, a look at networks), and the speeds measured so far. */
export { BenchmarkStore } from './jobs/benchmark-store.ts'
export { embedRun } from './jobs/embed-run.ts'
export { IdlePace } from './jobs/idle-pace.ts'
export { inspectRun } from './jobs/inspect-run.ts'
export { JobRunner } from './jobs/job-runner.ts'
export { LookBench } from './jobs/look-bench.ts'
export { LookDesk } from './jobs/look-desk.ts'
export { MeasuredSpeeds } from './jobs/measured-speeds.ts'
