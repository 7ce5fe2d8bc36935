/** Scores samples, as many at a time as the device is quick with. */
import { classesOf } from '../batch.ts'
import type { BoundData, Split } from '../engine.ts'
import type { DeviceProgram } from './device-program.ts'
import { USAGE } from './gpu.ts'
import { placeValues } from './placement.ts'
import { SUBMISSION_MS } from './submission.ts'

/** How many samples may be evaluated at a time; the rest is padded to the smallest. */
const ROWS = [4096, 1024, 256, 64, 16] as const
/** Bytes of values that an evaluation may take. */
const EVALUATION_BYTES = 2 ** 28

interface ScoreRequest {
  readonly split: Split
  readonly samples: Uint32Array
  readonly scalars: Float64Array
  /** How many replicas, from `first` on. */
  readonly replicas: number
  readonly first: number
}

export class Evaluator {
  readonly #on: DeviceProgram
  #rows = 256

  constructor(on: DeviceProgram) {
    this.#on = on
  }

  /** Hands over the scores of consecutive samples, per replica, as they come. */
  async score(
    data: BoundData,
    { split, samples, scalars, replicas, first }: ScoreRequest,
    take: (indices: Uint32Array, scores: readonly Float32Array[]) => void,
  ): Promise<void> {
    const { gpu, memory, runner, program } = this.#on
    const planes = await this.#on.upload(data)
    const classes = classesOf(program)
    const { scores } = this.#on.lowered.prediction
    await memory.holding('scalars', Float32Array.from(scalars), USAGE.storage, 'Rates')
    for (let from = 0; from < samples.length;) {
      const rows = this.#rowsFor(samples.length - from, replicas)
      const indices = samples.subarray(from, from + rows)
      const ready = await this.#on.prepare('prediction', rows)
      const { place } = ready.steps
      await this.#on.reserveValues(place.stride, replicas)
      // Padded with sample 0, whose scores are ignored.
      const filled = new Uint32Array(rows)
      filled.set(indices)
      await memory.holding('samples', filled, USAGE.storage, 'Indices')
      const frame = { batch: 0, batches: 1, first: 0, between: 0, firstReplica: first, stride: place.stride }
      await runner.frames([{ ...frame, data: planes[split] }])
      const entries = rows * classes
      const watched = ready.steps.exchangeWords > 0 ? 1 : 0
      const staging = await this.#on.staging((replicas * entries + watched) * 4)
      const began = performance.now()
      const encoder = gpu.device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      runner.encode(pass, ready, split, 0, replicas)
      pass.end()
      for (let replica = 0; replica < replicas; replica++)
        encoder.copyBufferToBuffer(
          memory.get('values'),
          (replica * place.stride + place.offset(scores)) * 4,
          staging,
          replica * entries * 4,
          entries * 4,
        )
      if (watched > 0) encoder.copyBufferToBuffer(memory.get(ready.exchange), 0, staging, replicas * entries * 4, 4)
      gpu.device.queue.submit([encoder.finish()])
      const values = await this.#on.whileOpen(gpu.read(staging, (replicas * entries + watched) * 4))
      if (watched > 0 && values[replicas * entries] !== 0) {
        await this.#on.teamsFailed()
        continue
      }
      this.#adapt(rows, performance.now() - began)
      take(
        indices,
        Array.from({ length: replicas }, (_, replica) =>
          values.subarray(replica * entries, replica * entries + indices.length * classes),
        ),
      )
      from += rows
    }
  }

  /** Of the sizes in `ROWS` the largest that is not more than is left, quick enough, and fits. */
  #rowsFor(left: number, replicas: number): number {
    const { lowered, parameters } = this.#on
    const fits = (rows: number): boolean =>
      placeValues(lowered.prediction.buffers, [], parameters.offsets, rows).stride * replicas * 4 <= EVALUATION_BYTES
    return ROWS.find((rows) => rows <= left && rows <= this.#rows && fits(rows)) ?? 16
  }

  #adapt(rows: number, elapsedMs: number): void {
    if (rows !== this.#rows) return
    if (elapsedMs < SUBMISSION_MS / 4) this.#rows = Math.min(ROWS[0], rows * 4)
    else if (elapsedMs > SUBMISSION_MS * 4) this.#rows = Math.max(64, rows / 4)
  }
}
