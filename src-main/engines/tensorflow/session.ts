/** A session on TensorFlow.js: the parameters of every replica as tensors, batches run one after another. */
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
import type { Tf } from './binding.ts'
import { Kernels, through } from './kernels.ts'
import { planFor, type Plan } from './plan.ts'
import { Runner, type Batch } from './run.ts'

export class TensorFlowSession implements Session {
  readonly engine = 'tensorflow'
  readonly device: string
  readonly #program: Program
  readonly #plan: Plan
  readonly #kernels: Kernels
  readonly #runner: Runner
  /** `[replica][parameter]`, lying as the plan says. */
  readonly #parameters: Tensor[][]
  #data: BoundData | null = null

  constructor(tf: Tf, device: string, program: Program, { replicas }: SessionOptions) {
    this.device = device
    this.#program = program
    this.#plan = planFor(program)
    this.#kernels = new Kernels(tf)
    this.#runner = new Runner(program, this.#plan, this.#kernels)
    this.#parameters = Array.from({ length: replicas }, () =>
      program.parameters.map(({ shape: [rows, columns] }, index) =>
        this.#lying(new Float32Array(rows * columns), rows, columns, index),
      ),
    )
  }

  bind(data: BoundData): void {
    requireFit(this.#program, data)
    this.#data = data
  }

  write(parameter: string, replica: number, values: Numbers): void {
    const { index, declaration } = requireParameter(this.#program, parameter, replica, this.#parameters.length)
    requireEntries(declaration, values)
    const [rows, columns] = declaration.shape
    this.#replace(replica, index, this.#lying(Float32Array.from(values), rows, columns, index))
  }

  async read(parameter: string, replica: number): Promise<Numbers> {
    const { index } = requireParameter(this.#program, parameter, replica, this.#parameters.length)
    const tensor = this.#parametersOf(replica)[index] as Tensor
    const upright =
      this.#plan.flippedParameters[index] === true ? this.#kernels.transpose(tensor) : this.#kernels.copy(tensor)
    const values = await upright.data<'float32'>()
    upright.dispose()
    return values.slice()
  }

  async train(plan: BatchPlan): Promise<Measured> {
    const { train } = requireBound(this.#data)
    requireTraining(this.#program, plan, this.#parameters.length, requireBound(this.#data))
    const { batchSize, batches, measureBatch } = plan
    const { scalarCount } = this.#program
    const measurements: ReadonlyMap<string, Numbers>[] = []
    const broken: number[] = []
    const pause = new Pause()
    for (let replica = 0; replica < this.#parameters.length; replica++) {
      const measured = new Map<string, Float32Array>()
      for (let batch = 0; batch < batches; batch++) {
        const row = replica * batches + batch
        const indices = plan.samples.subarray(row * batchSize, (row + 1) * batchSize)
        const scalars = plan.scalars.subarray(row * scalarCount, (row + 1) * scalarCount)
        this.#kernels.tf.tidy(() => {
          const listener = batch === measureBatch ? collector(measured) : null
          const input = this.#batch(train, indices, replica, scalars, listener)
          for (const { parameter, tensor } of this.#runner.train(input)) this.#replace(replica, parameter, tensor)
        })
        this.#kernels.sweep()
        await pause.ifDue()
      }
      measurements.push(measured)
      if (this.#parametersOf(replica).some((tensor) => this.#kernels.hasBroken(tensor))) broken.push(replica)
    }
    return { measurements, broken }
  }

  async evaluate(plan: EvaluationPlan): Promise<readonly Counts[]> {
    const data = requireBound(this.#data)
    requireEvaluation(this.#program, plan, this.#parameters.length, data)
    const { scalarCount } = this.#program
    return countHits(plan, data[plan.split], classesOf(this.#program), this.#parameters.length, (replica, indices) =>
      this.#score(plan.split, replica, indices, plan.scalars.subarray(replica * scalarCount)),
    )
  }

  async predict(plan: {
    readonly split: Split
    readonly samples: Uint32Array
    readonly scalars: Float64Array
    readonly replica: number
  }): Promise<Numbers> {
    requirePrediction(this.#program, plan, this.#parameters.length, requireBound(this.#data))
    return this.#score(plan.split, plan.replica, plan.samples, plan.scalars)
  }

  close(): void {
    for (const tensors of this.#parameters) for (const tensor of tensors) tensor.dispose()
    this.#parameters.length = 0
    this.#kernels.dispose()
    this.#data = null
  }

  async #score(split: Split, replica: number, indices: Uint32Array, scalars: Float64Array): Promise<Numbers> {
    const samples = requireBound(this.#data)[split]
    const scores = this.#kernels.tf.tidy(() =>
      this.#runner.predict(this.#batch(samples, indices, replica, scalars, null)),
    )
    const values = await scores.data<'float32'>()
    scores.dispose()
    this.#kernels.sweep()
    return values.slice()
  }

  #batch(
    samples: BoundData['train'],
    indices: Uint32Array,
    replica: number,
    scalars: Float64Array,
    listener: Batch['listener'],
  ): Batch {
    const size = indices.length
    const inputs = this.#program.widths[0] as number
    const classes = classesOf(this.#program)
    const x = new Float32Array(size * inputs)
    const y = new Float32Array(size * classes)
    gatherPixels(samples, indices, x)
    gatherTargets(samples, indices, classes, y)
    return {
      size,
      x: this.#kernels.matrix(x, size, inputs),
      y: this.#kernels.matrix(y, size, classes),
      parameters: this.#parametersOf(replica),
      scalars,
      listener,
    }
  }

  /** A parameter's values as a tensor that lies as the plan says and outlives any tidy. */
  #lying(values: Float32Array, rows: number, columns: number, index: number): Tensor {
    const upright = this.#kernels.matrix(values, rows, columns)
    const flipped = this.#plan.flippedParameters[index] === true
    return this.#kernels.tf.keep(flipped ? through(upright, (tensor) => this.#kernels.transpose(tensor)) : upright)
  }

  #replace(replica: number, index: number, tensor: Tensor): void {
    const parameters = this.#parametersOf(replica)
    parameters[index]?.dispose()
    parameters[index] = tensor
  }

  #parametersOf(replica: number): Tensor[] {
    return this.#parameters[replica] as Tensor[]
  }
}

function collector(measured: Map<string, Float32Array>): (name: string, entries: Float32Array) => void {
  return (name, entries) => {
    const before = measured.get(name) ?? new Float32Array(0)
    const all = new Float32Array(before.length + entries.length)
    all.set(before)
    all.set(entries, before.length)
    measured.set(name, all)
  }
}
