/**
 * How noisy a rule's updates are: what each batch of an epoch would teach trained weights, against the mean of them all.
 * Nothing is learned meanwhile, so that every batch is asked about the same weights. Samples come in the order in which the
 * run sees them in the epoch after the one that the weights are from.
 *
 * With n batches the mean still carries 1/n of their noise: a signal-to-noise ratio near 1/n is no signal.
 */
import { epochOrder, limitSamples } from '../data/batches.ts'
import type { DataSet } from '../data/data-set.ts'
import type { Numbers } from '../engines/engine.ts'
import type { UpdateNoise } from '../experiment/study.ts'
import { angleOf } from '../program/measures.ts'
import { Generator } from '../program/random.ts'
import { compileRule, updateName } from '../rules/index.ts'
import { splitOf } from '../training/held-out.ts'
import { openTrained, ruleOf, type TrainedNetwork } from './trained-network.ts'

interface NoiseTask extends TrainedNetwork {
  readonly data: DataSet
  /** The first so many batches of the epoch; null for all whole ones. */
  readonly batches: number | null
}

/**
 * Yields how far it is, 0 to 1.
 *
 * @throws RangeError for a rule that this version does not know, and for fewer than two whole batches; CheckpointProblem for
 * weights of another network
 */
export async function* updateNoise(task: NoiseTask): AsyncGenerator<number, UpdateNoise> {
  const { experiment, network, data } = task
  const { widths, training } = experiment
  const rule = ruleOf(experiment)
  const layers = widths.slice(1).map((_, i) => i + 1)
  const settings: unknown = rule.settings.parse(experiment.rule.settings)
  // A program that learns nothing: every batch finds the weights as they are.
  const compiled = compileRule(rule, settings, widths, layers.map(updateName), false)

  const train = limitSamples(data.train, experiment.data.limitTrain)
  const trained = splitOf(train, experiment)?.train
  const count = trained?.length ?? train.count
  const { seed, position } = network
  const places = epochOrder(Generator.seeded(seed).split('order'), position.epoch, count, training.shuffle)
  const order = trained === undefined ? places : places.map((place) => trained[place] as number)
  const { batchSize } = training
  const whole = Math.floor(order.length / batchSize)
  const batches = Math.min(whole, task.batches ?? whole)
  if (batches < 2)
    throw new RangeError(`noise is a difference between batches: expected two whole ones or more, found ${batches}`)

  const { session } = await openTrained(task, compiled, { train, test: data.test })
  try {
    // The coin of each batch falls alike in both passes.
    const signs = Generator.seeded(seed).split('noise')
    const coins = Array.from({ length: batches }, () => signs.coin())
    const updatesOf = async (batch: number): Promise<readonly Numbers[]> => {
      const { measurements } = await session.train({
        ...{ batchSize, batches: 1, measureBatch: 0 },
        samples: order.slice(batch * batchSize, (batch + 1) * batchSize),
        scalars: compiled.scalarsAt({
          epoch: position.epoch,
          batch: position.batch + batch,
          sign: coins[batch] as 1 | -1,
        }),
      })
      return layers.map((k) => measurements[0]?.get(updateName(k)) ?? new Float32Array(0))
    }

    // Two passes, since the updates of an epoch, kept, would be larger than memory.
    const means = layers.map((k) => new Float64Array((widths[k] as number) * (widths[k - 1] as number)))
    for (let batch = 0; batch < batches; batch++) {
      for (const [at, update] of (await updatesOf(batch)).entries()) {
        const mean = means[at] as Float64Array
        for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (update[i] as number) / batches
      }
      yield (0.5 * (batch + 1)) / batches
    }
    const tallies = means.map((mean) => new LayerTally(mean))
    for (let batch = 0; batch < batches; batch++) {
      for (const [at, update] of (await updatesOf(batch)).entries()) tallies[at]?.add(update)
      yield 0.5 + (0.5 * (batch + 1)) / batches
    }
    return {
      ...{ seed, epoch: position.epoch, batches },
      layers: tallies.map((tally, i) => ({ layer: i + 1, ...tally.noise(batches) })),
    }
  } finally {
    session.close()
  }
}

/** Of one layer: how the updates lie to their mean. */
class LayerTally {
  readonly #mean: Float64Array
  readonly #squares: number
  /** Σ ‖update − mean‖². */
  #apart = 0
  #degrees = 0
  /** Batches with an update at all. */
  #taught = 0

  constructor(mean: Float64Array) {
    this.#mean = mean
    this.#squares = mean.reduce((total, v) => total + v * v, 0)
  }

  add(update: Numbers): void {
    let [product, squares, apart] = [0, 0, 0]
    for (let i = 0; i < update.length; i++) {
      const [u, m] = [update[i] as number, this.#mean[i] as number]
      product += u * m
      squares += u * u
      apart += (u - m) ** 2
    }
    this.#apart += apart
    const angle = angleOf(product, squares, this.#squares)
    if (Number.isNaN(angle)) return
    this.#degrees += angle
    this.#taught++
  }

  noise(batches: number): { readonly angle: number | null; readonly signalToNoise: number | null } {
    const ratio = this.#squares / (this.#apart / batches)
    return {
      angle: this.#taught === 0 ? null : this.#degrees / this.#taught,
      signalToNoise: Number.isFinite(ratio) ? ratio : null,
    }
  }
}
