/** Looks into the trained networks of runs: nothing is trained, and nothing is written. */
import type { Lab } from '../../contract.ts'
import type { FolderParts } from './folder-parts.ts'
import { lookedAt } from './looked-at.ts'

export function lookCalls(parts: FolderParts): Pick<Lab, 'look'> {
  const { pace, looks } = parts
  return {
    look: async ({ id, network, ask }) => {
      pace?.cancel()
      const { folder, dataFolder } = lookedAt(parts, id)
      return looks.look({ folder, dataFolder, network, ask })
    },
  }
}
