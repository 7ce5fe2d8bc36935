/** A look at a run's trained networks, one at a time. */
import type { Lab } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { keepInspection } from '../results.ts'
import type { FolderParts } from './folder-parts.ts'
import { lookedAt } from './looked-at.ts'

export function inspectionCalls(parts: FolderParts): Pick<Lab, 'inspect'> {
  const { events, jobs, pace } = parts
  let looking = false
  return {
    inspect: async ({ id }) => {
      if (looking)
        throw new LabProblem('Another run is being measured.', 'Wait for it: two at once would take longer for each.')
      looking = true
      pace?.cancel()
      try {
        const { folder, dataFolder, isSample } = lookedAt(parts, id)
        const found = await jobs.run({ kind: 'inspect', folder, dataFolder }, (fraction) => {
          events.tell({ kind: 'inspect', id, fraction })
        })
        if (!isSample) keepInspection(folder, found)
        return found
      } finally {
        looking = false
      }
    },
  }
}
