/** A session on the device: parameters and data of all replicas stay there, and batches follow one another without JavaScript in between. */
import type { Program } from '../../program/program.ts'
import { added, classesOf, countScores } from '../batch.ts'
import type { BatchPlan, BatchProfile, BoundData, Counts, Measured, Numbers, PredictionPlan } from '../engine.ts'
import type { CheckedEvaluation, UncheckedSession } from '../unchecked-session.ts'
import { DeviceProgram } from './device-program.ts'
import { Evaluator } from './evaluator.ts'
import type { Gpu } from './gpu.ts'
import type { DispatchStrategy } from './steps.ts'
import { profileBatch } from './profiler.ts'
import { Trainer } from './trainer.ts'
import { transpose } from './transpose.ts'

interface WebGpuSessionOptions {
  readonly replicas: number
  readonly strategy: DispatchStrategy
}

export class WebGpuSession implements UncheckedSession {
  readonly #on: DeviceProgram
  readonly #trainer: Trainer
  readonly #evaluator: Evaluator
  readonly #release: () => void
  /** Requests are answered one after another. */
  #last: Promise<unknown> = Promise.resolve()

  static async open(
    gpu: Gpu,
    release: () => void,
    program: Program,
    options: WebGpuSessionOptions,
  ): Promise<WebGpuSession> {
    const session = new WebGpuSession(gpu, release, program, options)
    try {
      await session.#on.allocateParameters()
      return session
    } catch (error) {
      session.close()
      throw error
    }
  }

  private constructor(gpu: Gpu, release: () => void, program: Program, { replicas, strategy }: WebGpuSessionOptions) {
    this.#on = new DeviceProgram(gpu, program, replicas, strategy)
    this.#trainer = new Trainer(this.#on)
    this.#evaluator = new Evaluator(this.#on)
    this.#release = release
  }

  get device(): string {
    return this.#on.label
  }

  get dispatchesPerBatch(): number | null {
    return this.#trainer.dispatchesPerBatch
  }

  bind(): void {
    this.#on.forgetData()
  }

  write(parameter: number, replica: number, values: Numbers): void {
    const { gpu, memory } = this.#on
    const [rows, columns] = this.#shape(parameter)
    const transposed = this.#on.transposedParameters[parameter] === true
    const stored = transposed ? transpose(values, rows, columns) : Float32Array.from(values)
    gpu.device.queue.writeBuffer(memory.get('parameters'), this.#on.parameterAt(parameter, replica), stored)
  }

  async read(parameter: number, replica: number): Promise<Numbers> {
    return this.#inTurn(async () => {
      const { gpu, memory } = this.#on
      const [rows, columns] = this.#shape(parameter)
      const bytes = rows * columns * 4
      const staging = await this.#on.staging(bytes)
      const encoder = gpu.device.createCommandEncoder()
      const at = this.#on.parameterAt(parameter, replica)
      encoder.copyBufferToBuffer(memory.get('parameters'), at, staging, 0, bytes)
      gpu.device.queue.submit([encoder.finish()])
      const values = await gpu.read(staging, bytes)
      return this.#on.transposedParameters[parameter] === true ? transpose(values, columns, rows) : values
    })
  }

  async train(plan: BatchPlan, data: BoundData): Promise<Measured> {
    return this.#inTurn(() => this.#trainer.train(plan, data))
  }

  async profile(plan: BatchPlan, data: BoundData): Promise<BatchProfile | null> {
    return this.#inTurn(() =>
      profileBatch(this.#on, { trainer: this.#trainer, evaluator: this.#evaluator }, plan, data),
    )
  }

  async evaluate(plan: CheckedEvaluation, data: BoundData): Promise<readonly Counts[]> {
    const samples = data[plan.split]
    const { replicas, program } = this.#on
    const classes = classesOf(program)
    let counts: readonly Counts[] = Array.from({ length: replicas }, () =>
      countScores(plan, samples, new Uint32Array(0), classes, new Float32Array(0)),
    )
    return this.#inTurn(async () => {
      await this.#evaluator.score(data, { ...plan, replicas, first: 0 }, (indices, scores) => {
        counts = counts.map((sum, replica) =>
          added(sum, countScores(plan, samples, indices, classes, scores[replica] as Float32Array)),
        )
      })
      return counts
    })
  }

  async predict(plan: PredictionPlan, data: BoundData): Promise<Numbers> {
    const all = new Float32Array(plan.samples.length * classesOf(this.#on.program))
    let at = 0
    return this.#inTurn(async () => {
      await this.#evaluator.score(data, { ...plan, replicas: 1, first: plan.replica }, (_, [scores]) => {
        all.set(scores as Float32Array, at)
        at += scores?.length ?? 0
      })
      return all
    })
  }

  close(): void {
    this.#on.close()
    this.#release()
  }

  #shape(parameter: number): readonly [number, number] {
    return this.#on.program.parameters[parameter]?.shape ?? [0, 0]
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => {
      this.#on.requireOpen()
      return work()
    })
    this.#last = mine.catch(() => undefined)
    return mine
  }
}
