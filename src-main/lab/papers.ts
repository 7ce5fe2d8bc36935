/** The door to papers/: papers on disk, the evidence that ships, and which runs of a results folder fill them. */
export { shippedRuns } from './papers/evidence.ts'
export { LARGEST_PAPER, Papers, readPaper } from './papers/library.ts'
export { readyData } from './papers/ready-data.ts'
export { trainedRunOf, trainedRuns, type KnownRuns } from './papers/trained-runs.ts'
