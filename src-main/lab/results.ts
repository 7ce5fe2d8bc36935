/** The door to results/: everything that is written to or read from it goes through the files behind this one. */
export {
  apicalHome,
  createFolder,
  paths,
  removeAbandoned,
  requireResultsFolder,
  resultsFolder,
} from './results/folder.ts'
export { writeWhole } from './results/files.ts'
export { growExperiment } from './results/growth.ts'
export { changeLabels } from './results/labels.ts'
export { Ledger, readCheckpoint } from './results/ledger.ts'
export { findRun, listGivingWay, type Listed, listRows, newestFirst, rowIn, runIds } from './results/list.ts'
export { outcomeIn } from './results/outcome.ts'
export { identity, livingOwner, showLife, SIGN_OF_LIFE_MS } from './results/owner.ts'
export { readExperiment, readRecord, readRow, readState } from './results/read.ts'
export { changeStatus } from './results/status.ts'
export { edited, storeIndex } from './results/row-index.ts'
export { moveToTrash, restoreFromTrash } from './results/trash.ts'
export { forgetView, keepView, readViews } from './results/views.ts'
