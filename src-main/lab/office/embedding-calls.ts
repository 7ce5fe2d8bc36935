/** Embeddings of layers, one at a time; what was made once of the same weights is not made again. */
import type { Lab } from '../../contract.ts'
import { keepEmbedding, networkStamp, readEmbedding } from '../results.ts'
import type { FolderParts } from './folder-parts.ts'
import { lookedAt } from './looked-at.ts'
import { OneAtATime } from './one-at-a-time.ts'

export function embeddingCalls(parts: FolderParts): Pick<Lab, 'embed' | 'stopEmbedding'> {
  const { events, jobs, pace } = parts
  const making = new OneAtATime('Another embedding is being computed.')
  return {
    embed: async ({ id, network, settings }) => {
      const { folder, dataFolder, isSample } = lookedAt(parts, id)
      const kept = readEmbedding(folder, network, settings)
      if (kept !== null) return kept
      return making.run(id, async (stop) => {
        pace?.cancel()
        const stamp = networkStamp(folder, network)
        const found = await jobs.run(
          { kind: 'embed', folder, dataFolder, network, settings },
          (fraction) => {
            events.tell({ kind: 'embed', id, fraction })
          },
          stop,
        )
        if (!isSample) keepEmbedding(folder, network, found, stamp)
        return found
      })
    },
    stopEmbedding: async ({ id }) => {
      making.stop(id)
      return null
    },
  }
}
