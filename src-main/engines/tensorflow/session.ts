/**
 * A session on TensorFlow.js: the parameters of every replica as tensors, batches run one after another, and replicas in
 * one pass or one after another, as is faster on the binding.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Program } from '../../program/program.ts'
import type { Samples } from '../../program/samples.ts'
import { classesOf, countHits, gatherPixels, gatherTargets, Pause, TrainingHits } from '../batch.ts'
import type { BatchPlan, BoundData, Counts, Measured, Numbers, PredictionPlan } from '../engine.ts'
import type { CheckedEvaluation, UncheckedSession } from '../unchecked-session.ts'
import type { Binding, Tf } from './binding.ts'
import { Kernels, through } from './kernels.ts'
import { Parameters } from './parameters.ts'
import { planFor, type Plan } from './plan.ts'
import { Runner, type Batch } from './run.ts'

export class TensorFlowSession implements UncheckedSession {
  readonly device: string
  readonly #program: Program
  readonly #plan: Plan
  readonly #kernels: Kernels
  readonly #runner: Runner
  readonly #replicas: number
  /** Each holds the replicas that are computed in one pass: all of them, or one. */
  readonly #groups: Parameters[]

  constructor(
    tf: Tf,
    { device, batchReplicas }: Pick<Binding, 'device' | 'batchReplicas'>,
    program: Program,
    replicas: number,
  ) {
    this.device = device
    this.#program = program
    this.#plan = planFor(program)
    this.#kernels = new Kernels(tf)
    this.#runner = new Runner(program, this.#plan, this.#kernels)
    this.#replicas = replicas
    const zeros = (): Tensor[] =>
      program.parameters.map(({ shape: [rows, columns] }, index) =>
        this.#stored(new Float32Array(rows * columns), rows, columns, index),
      )
    const size = batchReplicas ? replicas : 1
    this.#groups = Array.from(
      { length: replicas / size },
      () => new Parameters(this.#kernels, Array.from({ length: size }, zeros)),
    )
  }

  bind(): void {
    // Samples are gathered from where the caller keeps them.
  }

  write(parameter: number, replica: number, values: Numbers): void {
    const [rows, columns] = this.#program.parameters[parameter]?.shape ?? [0, 0]
    const { group, at } = this.#place(replica)
    group.replaceOf(at, parameter, this.#stored(Float32Array.from(values), rows, columns, parameter))
  }

  async read(parameter: number, replica: number): Promise<Numbers> {
    const { group, at } = this.#place(replica)
    const tensor = group.of(at)[parameter] as Tensor
    const rowMajor =
      this.#plan.transposedParameters[parameter] === true ? this.#kernels.transpose(tensor) : this.#kernels.copy(tensor)
    const values = await rowMajor.data<'float32'>()
    rowMajor.dispose()
    return values.slice()
  }

  async train(plan: BatchPlan, { train }: BoundData): Promise<Measured> {
    const { batchSize, batches, measureBatch } = plan
    const { scalarCount } = this.#program
    const measurements = Array.from({ length: this.#replicas }, () => new Map<string, Float32Array>())
    const broken: number[] = []
    const hits = new TrainingHits(this.#program, this.#replicas)
    const pause = new Pause()
    let first = 0
    for (const group of this.#groups) {
      const { replicas } = group
      const measured = measurements.slice(first, first + replicas)
      const scalars = new Float64Array(replicas * scalarCount)
      for (let batch = 0; batch < batches; batch++) {
        const rows = Array.from({ length: replicas }, (_, at) => (first + at) * batches + batch)
        rows.forEach((row, at) => {
          scalars.set(plan.scalars.subarray(row * scalarCount, (row + 1) * scalarCount), at * scalarCount)
        })
        const indices = rows.map((row) => plan.samples.subarray(row * batchSize, (row + 1) * batchSize))
        this.#kernels.tf.tidy(() => {
          const listener = batch === measureBatch ? collector(measured) : null
          const from = first
          const count = (scores: Float32Array): void => {
            const entries = scores.length / replicas
            indices.forEach((list, at) => {
              hits.add(from + at, train, list, scores.subarray(at * entries, (at + 1) * entries))
            })
          }
          const input = { ...this.#batch(train, indices, group.stacked(), scalars), listener, count }
          for (const { parameter, tensor } of this.#runner.train(input)) group.replace(parameter, tensor)
        })
        this.#kernels.sweep()
        await pause.ifDue()
      }
      broken.push(...this.#broken(group).map((at) => first + at))
      first += replicas
    }
    return { measurements, broken, hits: hits.byReplica }
  }

  async evaluate(plan: CheckedEvaluation, data: BoundData): Promise<readonly Counts[]> {
    const perPass = (this.#groups[0] as Parameters).replicas
    const samples = data[plan.split]
    const score = (first: number, indices: Uint32Array): Promise<Numbers> =>
      this.#score(
        samples,
        Array.from({ length: perPass }, () => indices),
        this.#place(first).group.stacked(),
        plan.scalars.subarray(first * this.#program.scalarCount),
      )
    return countHits(plan, samples, classesOf(this.#program), this.#replicas, score, perPass)
  }

  async predict({ split, samples, scalars, replica }: PredictionPlan, data: BoundData): Promise<Numbers> {
    const { group, at } = this.#place(replica)
    return this.#score(data[split], [samples], group.of(at), scalars)
  }

  close(): void {
    for (const group of this.#groups) group.dispose()
    this.#groups.length = 0
    this.#kernels.dispose()
  }

  /** @param indices `[replica]`; scores come one replica after another */
  async #score(
    samples: Samples,
    indices: readonly Uint32Array[],
    parameters: readonly Tensor[],
    scalars: Float64Array,
  ): Promise<Numbers> {
    const scores = this.#kernels.tf.tidy(() => this.#runner.predict(this.#batch(samples, indices, parameters, scalars)))
    const values = await scores.data<'float32'>()
    scores.dispose()
    this.#kernels.sweep()
    return values.slice()
  }

  /** @param indices `[replica]`, all of one length */
  #batch(
    samples: Samples,
    indices: readonly Uint32Array[],
    parameters: readonly Tensor[],
    scalars: Float64Array,
  ): Batch {
    const replicas = indices.length
    const size = (indices[0] as Uint32Array).length
    const inputs = this.#program.widths[0] as number
    const classes = classesOf(this.#program)
    const x = new Float32Array(replicas * size * inputs)
    const y = new Float32Array(replicas * size * classes)
    indices.forEach((list, at) => {
      gatherPixels(samples, list, x.subarray(at * size * inputs))
      gatherTargets(samples, list, classes, y.subarray(at * size * classes))
    })
    return {
      replicas,
      size,
      x: this.#kernels.matrices(x, replicas, size, inputs),
      y: this.#kernels.matrices(y, replicas, size, classes),
      parameters,
      scalars,
      listener: null,
      count: null,
    }
  }

  /** A parameter's values for one replica as a tensor in the plan's layout that outlives any tidy. */
  #stored(values: Float32Array, rows: number, columns: number, index: number): Tensor {
    const plain = this.#kernels.matrices(values, 1, rows, columns)
    const transposed = this.#plan.transposedParameters[index] === true
    return this.#kernels.tf.keep(transposed ? through(plain, (tensor) => this.#kernels.transpose(tensor)) : plain)
  }

  /** Places in the group of replicas with an entry that is NaN or infinite. */
  #broken(group: Parameters): number[] {
    const found = group.stacked().map((tensor) => this.#kernels.nonFinite(tensor))
    return Array.from({ length: group.replicas }, (_, at) => at).filter((at) => found.some((broken) => broken[at]))
  }

  #place(replica: number): { readonly group: Parameters; readonly at: number } {
    const size = (this.#groups[0] as Parameters).replicas
    return { group: this.#groups[Math.floor(replica / size)] as Parameters, at: replica % size }
  }
}

/** Adds what an iteration measured, one replica's entries after another's, to each replica's. */
function collector(measured: readonly Map<string, Float32Array>[]): (name: string, entries: Float32Array) => void {
  return (name, entries) => {
    const share = entries.length / measured.length
    measured.forEach((own, at) => {
      const before = own.get(name) ?? new Float32Array(0)
      const all = new Float32Array(before.length + share)
      all.set(before)
      all.set(entries.subarray(at * share, (at + 1) * share), before.length)
      own.set(name, all)
    })
  }
}
