/** Studies of trained networks, one at a time. */
import type { Lab } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { findRun, readState } from '../results.ts'
import type { FolderParts } from './folder-parts.ts'

export function studyCalls({
  results,
  dataFolder,
  events,
  jobs,
  pace,
  samples,
}: FolderParts): Pick<Lab, 'study' | 'stopStudy'> {
  let underWay: { readonly id: string; readonly stop: AbortController } | null = null
  return {
    study: async ({ id, network, ask }) => {
      const folder = samples.folderOf(id) ?? findRun(results, id)
      if (underWay !== null)
        throw new LabProblem(
          'Another network is being studied.',
          'Wait for it, or stop it: two at once would take longer for each.',
        )
      const stop = new AbortController()
      underWay = { id, stop }
      pace?.cancel()
      try {
        return await jobs.run(
          { kind: 'study', folder, dataFolder: readState(folder).dataFolder ?? dataFolder, network, ask },
          (fraction) => {
            events.tell({ kind: 'study', id, fraction })
          },
          stop.signal,
        )
      } catch (error) {
        if (stop.signal.aborted) return null
        throw error
      } finally {
        underWay = null
      }
    },
    stopStudy: ({ id }) => {
      if (underWay?.id === id) underWay.stop.abort()
      return Promise.resolve(null)
    },
  }
}
