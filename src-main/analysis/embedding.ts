/**
 * A layer as a picture of two dimensions: the activities of test samples in it, laid out so that what is near there is near
 * here. The samples are the same for every network of a data set, so that two pictures can be laid beside each other.
 */
import { pickSamples } from '../data/batches.ts'
import { classNamesOf, type DataSet, type Samples } from '../data/data-set.ts'
import { scaledPixels } from '../engines/batch.ts'
import type { Embedding, EmbeddingSettings } from '../experiment/representations.ts'
import { Generator as Random } from '../program/random.ts'
import { largestOf } from './largest.ts'
import { nearestNeighbours } from './neighbours.ts'
import { base64 } from './pack.ts'
import { principalComponents, type Rows } from './pca.ts'
import { activities, isDrawn, type TrainedNetwork } from './trained-network.ts'
import { trustworthiness } from './trustworthiness.ts'
import { tsne } from './tsne.ts'
import { umap } from './umap.ts'

interface EmbeddingTask extends TrainedNetwork {
  readonly data: DataSet
  readonly settings: EmbeddingSettings
}

/** Neighbours are found in so many principal components, where a layer has more units: those beyond are noise in their distances, and time. */
const REDUCED = 50
/** Of the eigenvalues of those, which need not be drawn. */
const ROUGH = 1e-4
const PERPLEXITY = 30
const NEIGHBOURS = 15
const MIN_DIST = 0.1
/** Trustworthiness compares all with all. */
const TRUSTED = { k: 12, most: 1000 }

/**
 * Yields how far it is, 0 to 1.
 *
 * @throws RangeError for a layer that the network has not, or too few samples
 */
export async function* embed(task: EmbeddingTask): AsyncGenerator<number, Embedding, undefined> {
  const { settings, experiment, network, engine, data } = task
  const { widths } = experiment
  if (settings.layer >= widths.length)
    throw new RangeError(`the network has layers 0 (the input) to ${widths.length - 1}, found ${settings.layer}`)
  const chosen = stratified(data.test, settings.samples)
  if (chosen.length < 5)
    throw new RangeError(`an embedding needs at least 5 samples, the test set has ${chosen.length}`)
  const seen = pickSamples(data.test, chosen)
  const { rows, predicted } = yield* part(0, 0.3, rowsOf(task, seen))
  const { points, explained, reduced } = yield* part(0.3, 0.97, layOut(rows, settings))
  const among = stratified(seen, TRUSTED.most)
  const trusted = trustworthiness(rows, { features: 2, values: points }, among, TRUSTED.k)
  return {
    ...{ version: 1, settings, epoch: network.position.epoch, drawn: isDrawn(network), engine: engine.name },
    classes: classNamesOf(data, data.test.classes),
    ...{ count: chosen.length, features: rows.features, reduced },
    explained: explained === null ? null : [...explained],
    samples: base64(chosen),
    labels: base64(Uint16Array.from(seen.labels)),
    predicted: base64(predicted),
    points: base64(Float32Array.from(points)),
    trustworthiness: trusted === null ? null : { value: trusted, k: TRUSTED.k, of: among.length },
  }
}

/** The same share of every class, as near as can be, and of each class the first in the set; in the order of the set. */
export function stratified(
  { labels, count, classes }: Pick<Samples, 'labels' | 'count' | 'classes'>,
  wanted: number,
): Uint32Array {
  if (wanted >= count) return Uint32Array.from({ length: count }, (_, i) => i)
  const all = new Uint32Array(classes)
  for (let i = 0; i < count; i++) all[labels[i] as number] = (all[labels[i] as number] as number) + 1
  // Largest remainders: whole parts first, what is left to whom most of it is missing.
  const exact = Array.from(all, (n) => (wanted * n) / count)
  const quota = exact.map(Math.floor)
  const left = wanted - quota.reduce((sum, n) => sum + n, 0)
  exact
    .map((value, c) => ({ c, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.c - b.c)
    .slice(0, left)
    .forEach(({ c }) => (quota[c] = (quota[c] as number) + 1))
  const chosen: number[] = []
  for (let i = 0; i < count; i++) {
    const label = labels[i] as number
    if ((quota[label] as number) === 0) continue
    quota[label] = (quota[label] as number) - 1
    chosen.push(i)
  }
  return Uint32Array.from(chosen)
}

/** What the layer is at for each sample, and how each is classified. */
async function* rowsOf(
  task: EmbeddingTask,
  seen: Samples,
): AsyncGenerator<number, { readonly rows: Rows; readonly predicted: Uint16Array }, undefined> {
  const { layer } = task.settings
  const { widths } = task.experiment
  const features = widths[layer] as number
  const values = layer === 0 ? scaledPixels(seen) : new Float32Array(seen.count * features)
  const predicted = new Uint16Array(seen.count)
  const classes = widths.at(-1) as number
  let done = 0
  for await (const { samples, layer: activityOf } of activities(task, seen)) {
    if (layer > 0) values.set(activityOf(layer), done * features)
    const outputs = activityOf(widths.length - 1)
    samples.forEach((index, row) => (predicted[index] = largestOf(outputs, row * classes, classes).best))
    done += samples.length
    yield done / seen.count
  }
  // What is not finite has no place among the others.
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) values[i] = 0
  return { rows: { count: seen.count, features, values }, predicted }
}

interface Layout {
  readonly points: Float64Array
  readonly explained: readonly number[] | null
  readonly reduced: number | null
}

export function* layOut(rows: Rows, settings: EmbeddingSettings): Generator<number, Layout, undefined> {
  const random = Random.seeded(settings.seed).split('embedding')
  if (settings.method === 'pca') {
    const { scores, explained } = yield* principalComponents(rows, 2)
    return { points: scores, explained, reduced: null }
  }
  const many = rows.features > REDUCED
  const components = many ? REDUCED : 2
  const { scores } = yield* part(0, 0.15, principalComponents(rows, components, ROUGH))
  const near = {
    count: rows.count,
    values: many ? scores : Float64Array.from(rows.values),
    features: many ? components : rows.features,
  }
  const start = Float64Array.from({ length: 2 * rows.count }, (_, at) => {
    const [i, axis] = [at >> 1, at & 1]
    return scores[i * components + axis] as number
  })
  const reduced = many ? components : null
  if (settings.method === 'tsne') {
    const perplexity = Math.min(settings.neighbours ?? PERPLEXITY, Math.max(1, (rows.count - 1) / 3))
    const found = yield* part(0.15, 0.3, nearestNeighbours(near, Math.ceil(3 * perplexity)))
    return { points: yield* part(0.3, 1, tsne(found, start, { perplexity, random })), explained: null, reduced }
  }
  // A sample counts as its own neighbour there.
  const neighbours = Math.min(settings.neighbours ?? NEIGHBOURS, rows.count - 1)
  const found = yield* part(0.15, 0.3, nearestNeighbours(near, Math.max(1, neighbours - 1)))
  return { points: yield* part(0.3, 1, umap(found, start, { random, minDist: MIN_DIST })), explained: null, reduced }
}

/** The progress of a part of something, from `low` to `high` of it. */
function part<T>(low: number, high: number, steps: Generator<number, T, undefined>): Generator<number, T, undefined>
function part<T>(
  low: number,
  high: number,
  steps: AsyncGenerator<number, T, undefined>,
): AsyncGenerator<number, T, undefined>
function part<T>(
  low: number,
  high: number,
  steps: Generator<number, T, undefined> | AsyncGenerator<number, T, undefined>,
): Generator<number, T, undefined> | AsyncGenerator<number, T, undefined> {
  const at = (share: number): number => low + share * (high - low)
  if (Symbol.asyncIterator in steps)
    return (async function* () {
      let step = await steps.next()
      for (; step.done !== true; step = await steps.next()) yield at(step.value)
      return step.value
    })()
  return (function* () {
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) yield at(step.value)
    return step.value
  })()
}
