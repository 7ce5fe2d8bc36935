/** Studies of trained networks, one at a time. */
import type { Lab } from '../../contract.ts'
import type { FolderParts } from './folder-parts.ts'
import { lookedAt } from './looked-at.ts'
import { OneAtATime } from './one-at-a-time.ts'

export function studyCalls(parts: FolderParts): Pick<Lab, 'study' | 'stopStudy'> {
  const { events, jobs, pace } = parts
  const studying = new OneAtATime('Another network is being studied.')
  return {
    study: async ({ id, network, ask }) => {
      const { folder, dataFolder } = lookedAt(parts, id)
      return studying.run(id, (stop) => {
        pace?.cancel()
        return jobs.run(
          { kind: 'study', folder, dataFolder, network, ask },
          (fraction) => {
            events.tell({ kind: 'study', id, fraction })
          },
          stop,
        )
      })
    },
    stopStudy: async ({ id }) => {
      studying.stop(id)
      return null
    },
  }
}
