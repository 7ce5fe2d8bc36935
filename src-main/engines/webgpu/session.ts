/** A session on the device: parameters and data of all replicas lie there, and batches follow one another without JavaScript in between. */
import type { Program } from '../../program/program.ts'
import { prune } from '../../program/prune.ts'
import { added, countScores, namedValues } from '../batch.ts'
import {
  EngineProblem,
  type BatchPlan,
  type Counts,
  type EvaluationPlan,
  type Measured,
  type Numbers,
  type Session,
  type Split,
} from '../engine.ts'
import { lower } from '../lowering/lower.ts'
import type { Lowered } from '../lowering/plan.ts'
import { layOut } from '../orientation.ts'
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
import { FINITE_GROUPS } from './finite.ts'
import { USAGE, type Gpu } from './gpu.ts'
import { DeviceMemory } from './memory.ts'
import { placeParameters, placeValues } from './place.ts'
import { Runner, type Ready } from './runner.ts'
import { deviceSamples } from './samples.ts'
import { pathOf } from './division.ts'
import { stepsOf, type Way } from './steps.ts'
import { transposed } from './transposed.ts'

/** Aimed at for a submission: short enough to stop soon and to stay far from any driver's time limit. */
const SUBMISSION_MS = 40
/** How many samples of an evaluation may settle at a time; what is left over is filled up to the smallest. */
const ROWS = [4096, 1024, 256, 64, 16] as const
/** Bytes of values that an evaluation may take. */
const EVALUATION_BYTES = 2 ** 28
/** Kinds and batch sizes whose instructions are kept on the device. */
const MOST_READY = 12

type Kind = 'training' | 'measured training' | 'prediction'

export interface WebGpuOptions {
  readonly replicas: number
  readonly way: Way
}

export class WebGpuSession implements Session {
  readonly engine = 'webgpu'
  readonly device: string
  readonly #gpu: Gpu
  readonly #giveBack: () => void
  readonly #program: Program
  readonly #replicas: number
  readonly #lowered: Readonly<Record<Kind, Lowered>>
  readonly #flippedParameters: readonly boolean[]
  readonly #parameters: ReturnType<typeof placeParameters>
  readonly #way: Way
  readonly #memory: DeviceMemory
  readonly #runner: Runner
  readonly #ready = new Map<string, Ready>()
  /** Requests are answered one after another. */
  #last: Promise<unknown> = Promise.resolve()
  #data: BoundData | null = null
  #planes: Readonly<Record<Split, readonly [number, number]>> | null = null
  #closed = false
  #batchesAtATime = 1
  #rows = 256
  #dispatches: number | null = null

  static async open(gpu: Gpu, giveBack: () => void, program: Program, options: WebGpuOptions): Promise<WebGpuSession> {
    const session = new WebGpuSession(gpu, giveBack, program, options)
    try {
      const bytes = options.replicas * session.#parameters.stride * 4
      const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget
      await session.#memory.atLeast('parameters', bytes, usage, 'Parameters')
      return session
    } catch (error) {
      session.close()
      throw error
    }
  }

  private constructor(gpu: Gpu, giveBack: () => void, program: Program, { replicas, way }: WebGpuOptions) {
    this.#gpu = gpu
    this.#giveBack = giveBack
    this.#program = program
    this.#replicas = replicas
    const orientation = layOut(program)
    const whole = lower(program, orientation)
    // What only a measurement needs is not computed where nobody measures.
    const silent = prune(program.training, { values: [], measurement: () => false, update: () => true })
    this.#lowered = {
      'measured training': whole.training,
      training:
        program.measurements.length === 0
          ? whole.training
          : lower({ ...program, training: silent }, orientation).training,
      prediction: whole.prediction,
    }
    this.#flippedParameters = orientation.flippedParameters
    this.#parameters = placeParameters(program)
    this.#way = way
    this.#memory = new DeviceMemory(gpu)
    this.#runner = new Runner(gpu, this.#memory, this.#parameters.stride, program.scalarCount)
    const path = pathOf(this.#lowered.training, way.fuse)
    this.device = path === null ? gpu.label : `${gpu.label}, ${path}`
  }

  /** Of a training batch, since the last plan; null before the first. */
  get dispatchesPerBatch(): number | null {
    return this.#dispatches
  }

  bind(data: BoundData): void {
    requireFit(this.#program, data)
    this.#requireOpen()
    this.#data = data
    this.#planes = null
  }

  write(parameter: string, replica: number, values: Numbers): void {
    const { index, declaration } = requireParameter(this.#program, parameter, replica, this.#replicas)
    requireEntries(declaration, values)
    this.#requireOpen()
    const [rows, columns] = declaration.shape
    const flipped = this.#flippedParameters[index] === true
    const lying = flipped ? transposed(values, rows, columns) : Float32Array.from(values)
    this.#gpu.device.queue.writeBuffer(this.#memory.get('parameters'), this.#parameterAt(index, replica), lying)
  }

  async read(parameter: string, replica: number): Promise<Numbers> {
    const { index, declaration } = requireParameter(this.#program, parameter, replica, this.#replicas)
    this.#requireOpen()
    return this.#inTurn(async () => {
      const [rows, columns] = declaration.shape
      const bytes = rows * columns * 4
      const staging = await this.#staging(bytes)
      const encoder = this.#gpu.device.createCommandEncoder()
      encoder.copyBufferToBuffer(this.#memory.get('parameters'), this.#parameterAt(index, replica), staging, 0, bytes)
      this.#gpu.device.queue.submit([encoder.finish()])
      const values = await this.#gpu.read(staging, bytes)
      return this.#flippedParameters[index] === true ? transposed(values, columns, rows) : values
    })
  }

  async train(plan: BatchPlan): Promise<Measured> {
    const data = requireBound(this.#data)
    requireTraining(this.#program, plan, this.#replicas, data)
    this.#requireOpen()
    return this.#inTurn(() => this.#train(plan, data))
  }

  async #train(plan: BatchPlan, data: BoundData): Promise<Measured> {
    const { batchSize, batches } = plan
    const measureBatch = plan.measureBatch !== null && plan.measureBatch < batches ? plan.measureBatch : null
    const planes = await this.#upload(data)
    const plain = await this.#prepare('training', batchSize)
    const measured = measureBatch === null ? plain : await this.#prepare('measured training', batchSize)
    const readyFor = (batch: number): Ready => (batch === measureBatch ? measured : plain)
    await this.#reserve(Math.max(plain.steps.place.stride, measured.steps.place.stride), this.#replicas)
    await this.#memory.holding('scalars', Float32Array.from(plan.scalars), USAGE.storage, 'Rates')
    await this.#memory.holding('samples', Uint32Array.from(plan.samples), USAGE.storage, 'Indices')
    await this.#runner.frames(
      Array.from({ length: Math.max(batches, 1) }, (_, batch) => ({
        batch,
        batches,
        first: batch * batchSize,
        between: batches * batchSize,
        firstReplica: 0,
        stride: readyFor(batch).steps.place.stride,
        data: planes.train,
      })),
    )
    const { measured: taken } = measured.steps.place
    const measuredLength = measureBatch === null ? 0 : taken.reduce((sum, { length }) => sum + length, 0)
    const replicaLength = measuredLength + FINITE_GROUPS
    const staging = await this.#staging(this.#replicas * replicaLength * 4)

    let running: Promise<void> | null = null
    let began = performance.now()
    for (let from = 0; from < batches;) {
      const to = Math.min(batches, from + this.#batchesAtATime)
      const encoder = this.#gpu.device.createCommandEncoder()
      let pass = encoder.beginComputePass()
      for (let batch = from; batch < to; batch++) {
        this.#dispatches = this.#runner.encode(pass, readyFor(batch), 'train', batch, this.#replicas)
        if (batch !== measureBatch) continue
        pass.end()
        for (let replica = 0; replica < this.#replicas; replica++) {
          let at = replica * replicaLength + FINITE_GROUPS
          for (const { offset, length } of taken) {
            const begin = replica * measured.steps.place.stride + offset
            encoder.copyBufferToBuffer(this.#memory.get('values'), begin * 4, staging, at * 4, length * 4)
            at += length
          }
        }
        pass = encoder.beginComputePass()
      }
      pass.end()
      this.#gpu.device.queue.submit([encoder.finish()])
      // The device works on one submission while the next is written.
      if (running !== null) await this.#answered(running)
      running = this.#gpu.done()
      running.catch(() => undefined)
      const now = performance.now()
      if (from > 0) this.#batchesAtATime = fitting(this.#batchesAtATime, now - began)
      began = now
      from = to
    }

    const encoder = this.#gpu.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    this.#runner.encodeFinite(pass, plain, 'train', 0, this.#replicas)
    pass.end()
    for (let replica = 0; replica < this.#replicas; replica++)
      encoder.copyBufferToBuffer(
        this.#memory.get('values'),
        replica * readyFor(0).steps.place.stride * 4,
        staging,
        replica * replicaLength * 4,
        FINITE_GROUPS * 4,
      )
    this.#gpu.device.queue.submit([encoder.finish()])
    const values = await this.#answered(this.#gpu.read(staging, this.#replicas * replicaLength * 4))

    const measurements: ReadonlyMap<string, Numbers>[] = []
    const broken: number[] = []
    for (let replica = 0; replica < this.#replicas; replica++) {
      const own = values.subarray(replica * replicaLength, (replica + 1) * replicaLength)
      if (own.subarray(0, FINITE_GROUPS).some((seen) => seen !== 0)) broken.push(replica)
      measurements.push(measureBatch === null ? new Map() : named(taken, own.subarray(FINITE_GROUPS)))
    }
    return { measurements, broken }
  }

  async evaluate(plan: EvaluationPlan): Promise<readonly Counts[]> {
    const data = requireBound(this.#data)
    requireEvaluation(this.#program, plan, this.#replicas, data)
    this.#requireOpen()
    const samples = plan.samples ?? Uint32Array.from({ length: data[plan.split].count }, (_, index) => index)
    const classes = classesOf(this.#program)
    let counts: readonly Counts[] = Array.from({ length: this.#replicas }, () =>
      countScores(plan, data[plan.split], new Uint32Array(0), classes, new Float32Array(0)),
    )
    return this.#inTurn(async () => {
      await this.#score(data, { ...plan, samples, replicas: this.#replicas, first: 0 }, (indices, scores) => {
        counts = counts.map((sum, replica) =>
          added(sum, countScores(plan, data[plan.split], indices, classes, scores[replica] as Float32Array)),
        )
      })
      return counts
    })
  }

  async predict(plan: {
    readonly split: Split
    readonly samples: Uint32Array
    readonly scalars: Float64Array
    readonly replica: number
  }): Promise<Numbers> {
    const data = requireBound(this.#data)
    requirePrediction(this.#program, plan, this.#replicas, data)
    this.#requireOpen()
    const classes = classesOf(this.#program)
    const all = new Float32Array(plan.samples.length * classes)
    let at = 0
    return this.#inTurn(async () => {
      await this.#score(data, { ...plan, replicas: 1, first: plan.replica }, (_, [scores]) => {
        all.set(scores as Float32Array, at)
        at += scores?.length ?? 0
      })
      return all
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#memory.destroy()
    this.#ready.clear()
    this.#data = null
    this.#giveBack()
  }

  /** Hands over the scores of consecutive samples, for each replica, as they come. */
  async #score(
    data: BoundData,
    request: {
      readonly split: Split
      readonly samples: Uint32Array
      readonly scalars: Float64Array
      readonly replicas: number
      readonly first: number
    },
    take: (indices: Uint32Array, scores: readonly Float32Array[]) => void,
  ): Promise<void> {
    const { split, samples, replicas } = request
    const planes = await this.#upload(data)
    const classes = classesOf(this.#program)
    const { scores } = this.#lowered.prediction
    await this.#memory.holding('scalars', Float32Array.from(request.scalars), USAGE.storage, 'Rates')
    for (let from = 0; from < samples.length;) {
      const rows = this.#rowsFor(samples.length - from, replicas)
      const indices = samples.subarray(from, from + rows)
      const ready = await this.#prepare('prediction', rows)
      const { place } = ready.steps
      await this.#reserve(place.stride, replicas)
      // Filled up with sample 0, whose scores nobody looks at.
      const filled = new Uint32Array(rows)
      filled.set(indices)
      await this.#memory.holding('samples', filled, USAGE.storage, 'Indices')
      await this.#runner.frames([
        {
          batch: 0,
          batches: 1,
          first: 0,
          between: 0,
          firstReplica: request.first,
          stride: place.stride,
          data: planes[split],
        },
      ])
      const entries = rows * classes
      const staging = await this.#staging(replicas * entries * 4)
      const began = performance.now()
      const encoder = this.#gpu.device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      this.#runner.encode(pass, ready, split, 0, replicas)
      pass.end()
      for (let replica = 0; replica < replicas; replica++)
        encoder.copyBufferToBuffer(
          this.#memory.get('values'),
          (replica * place.stride + place.offset(scores)) * 4,
          staging,
          replica * entries * 4,
          entries * 4,
        )
      this.#gpu.device.queue.submit([encoder.finish()])
      const values = await this.#answered(this.#gpu.read(staging, replicas * entries * 4))
      const elapsed = performance.now() - began
      if (rows === this.#rows && elapsed < SUBMISSION_MS / 4) this.#rows = Math.min(ROWS[0], rows * 4)
      else if (rows === this.#rows && elapsed > SUBMISSION_MS * 4) this.#rows = Math.max(64, rows / 4)
      take(
        indices,
        Array.from({ length: replicas }, (_, replica) =>
          values.subarray(replica * entries, replica * entries + indices.length * classes),
        ),
      )
      from += rows
    }
  }

  /** As many as settle at a time: of the sizes in `ROWS` the largest that is not more than is left, quick enough, and fits. */
  #rowsFor(left: number, replicas: number): number {
    const { prediction } = this.#lowered
    const fits = (rows: number): boolean =>
      placeValues(prediction.buffers, [], this.#parameters.offsets, rows).stride * replicas * 4 <= EVALUATION_BYTES
    return ROWS.find((rows) => rows <= left && rows <= this.#rows && fits(rows)) ?? 16
  }

  async #prepare(kind: Kind, batch: number): Promise<Ready> {
    const key = `${kind} ${batch}`
    const known = this.#ready.get(key)
    if (known !== undefined) {
      // Last in the order of use.
      this.#ready.delete(key)
      this.#ready.set(key, known)
      return known
    }
    const measurements = kind === 'measured training' ? this.#program.measurements : []
    const size = { batch, replicas: this.#replicas }
    const steps = stepsOf(this.#lowered[kind], measurements, this.#parameters.offsets, size, this.#way)
    const ready = await this.#answered(this.#runner.prepare(steps))
    this.#ready.set(key, ready)
    const [oldest] = this.#ready
    if (this.#ready.size > MOST_READY && oldest !== undefined) {
      this.#ready.delete(oldest[0])
      this.#runner.forget(oldest[1])
    }
    return ready
  }

  async #upload(data: BoundData): Promise<Readonly<Record<Split, readonly [number, number]>>> {
    if (this.#planes !== null) return this.#planes
    const planes: Record<Split, readonly [number, number]> = { train: [0, 0], test: [0, 0] }
    for (const split of ['train', 'test'] as const) {
      const { pixels, labels, data: plane } = deviceSamples(data[split])
      await this.#memory.holding(`${split} pixels`, pixels, USAGE.storage, 'Samples')
      await this.#memory.holding(`${split} labels`, labels, USAGE.storage, 'Labels')
      planes[split] = plane
    }
    this.#planes = planes
    return planes
  }

  async #reserve(stride: number, replicas: number): Promise<void> {
    await this.#memory.atLeast('values', stride * replicas * 4, USAGE.storage | USAGE.copySource, 'Values')
  }

  async #staging(bytes: number): Promise<GPUBuffer> {
    return this.#memory.atLeast('staging', bytes, USAGE.mapRead | USAGE.copyTarget, 'Results')
  }

  #parameterAt(index: number, replica: number): number {
    return (replica * this.#parameters.stride + (this.#parameters.offsets[index] as number)) * 4
  }

  #requireOpen(): void {
    if (this.#closed) throw new EngineProblem('The session is closed; open another.')
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => {
      this.#requireOpen()
      return work()
    })
    this.#last = mine.catch(() => undefined)
    return mine
  }

  /** What the device answered, unless the session was closed meanwhile. */
  async #answered<T>(wanted: Promise<T>): Promise<T> {
    const closed = (): EngineProblem =>
      new EngineProblem('The session was closed while it computed; its last batches are not to be used.')
    let answer: T
    try {
      answer = await wanted
    } catch (error) {
      throw this.#closed ? closed() : error
    }
    if (this.#closed) throw closed()
    return answer
  }
}

/** How many batches to submit at a time, after so many took so long. */
function fitting(batches: number, elapsedMs: number): number {
  if (elapsedMs < SUBMISSION_MS / 2) return Math.min(1024, batches * 2)
  return elapsedMs > SUBMISSION_MS * 2 ? Math.max(1, Math.floor(batches / 2)) : batches
}

/** The values of what was taken, which lie one after the other. */
function named(
  taken: readonly { readonly name: string; readonly length: number }[],
  values: Float32Array,
): Map<string, Numbers> {
  let at = 0
  return namedValues(taken.map(({ name, length }) => [name, values.slice(at, (at += length))]))
}
