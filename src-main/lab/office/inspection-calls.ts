/** A look at a run's trained networks, one at a time. */
import type { Lab } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { findRun, keepInspection, readState } from '../results.ts'
import type { FolderParts } from './folder-parts.ts'

export function inspectionCalls({
  results,
  dataFolder,
  events,
  jobs,
  pace,
  samples,
}: FolderParts): Pick<Lab, 'inspect'> {
  let looking = false
  return {
    inspect: async ({ id }) => {
      if (looking)
        throw new LabProblem('Another run is being measured.', 'Wait for it: two at once would take longer for each.')
      looking = true
      pace?.cancel()
      try {
        const sample = samples.folderOf(id)
        const folder = sample ?? findRun(results, id)
        const found = await jobs.run(
          { kind: 'inspect', folder, dataFolder: readState(folder).dataFolder ?? dataFolder },
          (fraction) => {
            events.tell({ kind: 'inspect', id, fraction })
          },
        )
        // What came with Apical is not written to.
        if (sample === null) keepInspection(folder, found)
        return found
      } finally {
        looking = false
      }
    },
  }
}
