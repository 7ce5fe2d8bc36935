/**
 * UMAP (McInnes, Healy & Melville 2018) by its reference port, with exact neighbours in place of approximate ones, and
 * beginning with principal components as umap-learn's `init='pca'` does: the port would begin with noise, which takes the
 * picture its global order (Kobak & Linderman 2021).
 */
import { UMAP } from 'umap-js'
import type { Generator as Random } from '../program/random.ts'
import type { Neighbours } from './neighbours.ts'

/** The largest coordinate that it begins with, and the noise on it. */
const LARGEST = 10
const NOISE = 1e-4

/**
 * sfc32 (Doty-Humphrey's Small Fast Counter), begun by the generator of the run: a step draws millions of numbers, and
 * drawing them from it would take as long as all else.
 */
function quick(random: Random): () => number {
  let [a, b, c, counter] = [random.bits(), random.bits(), random.bits(), 1]
  return () => {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
}

/** @param start `[sample][2]`, of any size. Yields how far it is, 0 to 1. */
export function* umap(
  { count, each, indices, distances }: Neighbours,
  start: Float64Array,
  { random, minDist }: { readonly random: Random; readonly minDist: number },
): Generator<number, Float64Array, undefined> {
  // In umap-learn a sample is the first of its own neighbours, and counted among them.
  const row = (i: number): number[] => [i, ...indices.subarray(i * each, (i + 1) * each)]
  const away = (i: number): number[] => [0, ...distances.subarray(i * each, (i + 1) * each)]
  const places = Array.from({ length: count }, (_, i) => i)
  const port = new UMAP({ nComponents: 2, nNeighbors: each + 1, minDist, random: quick(random) })
  port.setPrecomputedKNN(places.map(row), places.map(away))
  // With neighbours known, of the samples themselves only their number counts.
  const epochs = port.initializeFit(places.map(() => []))
  const embedding = port.getEmbedding()
  const largest = start.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const scale = largest > 0 ? LARGEST / largest : 0
  for (const [i, point] of embedding.entries())
    for (const axis of [0, 1]) point[axis] = (start[2 * i + axis] as number) * scale + NOISE * random.normal()
  for (let epoch = 0; epoch < epochs; epoch++) {
    port.step()
    yield (epoch + 1) / epochs
  }
  return Float64Array.from(port.getEmbedding().flat())
}
