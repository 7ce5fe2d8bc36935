/** A run whose networks are looked at: where it lies, and where its data do. */
import { findRun, readState } from '../results.ts'
import type { FolderParts } from './folder-parts.ts'

interface LookedAt {
  readonly folder: string
  readonly dataFolder: string | null
  /** What came with Apical is not written to. */
  readonly isSample: boolean
}

/** @throws LabProblem for a run that is not there */
export function lookedAt(
  { results, samples, dataFolder }: Pick<FolderParts, 'results' | 'samples' | 'dataFolder'>,
  id: string,
): LookedAt {
  const sample = samples.folderOf(id)
  const folder = sample ?? findRun(results, id)
  return { folder, dataFolder: readState(folder).dataFolder ?? dataFolder, isSample: sample !== null }
}
