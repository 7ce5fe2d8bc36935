/**
 * A session on TensorFlow.js: the parameters of every replica as tensors, batches run one after another, and replicas in
 * one pass or one after another, as is faster on the binding.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Program } from '../../program/program.ts'
import { countHits, gatherPixels, gatherTargets, Pause } from '../batch.ts'
import type { BatchPlan, Counts, EvaluationPlan, Measured, Numbers, Session, SessionOptions, Split } from '../engine.ts'
import {
  classesOf,
  requireBound,
  requireEntries,
  requireEvaluation,
  requireFit,
  requireParameter,
  requirePrediction,
  requireTraining,
  type BoundData,
} from '../request.ts'
import type { Binding, Tf } from './binding.ts'
import { Kernels, through } from './kernels.ts'
import { Parameters } from './parameters.ts'
import { planFor, type Plan } from './plan.ts'
import { Runner, type Batch } from './run.ts'

export class TensorFlowSession implements Session {
  readonly engine = 'tensorflow'
  readonly device: string
  readonly #program: Program
  readonly #plan: Plan
  readonly #kernels: Kernels
  readonly #runner: Runner
  readonly #replicas: number
  /** Each holds the replicas that are computed in one pass: all of them, or one. */
  readonly #groups: Parameters[]
  #data: BoundData | null = null

  constructor(
    tf: Tf,
    { device, together }: Pick<Binding, 'device' | 'together'>,
    program: Program,
    { replicas }: SessionOptions,
  ) {
    this.device = device
    this.#program = program
    this.#plan = planFor(program)
    this.#kernels = new Kernels(tf)
    this.#runner = new Runner(program, this.#plan, this.#kernels)
    this.#replicas = replicas
    const zeros = (): Tensor[] =>
      program.parameters.map(({ shape: [rows, columns] }, index) =>
        this.#lying(new Float32Array(rows * columns), rows, columns, index),
      )
    const size = together ? replicas : 1
    this.#groups = Array.from(
      { length: replicas / size },
      () => new Parameters(this.#kernels, Array.from({ length: size }, zeros)),
    )
  }

  bind(data: BoundData): void {
    requireFit(this.#program, data)
    this.#data = data
  }

  write(parameter: string, replica: number, values: Numbers): void {
    const { index, declaration } = requireParameter(this.#program, parameter, replica, this.#replicas)
    requireEntries(declaration, values)
    const [rows, columns] = declaration.shape
    const { group, at } = this.#place(replica)
    group.replaceOf(at, index, this.#lying(Float32Array.from(values), rows, columns, index))
  }

  async read(parameter: string, replica: number): Promise<Numbers> {
    const { index } = requireParameter(this.#program, parameter, replica, this.#replicas)
    const { group, at } = this.#place(replica)
    const tensor = group.of(at)[index] as Tensor
    const upright =
      this.#plan.flippedParameters[index] === true ? this.#kernels.transpose(tensor) : this.#kernels.copy(tensor)
    const values = await upright.data<'float32'>()
    upright.dispose()
    return values.slice()
  }

  async train(plan: BatchPlan): Promise<Measured> {
    const { train } = requireBound(this.#data)
    requireTraining(this.#program, plan, this.#replicas, requireBound(this.#data))
    const { batchSize, batches, measureBatch } = plan
    const { scalarCount } = this.#program
    const measurements = Array.from({ length: this.#replicas }, () => new Map<string, Float32Array>())
    const broken: number[] = []
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
          const input = this.#batch(train, indices, group.together(), scalars, listener)
          for (const { parameter, tensor } of this.#runner.train(input)) group.replace(parameter, tensor)
        })
        this.#kernels.sweep()
        await pause.ifDue()
      }
      broken.push(...this.#broken(group).map((at) => first + at))
      first += replicas
    }
    return { measurements, broken }
  }

  async evaluate(plan: EvaluationPlan): Promise<readonly Counts[]> {
    const data = requireBound(this.#data)
    requireEvaluation(this.#program, plan, this.#replicas, data)
    const together = (this.#groups[0] as Parameters).replicas
    const score = (first: number, indices: Uint32Array): Promise<Numbers> =>
      this.#score(
        plan.split,
        Array.from({ length: together }, () => indices),
        this.#place(first).group.together(),
        plan.scalars.subarray(first * this.#program.scalarCount),
      )
    return countHits(plan, data[plan.split], classesOf(this.#program), this.#replicas, score, together)
  }

  async predict(plan: {
    readonly split: Split
    readonly samples: Uint32Array
    readonly scalars: Float64Array
    readonly replica: number
  }): Promise<Numbers> {
    requirePrediction(this.#program, plan, this.#replicas, requireBound(this.#data))
    const { group, at } = this.#place(plan.replica)
    return this.#score(plan.split, [plan.samples], group.of(at), plan.scalars)
  }

  close(): void {
    for (const group of this.#groups) group.dispose()
    this.#groups.length = 0
    this.#kernels.dispose()
    this.#data = null
  }

  /** @param indices a list a replica; scores come one replica after another */
  async #score(
    split: Split,
    indices: readonly Uint32Array[],
    parameters: readonly Tensor[],
    scalars: Float64Array,
  ): Promise<Numbers> {
    const samples = requireBound(this.#data)[split]
    const scores = this.#kernels.tf.tidy(() =>
      this.#runner.predict(this.#batch(samples, indices, parameters, scalars, null)),
    )
    const values = await scores.data<'float32'>()
    scores.dispose()
    this.#kernels.sweep()
    return values.slice()
  }

  /** @param indices a list a replica, all of one length */
  #batch(
    samples: BoundData['train'],
    indices: readonly Uint32Array[],
    parameters: readonly Tensor[],
    scalars: Float64Array,
    listener: Batch['listener'],
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
      listener,
    }
  }

  /** A parameter's values for one replica as a tensor that lies as the plan says and outlives any tidy. */
  #lying(values: Float32Array, rows: number, columns: number, index: number): Tensor {
    const upright = this.#kernels.matrices(values, 1, rows, columns)
    const flipped = this.#plan.flippedParameters[index] === true
    return this.#kernels.tf.keep(flipped ? through(upright, (tensor) => this.#kernels.transpose(tensor)) : upright)
  }

  /** Places in the group of replicas with an entry that is NaN or infinite. */
  #broken(group: Parameters): number[] {
    const found = group.together().map((tensor) => this.#kernels.broken(tensor))
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
