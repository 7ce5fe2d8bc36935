/** The door to results/: everything that is written to or read from a results folder goes through the files behind it. */
export { readFilePart } from './results/file-part.ts'
export { keepEmbedding, readEmbedding } from './results/analyses.ts'
export {
  createFolder,
  folderName,
  paths,
  removeAbandoned,
  requireResultsFolder,
  resultsFolder,
  writeQuestion,
} from './results/folder.ts'
export { growExperiment, lengthenExperiment } from './results/growth.ts'
export { readHistory } from './results/history.ts'
export { bringRun, joinRuns } from './results/join.ts'
export { changeLabels } from './results/labels.ts'
export { Ledger, lostSeeds, readCheckpoint } from './results/ledger.ts'
export { keepInspection } from './results/inspection.ts'
export { findRun, listRows, rowIn, runIds } from './results/list.ts'
export { latestNetwork, networkStamp, readNetwork, readNetworks } from './results/networks.ts'
export { outcomeIn } from './results/outcome.ts'
export { filesOf, readEnvironment, readExperiment, readRecord, readRecordInTurns, readState } from './results/read.ts'
export { readForReport } from './results/reported.ts'
export { RowPages } from './results/row-pages.ts'
export { SampleExperiments } from './results/sample-experiments.ts'
export { changeStatus, isMoving, readStatus } from './results/status.ts'
export { moveToTrash, restoreFromTrash } from './results/trash.ts'
