/** In which order samples are seen: seeded, and restartable at any batch, since an epoch's order depends on seed and epoch alone. */
import type { Generator } from '../program/random.ts'
import type { Samples } from './data-set.ts'

/** The samples of one epoch (from 0) in the order they are trained on; `order` is the run's generator for this purpose. */
export function epochOrder(order: Generator, epoch: number, count: number, shuffle: boolean): Uint32Array {
  const indices = Uint32Array.from({ length: count }, (_, i) => i)
  return shuffle ? order.split(epoch).shuffle(indices) : indices
}

/** Copies of the samples at `indices`, in that order. */
export function pickSamples(samples: Samples, indices: Uint32Array): Samples {
  const { features } = samples
  const pixels =
    samples.pixels instanceof Uint8Array
      ? new Uint8Array(indices.length * features)
      : new Float32Array(indices.length * features)
  const labels = new Uint16Array(indices.length)
  indices.forEach((index, row) => {
    pixels.set(samples.pixels.subarray(index * features, (index + 1) * features), row * features)
    labels[row] = samples.labels[index] as number
  })
  return { ...samples, count: indices.length, pixels, labels }
}

/** The first `limit` samples, as a view on the same bytes; all of them when `limit` is null or no smaller than the set. */
export function limitSamples(samples: Samples, limit: number | null): Samples {
  if (limit === null || limit >= samples.count) return samples
  return {
    ...samples,
    count: limit,
    pixels: samples.pixels.subarray(0, limit * samples.features),
    labels: samples.labels.subarray(0, limit),
  }
}
