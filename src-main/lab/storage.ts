/** The door to storage/: files written whole, folders with one owning process, and what a person keeps beside results. */
export { isTemporary, LineFile, TEMPORARY, writeJson, writeStreamed, writeWhole } from './storage/files.ts'
export { apicalHome, makeFolders } from './storage/home.ts'
export {
  releaseOwnership,
  identity,
  isProcessAlive,
  isThisProcess,
  liveOwner,
  ownerFile,
  ProcessIdentity,
  requireOwnership,
  touchHeartbeat,
  HEARTBEAT_MS,
  SILENCE_MS,
  takeOwnership,
} from './storage/ownership.ts'
export {
  isMissing,
  lookAt,
  openRegular,
  openToAppend,
  readBytes,
  readJson,
  readLines,
  readText,
  streamRegular,
} from './storage/regular-file.ts'
export { decodeSafetensors, encodeChecked } from './storage/safetensors.ts'
export { Templates } from './storage/templates.ts'
export { type Pieces, writeZip, type Written, zipPieces, type ZipWriter } from './storage/zip-file.ts'
export { forgetView, keepView, readViews } from './storage/views.ts'
