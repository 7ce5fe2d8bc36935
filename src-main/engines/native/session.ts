/** A session in the addon: every replica's parameters and the data lie there, and whole chunks of batches run there. */
import type { Program } from '../../program/program.ts'
import type { Samples } from '../../program/samples.ts'
import { classesOf, countScores, gatherPixels, namedValues } from '../batch.ts'
import type { BatchPlan, BoundData, Counts, Measured, Numbers, PredictionPlan, Split } from '../engine.ts'
import { lower } from '../lowering/lower.ts'
import type { CheckedEvaluation, UncheckedSession } from '../unchecked-session.ts'
import type { Addon, NativeHandle, NativeSamples } from './addon.ts'

const SPLITS: Readonly<Record<Split, 0 | 1>> = { train: 0, test: 1 }

export interface NativeSessionOptions {
  readonly replicas: number
  readonly threads: number
  /** Instruction set. */
  readonly set: string
}

export class NativeSession implements UncheckedSession {
  readonly device: string
  readonly #program: Program
  readonly #replicas: number
  readonly #handle: NativeHandle
  #closed = false

  constructor(addon: Addon, device: string, program: Program, { replicas, threads, set }: NativeSessionOptions) {
    this.device = device
    this.#program = program
    this.#replicas = replicas
    const { transposedParameters, training, prediction } = lower(program)
    this.#handle = new addon.Session({
      set,
      training,
      prediction,
      parameters: program.parameters.map(({ shape: [rows, columns] }, index) => ({
        rows,
        columns,
        transposed: transposedParameters[index] === true,
      })),
      measurements: program.measurements.map(({ shape: [rows, columns], iterations }) => ({
        batch: rows === 'batch',
        rows: rows === 'batch' ? 0 : rows,
        columns,
        iterations,
      })),
      classes: classesOf(program),
      scalarCount: program.scalarCount,
      replicas,
      threads,
    })
  }

  bind(data: BoundData): void {
    for (const split of ['train', 'test'] as const) this.#handle.bind(SPLITS[split], nativeSamples(data[split]))
  }

  write(parameter: number, replica: number, values: Numbers): void {
    this.#handle.write(parameter, replica, Float32Array.from(values))
  }

  async read(parameter: number, replica: number): Promise<Numbers> {
    return this.#handle.read(parameter, replica)
  }

  async train({ batchSize, batches, samples, scalars, measureBatch }: BatchPlan): Promise<Measured> {
    const { measurements, broken } = await this.#handle.train({
      batchSize,
      batches,
      samples,
      scalars,
      measureBatch: measureBatch ?? -1,
    })
    return {
      measurements: measurements.map((values) =>
        namedValues(values.map((now, index) => [this.#program.measurements[index]?.name ?? '', now])),
      ),
      broken,
    }
  }

  async evaluate(plan: CheckedEvaluation, data: BoundData): Promise<readonly Counts[]> {
    const { split, samples } = plan
    const { scalarCount } = this.#program
    const counts: Counts[] = []
    // The handle of a closed session is empty.
    for (let replica = 0; replica < this.#replicas && !this.#closed; replica++) {
      const scalars = plan.scalars.slice(replica * scalarCount, (replica + 1) * scalarCount)
      const scores = await this.#handle.score({ split: SPLITS[split], replica, samples, scalars })
      counts.push(countScores(plan, data[split], samples, classesOf(this.#program), scores))
    }
    return counts
  }

  async predict({ split, replica, samples, scalars }: PredictionPlan): Promise<Numbers> {
    return this.#handle.score({ split: SPLITS[split], replica, samples, scalars })
  }

  close(): void {
    this.#closed = true
    this.#handle.close()
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
