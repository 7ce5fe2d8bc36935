/** The device's buffers of one session. Those that hold a plan grow as plans do; all go when the session closes. */
import { USAGE, type Gpu } from './gpu.ts'

export class DeviceMemory {
  readonly #gpu: Gpu
  readonly #buffers = new Map<string, GPUBuffer>()
  /** Changes whenever a buffer was replaced: bind groups created before are then stale. */
  generation = 0

  constructor(gpu: Gpu) {
    this.#gpu = gpu
  }

  get(name: string): GPUBuffer {
    const buffer = this.#buffers.get(name)
    if (buffer === undefined) throw new Error(`there is no buffer ${name}`)
    return buffer
  }

  /** The buffer of that name with room for at least `bytes`; what it held is lost where it had to grow. */
  async atLeast(name: string, bytes: number, usage: number, what: string): Promise<GPUBuffer> {
    const known = this.#buffers.get(name)
    if (known !== undefined && known.size >= bytes) return known
    // Before the new one is allocated: the two together may not fit.
    known?.destroy()
    this.#buffers.delete(name)
    this.generation++
    const buffer = await this.#gpu.buffer(bytes, usage, what)
    this.#buffers.set(name, buffer)
    return buffer
  }

  /** As `atLeast`, holding these words. */
  async holding(
    name: string,
    words: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
    usage: number,
    what: string,
  ): Promise<GPUBuffer> {
    const buffer = await this.atLeast(name, words.byteLength, usage | USAGE.copyTarget, what)
    if (words.byteLength > 0) this.#gpu.device.queue.writeBuffer(buffer, 0, words)
    return buffer
  }

  drop(name: string): void {
    this.#buffers.get(name)?.destroy()
    this.#buffers.delete(name)
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy()
    this.#buffers.clear()
  }
}
