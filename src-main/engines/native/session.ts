/** A session in the addon: it holds every replica's parameters and the data, and runs whole chunks of batches. */
import type { Program } from '../../program/program.ts'
import type { Samples } from '../../program/samples.ts'
import { byteValues, classesOf, counts, countScores, namedValues, scaledPixels } from '../batch.ts'
import type { BatchPlan, BoundData, Counts, Measured, Numbers, PredictionPlan, Split } from '../engine.ts'
import { lower } from '../lowering/lower.ts'
import type { CheckedEvaluation, UncheckedSession } from '../unchecked-session.ts'
import type { Addon, NativeHandle, NativeSamples } from './addon.ts'

const SPLITS: Readonly<Record<Split, 0 | 1>> = { train: 0, test: 1 }

interface NativeSessionOptions {
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
    const { measurements, broken, hits } = await this.#handle.train({
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
      hits: counts(this.#program) ? hits : null,
    }
  }

  async evaluate(plan: CheckedEvaluation, data: BoundData): Promise<readonly Counts[]> {
    const { split, samples } = plan
    const { scalarCount } = this.#program
    const counted: Counts[] = []
    // The handle of a closed session is empty.
    for (let replica = 0; replica < this.#replicas && !this.#closed; replica++) {
      const scalars = plan.scalars.slice(replica * scalarCount, (replica + 1) * scalarCount)
      const scores = await this.#handle.score({ split: SPLITS[split], replica, samples, scalars })
      counted.push(countScores(plan, data[split], samples, classesOf(this.#program), scores))
    }
    return counted
  }

  async predict({ split, replica, samples, scalars }: PredictionPlan): Promise<Numbers> {
    return this.#handle.score({ split: SPLITS[split], replica, samples, scalars })
  }

  close(): void {
    this.#closed = true
    this.#handle.close()
  }
}

/** Bytes where the samples have them, else numbers. */
function nativeSamples(samples: Samples): NativeSamples {
  const { count, features, pixels } = samples
  const rest = { count, features, labels: Uint16Array.from(samples.labels), values: byteValues(samples) }
  return pixels instanceof Uint8Array
    ? { ...rest, pixels, scaled: new Float32Array(0) }
    : { ...rest, pixels: new Uint8Array(0), scaled: scaledPixels(samples) }
}
