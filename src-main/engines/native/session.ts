/** A session in the addon: every replica's parameters and the data lie there, and whole chunks of batches run there. */
import type { Samples } from '../../program/samples.ts'
import type { Program } from '../../program/program.ts'
import { countScores, gatherPixels, namedValues } from '../batch.ts'
import {
  EngineProblem,
  type BatchPlan,
  type Counts,
  type EvaluationPlan,
  type Measured,
  type Numbers,
  type Session,
  type SessionOptions,
  type Split,
} from '../engine.ts'
import { lower } from '../lowering/lower.ts'
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
import type { Addon, NativeHandle, NativeSamples } from './addon.ts'

const SPLITS: Readonly<Record<Split, 0 | 1>> = { train: 0, test: 1 }

export class NativeSession implements Session {
  readonly engine = 'native'
  readonly device: string
  readonly #program: Program
  readonly #replicas: number
  #handle: NativeHandle | null
  #data: BoundData | null = null

  constructor(
    addon: Addon,
    device: string,
    program: Program,
    options: SessionOptions & { threads: number; set: string },
  ) {
    this.device = device
    this.#program = program
    this.#replicas = options.replicas
    const { flippedParameters, training, prediction } = lower(program)
    this.#handle = new addon.Session({
      set: options.set,
      training,
      prediction,
      parameters: program.parameters.map(({ shape: [rows, columns] }, index) => ({
        rows,
        columns,
        flipped: flippedParameters[index] === true,
      })),
      measurements: program.measurements.map(({ shape: [rows, columns], iterations }) => ({
        batch: rows === 'batch',
        rows: rows === 'batch' ? 0 : rows,
        columns,
        iterations,
      })),
      widths: program.widths,
      scalarCount: program.scalarCount,
      replicas: options.replicas,
      threads: options.threads,
    })
  }

  bind(data: BoundData): void {
    requireFit(this.#program, data)
    const handle = this.#open()
    for (const split of ['train', 'test'] as const) handle.bind(SPLITS[split], nativeSamples(data[split]))
    this.#data = data
  }

  write(parameter: string, replica: number, values: Numbers): void {
    const { index, declaration } = requireParameter(this.#program, parameter, replica, this.#replicas)
    requireEntries(declaration, values)
    this.#open().write(index, replica, Float32Array.from(values))
  }

  async read(parameter: string, replica: number): Promise<Numbers> {
    const { index } = requireParameter(this.#program, parameter, replica, this.#replicas)
    return this.#open().read(index, replica)
  }

  async train(plan: BatchPlan): Promise<Measured> {
    requireTraining(this.#program, plan, this.#replicas, requireBound(this.#data))
    const { batchSize, batches, samples, scalars, measureBatch } = plan
    const { measurements, broken, stopped } = await this.#open().train({
      batchSize,
      batches,
      samples,
      scalars,
      measureBatch: measureBatch !== null && measureBatch < batches ? measureBatch : -1,
    })
    if (stopped)
      throw new EngineProblem('The session was closed while it trained; its last batches are not to be used.')
    return {
      measurements: measurements.map((values) =>
        namedValues(values.map((now, index) => [this.#program.measurements[index]?.name ?? '', now])),
      ),
      broken,
    }
  }

  async evaluate(plan: EvaluationPlan): Promise<readonly Counts[]> {
    const data = requireBound(this.#data)
    requireEvaluation(this.#program, plan, this.#replicas, data)
    const samples = plan.samples ?? Uint32Array.from({ length: data[plan.split].count }, (_, index) => index)
    const { scalarCount } = this.#program
    const counts: Counts[] = []
    for (let replica = 0; replica < this.#replicas; replica++) {
      const scalars = plan.scalars.slice(replica * scalarCount, (replica + 1) * scalarCount)
      const scores = await this.#open().score({ split: SPLITS[plan.split], replica, samples, scalars })
      counts.push(countScores(plan, data[plan.split], samples, classesOf(this.#program), scores))
    }
    return counts
  }

  async predict(plan: {
    readonly split: Split
    readonly samples: Uint32Array
    readonly scalars: Float64Array
    readonly replica: number
  }): Promise<Numbers> {
    requirePrediction(this.#program, plan, this.#replicas, requireBound(this.#data))
    const { split, replica, samples, scalars } = plan
    return this.#open().score({ split: SPLITS[split], replica, samples, scalars })
  }

  close(): void {
    this.#handle?.close()
    this.#handle = null
    this.#data = null
  }

  #open(): NativeHandle {
    if (this.#handle === null) throw new EngineProblem('The session is closed; open another.')
    return this.#handle
  }
}

/** Bytes with what each stands for in each channel, rounded once; numbers scaled here. */
function nativeSamples(samples: Samples): NativeSamples {
  const { count, features, pixels, scaling } = samples
  const labels = Uint16Array.from(samples.labels)
  const values = new Float32Array(scaling.scale.length * 256)
  for (let channel = 0; channel < scaling.scale.length; channel++)
    for (let byte = 0; byte < 256; byte++)
      values[channel * 256 + byte] = byte * (scaling.scale[channel] as number) + (scaling.offset[channel] as number)
  if (pixels instanceof Uint8Array) return { count, features, pixels, scaled: new Float32Array(0), labels, values }
  const scaled = new Float32Array(count * features)
  gatherPixels(
    samples,
    Uint32Array.from({ length: count }, (_, index) => index),
    scaled,
  )
  return { count, features, pixels: new Uint8Array(0), scaled, labels, values }
}
