/** Embeddings of layers, one at a time; what was made once of the same weights is not made again. */
import type { Lab } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { findRun, keepEmbedding, networkStamp, readEmbedding, readState } from '../results.ts'
import type { FolderParts } from './folder-parts.ts'

export function embeddingCalls({
  results,
  dataFolder,
  events,
  jobs,
  pace,
  samples,
}: FolderParts): Pick<Lab, 'embed' | 'stopEmbedding'> {
  let making: { readonly id: string; readonly stop: AbortController } | null = null
  return {
    embed: async ({ id, network, settings }) => {
      const sample = samples.folderOf(id)
      const folder = sample ?? findRun(results, id)
      const kept = readEmbedding(folder, network, settings)
      if (kept !== null) return kept
      if (making !== null)
        throw new LabProblem(
          'Another embedding is being computed.',
          'Wait for it, or stop it: two at once would take longer for each.',
        )
      const stop = new AbortController()
      making = { id, stop }
      pace?.cancel()
      try {
        const stamp = networkStamp(folder, network)
        const found = await jobs.run(
          { kind: 'embed', folder, dataFolder: readState(folder).dataFolder ?? dataFolder, network, settings },
          (fraction) => {
            events.tell({ kind: 'embed', id, fraction })
          },
          stop.signal,
        )
        // What came with Apical is not written to.
        if (sample === null) keepEmbedding(folder, network, found, stamp)
        return found
      } catch (error) {
        if (stop.signal.aborted) return null
        throw error
      } finally {
        making = null
      }
    },
    stopEmbedding: ({ id }) => {
      if (making?.id === id) making.stop.abort()
      return Promise.resolve(null)
    },
  }
}
