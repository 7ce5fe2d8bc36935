/** The door to exports/: runs as files for other programs, and results folders as RO-Crates. */
export { exportRuns, makeCrate, readForExport } from './exports/export.ts'
export { TABLE_NAMES, type ExportedRun, type TableName } from './exports/run-tables.ts'
