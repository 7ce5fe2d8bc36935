/**
 * The test set classified once, and what there is to say of it: how each sample is classified, and what each layer's units
 * do. One pass, and nothing kept of it but sums, since the activities of a wide network would fill the memory.
 */
import { classNamesOf, type DataSet } from '../data/data-set.ts'
import type { ClassifiedSamples, LayerActivity, Layers } from '../experiment/representations.ts'
import { Counting, spreadIn } from './histogram.ts'
import { largestOf } from './largest.ts'
import { base64, pack } from './pack.ts'
import { activities, type TrainedNetwork } from './trained-network.ts'

interface SurveyTask extends TrainedNetwork {
  readonly data: DataSet
}

export interface Survey {
  readonly epoch: number
  readonly engine: string
  readonly classes: readonly string[]
  readonly labels: Uint16Array
  readonly predicted: Uint16Array
  /** The difference of the two largest outputs. */
  readonly margins: Float32Array
  readonly layers: readonly SurveyedLayer[]
}

/** What the units of a layer did, sample after sample. */
class SurveyedLayer {
  readonly layer: number
  readonly units: number
  readonly counting = new Counting()
  /** Sparseness of the layer for each sample that it was active for. */
  readonly population: number[] = []
  readonly #classes: number
  /** By class, samples; `[unit][class]`, the sum of magnitudes. */
  readonly #ofClass: Float64Array
  readonly #byClass: Float64Array
  /** By unit. */
  readonly #sums: Float64Array
  readonly #squares: Float64Array
  readonly #least: Float64Array
  readonly #most: Float64Array

  constructor(layer: number, units: number, classes: number) {
    this.layer = layer
    this.units = units
    this.#classes = classes
    this.#ofClass = new Float64Array(classes)
    this.#byClass = new Float64Array(units * classes)
    this.#sums = new Float64Array(units)
    this.#squares = new Float64Array(units)
    this.#least = new Float64Array(units).fill(Infinity)
    this.#most = new Float64Array(units).fill(-Infinity)
  }

  /** @param activities of one sample, by unit, at `from` of `all` */
  take(all: ArrayLike<number> & { subarray(from: number, to: number): Iterable<number> }, from: number, label: number) {
    const { units } = this
    let [sum, squares] = [0, 0]
    for (let u = 0; u < units; u++) {
      const value = all[from + u] as number
      const size = Math.abs(value)
      sum += size
      squares += size * size
      this.#sums[u] = (this.#sums[u] as number) + size
      this.#squares[u] = (this.#squares[u] as number) + size * size
      const at = u * this.#classes + label
      this.#byClass[at] = (this.#byClass[at] as number) + size
      if (value < (this.#least[u] as number)) this.#least[u] = value
      if (value > (this.#most[u] as number)) this.#most[u] = value
    }
    this.#ofClass[label] = (this.#ofClass[label] as number) + 1
    this.counting.add(all.subarray(from, from + units))
    const sparse = sparseness(sum, squares, units)
    if (sparse !== null) this.population.push(sparse)
  }

  /** Of each unit that was ever active. */
  lifetime(): readonly number[] {
    const samples = this.#ofClass.reduce((sum, count) => sum + count, 0)
    return Array.from(this.#sums).flatMap((sum, u) => sparseness(sum, this.#squares[u] as number, samples) ?? [])
  }

  /** Units that are 0 for every sample, and those that have one other value. */
  dead(): { readonly silent: number; readonly constant: number } {
    let [silent, constant] = [0, 0]
    this.#least.forEach((least, u) => {
      if (least !== this.#most[u]) return
      if (least === 0) silent++
      else constant++
    })
    return { silent, constant }
  }

  /** Mean magnitude by class; 0 for a class without samples. */
  meansOf(unit: number): readonly number[] {
    return Array.from(this.#ofClass, (count, c) =>
      count === 0 ? 0 : (this.#byClass[unit * this.#classes + c] as number) / count,
    )
  }

  selectivity(unit: number): Selectivity | null {
    return selectivityOf(
      this.meansOf(unit),
      Array.from(this.#ofClass, (count) => count > 0),
    )
  }
}

/** @throws RangeError, CheckpointProblem, EngineProblem */
export async function survey(task: SurveyTask): Promise<Survey> {
  const { experiment, data, network, engine } = task
  const { test } = data
  const classes = experiment.widths.at(-1) as number
  const layers = experiment.widths.slice(1).map((units, i) => new SurveyedLayer(i + 1, units, classes))
  const predicted = new Uint16Array(test.count)
  const margins = new Float32Array(test.count)
  for await (const { samples, layer: activityOf } of activities(task, test)) {
    for (const layer of layers) {
      const all = activityOf(layer.layer)
      samples.forEach((index, row) => {
        layer.take(all, row * layer.units, test.labels[index] as number)
      })
    }
    const outputs = activityOf(layers.length)
    samples.forEach((index, row) => {
      const { best, margin } = largestOf(outputs, row * classes, classes)
      predicted[index] = best
      margins[index] = margin
    })
  }
  return {
    epoch: network.position.epoch,
    engine: engine.name,
    classes: classNamesOf(data, test.classes),
    labels: Uint16Array.from(test.labels),
    ...{ predicted, margins, layers },
  }
}

export function layersOf({ epoch, engine, labels, classes, layers }: Survey): Layers {
  return {
    ...{ epoch, engine, classes, samples: labels.length },
    layers: layers.map((layer): LayerActivity => {
      const { counting, population, units } = layer
      const selective = Array.from({ length: units }, (_, unit) => ({ unit, ...layer.selectivity(unit) }))
      const order = selective
        .toSorted(
          (a, b) =>
            (a.prefers ?? Infinity) - (b.prefers ?? Infinity) || (b.index ?? 0) - (a.index ?? 0) || a.unit - b.unit,
        )
        .map(({ unit }) => unit)
      return {
        ...{ layer: layer.layer, units, ...layer.dead(), order },
        ...{ histogram: counting.histogram(), mean: counting.mean, sd: counting.sd, zeros: counting.zeros },
        population: spreadIn(population),
        lifetime: spreadIn(layer.lifetime()),
        selectivity: spreadIn(selective.flatMap(({ index }) => index ?? [])),
        byClass: pack(order.flatMap((unit) => layer.meansOf(unit))),
      }
    }),
  }
}

export function samplesOf({ epoch, engine, classes, labels, predicted, margins }: Survey): ClassifiedSamples {
  return {
    ...{ epoch, engine, classes, samples: labels.length },
    labels: base64(labels),
    predicted: base64(predicted),
    margins: base64(margins),
  }
}

interface Selectivity {
  /** From 0, all classes alike, to 1, one class alone. */
  readonly index: number
  readonly prefers: number
}

/** Morcos, Barrett, Rabinowitz, Botvinick, "On the importance of single directions for generalization", ICLR 2018, equation 1; null for a silent unit. */
export function selectivityOf(means: readonly number[], there: readonly boolean[]): Selectivity | null {
  let prefers = -1
  for (const [c, mean] of means.entries())
    if (there[c] === true && (prefers < 0 || mean > (means[prefers] as number))) prefers = c
  const others = means.filter((_, c) => there[c] === true && c !== prefers)
  const most = means[prefers] ?? 0
  if (others.length === 0 || !(most > 0)) return null
  const rest = others.reduce((sum, mean) => sum + mean, 0) / others.length
  return { index: (most - rest) / (most + rest), prefers }
}

/**
 * (1 − a) / (1 − 1/n) with a = (Σ|r|/n)² / (Σr²/n): Treves & Rolls, Network 2:371 (1991), as Vinje & Gallant, Science
 * 287:1273 (2000) have it; both take rates, which are not negative: here it is of magnitudes. Null where nothing was active.
 */
export function sparseness(sum: number, squares: number, n: number): number | null {
  if (n < 2 || !(squares > 0)) return null
  return (1 - sum ** 2 / (n * squares)) / (1 - 1 / n)
}
