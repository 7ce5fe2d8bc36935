/**
 * The door to imports/: a person's own files looked at, and made a data set of the lab.
 *
 * Files are read twice and never whole, so that memory is that of the set (a byte a number where all are whole from 0 to
 * 255, else four) and at most 0.4 GB; of Parquet also 8 bytes a number of one group of rows. Measured 2026-11 on two cores:
 * 392 MB of CSV with 110 million bytes, 0.45 GB at the most and 64 s; 305 MB of CSV with 32 million decimals, 0.47 GB and 28 s;
 * 110 MB of packed NPZ, 0.35 GB and 26 s; 274 MB of Parquet in one group, 0.86 GB and 39 s. So 2 GB of CSV stay below 2 GB.
 */
export { addDataSet, type Stage } from './imports/add.ts'
export { runImport } from './imports/import-runner.ts'
export { lookAtFiles } from './imports/look.ts'
