/** The door to datasets/: data sets on disk, found, described, loaded, verified, downloaded, and those that a person added. */
export { describeDataSets, useDataFolder } from './datasets/describe.ts'
export { Downloads, downloadSet, offerOf, PUBLISHED, type Source } from './datasets/downloads.ts'
export { NotFetched } from './datasets/fetch.ts'
export { loadDataSet } from './datasets/load.ts'
export { keepOwn, ownNames, ownRecord, type OwnRecord, removeOwn, requireFreeName } from './datasets/own.ts'
export { publishers } from './datasets/publishers.ts'
export { Rate } from './datasets/rate.ts'
export { type VerifiedDataSet, verifyDataSet } from './datasets/verify.ts'
