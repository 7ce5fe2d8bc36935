/**
 * What was made of a run's networks and would take long to make again, kept beside them: one file for each in `analysis`,
 * named by what was asked for, and inside it the weights that it is of. When they are others by now, it counts for nothing.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { NetworkChoice } from '../../experiment/look.ts'
import { Embedding, type EmbeddingSettings } from '../../experiment/representations.ts'
import { fileProblem } from '../problem.ts'
import { makeFolders, readJson, writeJson } from '../storage.ts'
import { paths } from './folder.ts'
import { networkStamp } from './networks.ts'

/** Twenty thousand samples of a hundred classes have a tenth of it. */
const LARGEST = 20_000_000

const Kept = z.object({ stamp: z.string(), embedding: Embedding })

/** Null where there is none, or none of these weights; one that cannot be read can be made again. */
export function readEmbedding(folder: string, network: NetworkChoice, settings: EmbeddingSettings): Embedding | null {
  try {
    const parsed = Kept.safeParse(readJson(paths(folder).analysis(nameOf(network, settings)), LARGEST))
    return parsed.success && parsed.data.stamp === networkStamp(folder, network) ? parsed.data.embedding : null
  } catch {
    return null
  }
}

/** @param stamp of the weights before it was made of them: what has changed meanwhile is noticed when it is read */
export function keepEmbedding(folder: string, network: NetworkChoice, embedding: Embedding, stamp: string): void {
  const path = paths(folder).analysis(nameOf(network, embedding.settings))
  try {
    makeFolders(paths(folder).analyses)
    writeJson(path, { stamp, embedding })
  } catch (error) {
    throw fileProblem(error, 'Cannot keep the embedding', path) ?? error
  }
}

function nameOf({ seed, epoch }: NetworkChoice, settings: EmbeddingSettings): string {
  const { layer, method, samples } = settings
  const hash = createHash('sha256')
    .update(JSON.stringify([seed, epoch, settings.seed, settings.neighbours]))
    .digest('hex')
  return `embedding-${method}-layer-${layer}-${samples}-${hash.slice(0, 8)}`
}
