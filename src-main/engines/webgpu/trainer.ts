/** Trains the batches of a plan: many in a submission, and the next submission written while the device computes the last. */
import { counts, namedValues } from '../batch.ts'
import type { BatchPlan, BoundData, Measured, Numbers } from '../engine.ts'
import type { DeviceProgram } from './device-program.ts'
import { FINITE_GROUPS } from './finite.ts'
import { USAGE } from './gpu.ts'
import type { Ready } from './runner.ts'
import { SUBMISSION_MS } from './submission.ts'

export class Trainer {
  readonly #on: DeviceProgram
  #batchesAtATime = 1
  #dispatches: number | null = null

  constructor(on: DeviceProgram) {
    this.#on = on
  }

  /** Of a training batch, in the last plan; null before the first. */
  get dispatchesPerBatch(): number | null {
    return this.#dispatches
  }

  async train(plan: BatchPlan, data: BoundData): Promise<Measured> {
    for (;;) {
      const measured = await this.#attempt(plan, data)
      if (measured !== null) return measured
      await this.#on.teamsFailed()
    }
  }

  /** Null where a team lost a member: parameters are then as they were before. */
  async #attempt(plan: BatchPlan, data: BoundData): Promise<Measured | null> {
    const { memory, runner, replicas } = this.#on
    const { batchSize, batches, measureBatch } = plan
    const planes = await this.#on.upload(data)
    const plain = await this.#on.prepare('training', batchSize)
    const measured = measureBatch === null ? plain : await this.#on.prepare('measured training', batchSize)
    const readyFor = (batch: number): Ready => (batch === measureBatch ? measured : plain)
    await this.#on.reserveValues(Math.max(plain.steps.place.stride, measured.steps.place.stride), replicas)
    await memory.holding('scalars', Float32Array.from(plan.scalars), USAGE.storage, 'Rates')
    await memory.holding('samples', Uint32Array.from(plan.samples), USAGE.storage, 'Indices')
    await runner.frames(
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
    // Per replica: which workgroups found a number that is not finite, the hits, then the measurements.
    const replicaLength = FINITE_GROUPS + 1 + measuredLength
    // Then whether a team lost a member.
    const teams = new Set([plain, measured].filter(({ steps }) => steps.exchangeWords > 0))
    const staging = await this.#on.staging((replicas * replicaLength + teams.size) * 4)
    const stage = (encoder: GPUCommandEncoder, from: number, to: number, length: number): void =>
      encoder.copyBufferToBuffer(memory.get('values'), from * 4, staging, to * 4, length * 4)

    const parameters = memory.get('parameters')
    for (let replica = 0; replica < replicas; replica++)
      this.#on.gpu.device.queue.writeBuffer(parameters, this.#on.hitsAt(replica), new Float32Array(1))
    if (teams.size > 0) await this.#on.keepParameters()
    await this.#submit(batches, (encoder, from, to) => {
      let pass = encoder.beginComputePass()
      for (let batch = from; batch < to; batch++) {
        this.#dispatches = runner.encode(pass, readyFor(batch), 'train', batch, replicas)
        if (batch !== measureBatch) continue
        pass.end()
        for (let replica = 0; replica < replicas; replica++) {
          let at = replica * replicaLength + FINITE_GROUPS + 1
          for (const { offset, length } of taken) {
            stage(encoder, replica * measured.steps.place.stride + offset, at, length)
            at += length
          }
        }
        pass = encoder.beginComputePass()
      }
      pass.end()
    })

    const encoder = this.#on.gpu.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    runner.encodeFinite(pass, plain, 'train', 0, replicas)
    pass.end()
    for (let replica = 0; replica < replicas; replica++) {
      const to = replica * replicaLength
      stage(encoder, replica * readyFor(0).steps.place.stride, to, FINITE_GROUPS)
      encoder.copyBufferToBuffer(parameters, this.#on.hitsAt(replica), staging, (to + FINITE_GROUPS) * 4, 4)
    }
    const flags = [...teams].map((ready, index) => {
      const at = replicas * replicaLength + index
      encoder.copyBufferToBuffer(memory.get(ready.exchange), 0, staging, at * 4, 4)
      return at
    })
    this.#on.gpu.device.queue.submit([encoder.finish()])
    const values = await this.#on.whileOpen(this.#on.gpu.read(staging, (replicas * replicaLength + flags.length) * 4))
    if (flags.some((at) => values[at] !== 0)) {
      this.#on.restoreParameters()
      return null
    }

    const measurements: ReadonlyMap<string, Numbers>[] = []
    const broken: number[] = []
    const hits: number[] = []
    for (let replica = 0; replica < replicas; replica++) {
      const own = values.subarray(replica * replicaLength, (replica + 1) * replicaLength)
      if (own.subarray(0, FINITE_GROUPS).some((seen) => seen !== 0)) broken.push(replica)
      measurements.push(measureBatch === null ? new Map() : named(taken, own.subarray(FINITE_GROUPS + 1)))
      hits.push(own[FINITE_GROUPS] as number)
    }
    return { measurements, broken, hits: counts(this.#on.program) ? hits : null }
  }

  /** Encodes and submits all batches, as many at a time as take `SUBMISSION_MS`; the last submission may still run. */
  async #submit(
    batches: number,
    encode: (encoder: GPUCommandEncoder, from: number, to: number) => void,
  ): Promise<void> {
    const { gpu } = this.#on
    let running: Promise<void> | null = null
    let began = performance.now()
    for (let from = 0; from < batches;) {
      const to = Math.min(batches, from + this.#batchesAtATime)
      const encoder = gpu.device.createCommandEncoder()
      encode(encoder, from, to)
      gpu.device.queue.submit([encoder.finish()])
      if (running !== null) await this.#on.whileOpen(running)
      running = gpu.done()
      running.catch(() => undefined)
      const now = performance.now()
      if (from > 0) this.#batchesAtATime = fitting(this.#batchesAtATime, now - began)
      began = now
      from = to
    }
  }
}

/** How many batches to submit at a time, after `batches` took `elapsedMs`. */
function fitting(batches: number, elapsedMs: number): number {
  if (elapsedMs < SUBMISSION_MS / 2) return Math.min(1024, batches * 2)
  return elapsedMs > SUBMISSION_MS * 2 ? Math.max(1, Math.floor(batches / 2)) : batches
}

/** The values of measurements that are stored one after another. */
function named(
  taken: readonly { readonly name: string; readonly length: number }[],
  values: Float32Array,
): Map<string, Numbers> {
  let at = 0
  return namedValues(taken.map(({ name, length }) => [name, values.slice(at, (at += length))]))
}
