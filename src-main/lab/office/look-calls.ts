/** Looks into the trained networks of runs: nothing is trained, and nothing is written. */
import type { Lab } from '../../contract.ts'
import { findRun, readState } from '../results.ts'
import type { FolderParts } from './folder-parts.ts'

export function lookCalls({ results, dataFolder, pace, samples, looks }: FolderParts): Pick<Lab, 'look'> {
  return {
    look: ({ id, network, ask }) => {
      pace?.cancel()
      const folder = samples.folderOf(id) ?? findRun(results, id)
      return looks.look({ folder, dataFolder: readState(folder).dataFolder ?? dataFolder, network, ask })
    },
  }
}
