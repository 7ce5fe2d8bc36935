/**
 * Times compute passes by the device's own clock. WebGPU notes the time where a pass begins and ends and nowhere in between,
 * so what shall be timed apart is a pass of its own.
 */
import { USAGE, type Gpu } from './gpu.ts'

/** As many as a set of queries may hold two times of. */
export const MOST_PASSES = 2048

export class PassClock {
  readonly #gpu: Gpu
  readonly #times: GPUQuerySet
  readonly #resolved: GPUBuffer
  readonly #staging: GPUBuffer

  static async open(gpu: Gpu): Promise<PassClock> {
    const bytes = MOST_PASSES * 16
    const resolved = await gpu.buffer(bytes, USAGE.queryResolve | USAGE.copySource, 'Times')
    return new PassClock(gpu, resolved, await gpu.buffer(bytes, USAGE.mapRead | USAGE.copyTarget, 'Times'))
  }

  private constructor(gpu: Gpu, resolved: GPUBuffer, staging: GPUBuffer) {
    this.#gpu = gpu
    this.#times = gpu.device.createQuerySet({ type: 'timestamp', count: 2 * MOST_PASSES })
    this.#resolved = resolved
    this.#staging = staging
  }

  /** Submits timed passes, `MOST_PASSES` at most. @returns the milliseconds of each */
  async time(passes: readonly ((pass: GPUComputePassEncoder) => void)[]): Promise<number[]> {
    const { device } = this.#gpu
    const encoder = device.createCommandEncoder()
    passes.forEach((encode, index) => {
      const timestampWrites = {
        querySet: this.#times,
        beginningOfPassWriteIndex: 2 * index,
        endOfPassWriteIndex: 2 * index + 1,
      }
      const pass = encoder.beginComputePass({ timestampWrites })
      encode(pass)
      pass.end()
    })
    const bytes = passes.length * 16
    encoder.resolveQuerySet(this.#times, 0, 2 * passes.length, this.#resolved, 0)
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, bytes)
    device.queue.submit([encoder.finish()])
    const nanoseconds = new BigUint64Array((await this.#gpu.read(this.#staging, bytes)).buffer)
    return passes.map((_, index) => Number((nanoseconds[2 * index + 1] ?? 0n) - (nanoseconds[2 * index] ?? 0n)) / 1e6)
  }

  close(): void {
    this.#times.destroy()
    this.#resolved.destroy()
    this.#staging.destroy()
  }
}
