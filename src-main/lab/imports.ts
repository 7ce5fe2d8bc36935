/** The door to imports/: a person's own files looked at, and made a data set of the lab. */
export { addDataSet, type Stage } from './imports/add.ts'
export { lookAtFiles } from './imports/look.ts'
