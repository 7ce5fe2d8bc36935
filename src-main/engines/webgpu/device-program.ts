/** A program on the device: its parameters, its data, and the dispatches compiled for each batch size in use. */
import type { Program } from '../../program/program.ts'
import { prune } from '../../program/prune.ts'
import type { BoundData, Split } from '../engine.ts'
import { lower } from '../lowering/lower.ts'
import type { Lowered } from '../lowering/plan.ts'
import { chooseLayout } from '../matrix-layout.ts'
import { dispatchLabel } from './workgroup.ts'
import { USAGE, type Gpu } from './gpu.ts'
import { DeviceMemory } from './memory.ts'
import { placeParameters } from './placement.ts'
import { Runner, type Ready } from './runner.ts'
import { deviceSamples } from './samples.ts'
import { stepsOf, type DispatchStrategy } from './steps.ts'

/** How many pairs of kind and batch size stay compiled. */
const MOST_READY = 12

export type Kind = 'training' | 'measured training' | 'prediction'

/** Of each split, as a frame takes it. */
type Planes = Readonly<Record<Split, readonly [number, number]>>

export class DeviceProgram {
  readonly gpu: Gpu
  readonly program: Program
  readonly replicas: number
  readonly lowered: Readonly<Record<Kind, Lowered>>
  readonly transposedParameters: readonly boolean[]
  readonly parameters: ReturnType<typeof placeParameters>
  readonly memory: DeviceMemory
  readonly runner: Runner
  /** For people: the device and how repeats are dispatched on it. */
  readonly label: string
  #strategy: DispatchStrategy
  /** Times that a team lost a member, with teams as they are now. */
  #failed = 0
  /** The least recently used first. */
  readonly #ready = new Map<string, Ready>()
  #planes: Planes | null = null
  #closed = false

  constructor(gpu: Gpu, program: Program, replicas: number, strategy: DispatchStrategy) {
    this.gpu = gpu
    this.program = program
    this.replicas = replicas
    const layout = chooseLayout(program)
    const whole = lower(program, layout)
    // What only a measurement needs is not computed in batches that measure nothing.
    const silent = prune(program.training, { values: [], measurement: () => false, update: () => true })
    this.lowered = {
      'measured training': whole.training,
      training:
        program.measurements.length === 0 ? whole.training : lower({ ...program, training: silent }, layout).training,
      prediction: whole.prediction,
    }
    this.transposedParameters = layout.transposedParameters
    this.parameters = placeParameters(program)
    this.#strategy = strategy
    this.memory = new DeviceMemory(gpu)
    this.runner = new Runner(gpu, this.memory, this.parameters.stride, program.scalarCount)
    const path = dispatchLabel(this.lowered.training, strategy.fuse)
    this.label = path === null ? gpu.label : `${gpu.label}, ${path}`
  }

  /** Takes the memory of the parameters, set to 0. */
  async allocateParameters(): Promise<void> {
    const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget
    await this.memory.atLeast('parameters', this.replicas * this.parameters.stride * 4, usage, 'Parameters')
  }

  /** Byte offset of a parameter in the buffer of all. */
  parameterAt(index: number, replica: number): number {
    return (replica * this.parameters.stride + (this.parameters.offsets[index] as number)) * 4
  }

  /** Byte offset of a replica's count of hits in the same buffer. */
  hitsAt(replica: number): number {
    return ((replica + 1) * this.parameters.stride - 1) * 4
  }

  async prepare(kind: Kind, batch: number): Promise<Ready> {
    const key = `${kind} ${batch}`
    const known = this.#ready.get(key)
    if (known !== undefined) {
      this.#ready.delete(key)
      this.#ready.set(key, known)
      return known
    }
    const measurements = kind === 'measured training' ? this.program.measurements : []
    const size = { batch, replicas: this.replicas }
    const steps = stepsOf(this.lowered[kind], measurements, this.parameters.offsets, size, this.#strategy)
    const ready = await this.whileOpen(this.runner.prepare(steps))
    this.#ready.set(key, ready)
    const [oldest] = this.#ready
    if (this.#ready.size > MOST_READY && oldest !== undefined) {
      this.#ready.delete(oldest[0])
      this.runner.forget(oldest[1])
    }
    return ready
  }

  /** A copy of all parameters on the device, in case what follows is not to count. */
  async keepParameters(): Promise<void> {
    const usage = USAGE.copySource | USAGE.copyTarget
    await this.memory.atLeast('kept parameters', this.memory.get('parameters').size, usage, 'Copies of parameters')
    this.#copyParameters('parameters', 'kept parameters')
  }

  restoreParameters(): void {
    this.#copyParameters('kept parameters', 'parameters')
  }

  #copyParameters(from: string, to: string): void {
    const encoder = this.gpu.device.createCommandEncoder()
    encoder.copyBufferToBuffer(this.memory.get(from), 0, this.memory.get(to), 0, this.memory.get(from).size)
    this.gpu.device.queue.submit([encoder.finish()])
  }

  /**
   * After a member of a team was not heard of: what teams exchanged is cleared, and once that has happened often the device
   * is taken to run fewer workgroups at the same time. WebGPU does not tell how many, and promises nothing, so teams become
   * smaller until there are none.
   */
  async teamsFailed(): Promise<void> {
    const { teams } = this.#strategy
    if (teams !== null && ++this.#failed >= teams.tries) {
      this.#failed = 0
      const together = Math.floor(teams.together / 2)
      this.#strategy = {
        ...this.#strategy,
        teams: together < 2 || teams.members !== null ? null : { ...teams, together },
      }
    }
    // Nothing that is compiled may still be running when its buffers go.
    await this.whileOpen(this.gpu.done())
    for (const ready of this.#ready.values()) this.runner.forget(ready)
    this.#ready.clear()
  }

  /** Data is uploaded by the first request that needs it. */
  forgetData(): void {
    this.#planes = null
  }

  async upload(data: BoundData): Promise<Planes> {
    if (this.#planes !== null) return this.#planes
    const planes: Record<Split, readonly [number, number]> = { train: [0, 0], test: [0, 0] }
    for (const split of ['train', 'test'] as const) {
      const { pixels, labels, data: plane } = deviceSamples(data[split])
      await this.memory.holding(`${split} pixels`, pixels, USAGE.storage, 'Samples')
      await this.memory.holding(`${split} labels`, labels, USAGE.storage, 'Labels')
      planes[split] = plane
    }
    this.#planes = planes
    return planes
  }

  /** Reserves room for the values of `replicas` replicas, `stride` numbers each. */
  async reserveValues(stride: number, replicas: number): Promise<void> {
    await this.memory.atLeast('values', stride * replicas * 4, USAGE.storage | USAGE.copySource, 'Values')
  }

  /** A buffer that the processor can read. */
  async staging(bytes: number): Promise<GPUBuffer> {
    return this.memory.atLeast('staging', bytes, USAGE.mapRead | USAGE.copyTarget, 'Results')
  }

  /** What the device answers. Rejects once the session is closed, so that nothing is sent to buffers that are gone. */
  async whileOpen<T>(wanted: Promise<T>): Promise<T> {
    const answer = await wanted
    this.requireOpen()
    return answer
  }

  /** @throws Error, which `CheckedSession` replaces by its sentence about a closed session */
  requireOpen(): void {
    if (this.#closed) throw new Error('the session is closed')
  }

  close(): void {
    this.#closed = true
    this.memory.destroy()
    this.#ready.clear()
  }
}
