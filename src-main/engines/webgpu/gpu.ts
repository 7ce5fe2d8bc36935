/**
 * An open device, shared by the sessions of a process: its buffers, its pipelines (by their text), and its failures put into
 * sentences. Destroyed when the last session closes, since Dawn keeps a process alive as long as it has a device.
 */
import { EngineProblem } from '../engine.ts'
import { labelOf, requestAdapter, type Adapter } from './dawn.ts'

/** WebGPU's bit flags: importing Dawn's types alone does not load the module that defines them. */
export const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const

const CURE = 'Train fewer seeds at a time or a smaller network, or use --engine native.'

/** How long a device may work on what it was given before it counts as hung. */
const PATIENCE_SECONDS = 120

export class Gpu {
  readonly label: string
  /** Computes on the processor. */
  readonly software: boolean
  readonly device: GPUDevice
  readonly layout: GPUBindGroupLayout
  readonly limits: GPUSupportedLimits
  readonly #pipelineLayout: GPUPipelineLayout
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>()
  readonly #lost: Promise<never>
  /** What the device complained of outside of any scope. */
  #complaint: string | null = null
  #isLost = false
  /** Dawn's objects do not hold on to it themselves: without it their memory would be gone. */
  readonly instance: GPU

  static async open(adapter: Adapter): Promise<Gpu> {
    const { instance, adapter: found } = await requestAdapter(adapter)
    const { limits } = found
    const device = await found.requestDevice({
      requiredLimits: {
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxBufferSize: limits.maxBufferSize,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
        maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      },
    })
    return new Gpu(instance, device, adapter)
  }

  private constructor(instance: GPU, device: GPUDevice, adapter: Adapter) {
    this.instance = instance
    this.device = device
    this.label = labelOf(adapter)
    this.software = adapter.software
    this.limits = device.limits
    this.layout = device.createBindGroupLayout({
      entries: [
        ...[0, 1, 2].map((binding) => entry(binding, 'uniform', true)),
        ...[3, 4].map((binding) => entry(binding, 'storage', false)),
        ...[5, 6, 7, 8].map((binding) => entry(binding, 'read-only-storage', false)),
        entry(9, 'storage', false),
      ],
    })
    this.#pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.layout] })
    this.#lost = device.lost.then(({ reason, message }) => {
      this.#isLost = true
      throw reason === 'destroyed'
        ? new EngineProblem('The session was closed while it computed; its last batches are not to be used.')
        : new EngineProblem(
            `The graphics device was lost (${firstLine(message)}). Resume the run; if it happens again, update the driver or use --engine native.`,
          )
    })
    // Rejects for whoever waits; without a waiter it is not an unhandled rejection.
    this.#lost.catch(() => undefined)
    device.addEventListener('uncapturederror', (event) => {
      this.#complaint ??= event.error.message
    })
  }

  get isLost(): boolean {
    return this.#isLost
  }

  /** @throws EngineProblem when the device has not so much memory */
  async buffer(bytes: number, usage: number, what: string): Promise<GPUBuffer> {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4)
    const most = usage & USAGE.storage ? this.limits.maxStorageBufferBindingSize : this.limits.maxBufferSize
    if (size > most)
      throw new EngineProblem(
        `${what} need ${megabytes(size)} in one piece, ${this.label} allows ${megabytes(most)}. ${CURE}`,
      )
    this.device.pushErrorScope('out-of-memory')
    const buffer = this.device.createBuffer({ size, usage })
    const error = await this.#orLost(this.device.popErrorScope())
    if (error !== null) {
      buffer.destroy()
      throw new EngineProblem(`${this.label} has no ${megabytes(size)} left for ${what.toLowerCase()}. ${CURE}`)
    }
    return buffer
  }

  /** A pipeline, compiled at its first use on this device. */
  async pipeline(code: string): Promise<GPUComputePipeline> {
    let pipeline = this.#pipelines.get(code)
    if (pipeline === undefined) {
      const module = this.device.createShaderModule({ code })
      module.getCompilationInfo().then(
        ({ messages }) => {
          const [first] = messages.filter(({ type }) => type === 'error')
          if (first !== undefined) this.#complaint ??= `shader line ${first.lineNum}: ${first.message}`
        },
        () => undefined,
      )
      pipeline = this.device.createComputePipelineAsync({
        layout: this.#pipelineLayout,
        compute: { module, entryPoint: 'main' },
      })
      pipeline.catch(() => this.#pipelines.delete(code))
      this.#pipelines.set(code, pipeline)
    }
    try {
      return await this.#orLost(pipeline)
    } catch (error) {
      if (error instanceof EngineProblem) throw error
      throw new EngineProblem(
        `${this.label} does not take a shader (${error instanceof Error ? firstLine(error.message) : String(error)}); use --engine native and report this.`,
      )
    }
  }

  /** Resolves when all that was submitted is done. */
  async done(): Promise<void> {
    await this.#orLost(this.device.queue.onSubmittedWorkDone())
    this.#complain()
  }

  /** A copy of what a mappable buffer holds, once all that was submitted before is done. */
  async read(buffer: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
    if (bytes === 0) return new Float32Array(0)
    await this.#orLost(buffer.mapAsync(1, 0, bytes))
    const values = new Float32Array(buffer.getMappedRange(0, bytes).slice(0))
    buffer.unmap()
    this.#complain()
    return values
  }

  destroy(): void {
    this.#pipelines.clear()
    this.device.destroy()
  }

  #complain(): void {
    const complaint = this.#complaint
    if (complaint === null) return
    this.#complaint = null
    throw new EngineProblem(
      /memory/i.test(complaint)
        ? `${this.label} ran out of memory. ${CURE}`
        : `${this.label} refused a command (${firstLine(complaint)}); use --engine native and report this.`,
    )
  }

  /** What was asked for, or why it will never come. */
  async #orLost<T>(wanted: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const hung = new Promise<never>((_, reject) => {
      let seconds = 0
      // Counted second by second: while the process or the machine sleeps, the device is not expected to answer.
      timer = setInterval(() => {
        if (++seconds < PATIENCE_SECONDS) return
        reject(
          new EngineProblem(
            `${this.label} did not answer for ${seconds} s. Resume the run; if it happens again, use another device or --engine native.`,
          ),
        )
      }, 1000)
    })
    const stop = pollGently()
    try {
      return await Promise.race([wanted, this.#lost, hung])
    } finally {
      stop()
      clearInterval(timer)
    }
  }
}

const asleep = new Int32Array(new SharedArrayBuffer(4))

/**
 * Until it is stopped, lets the process sleep between two questions whether the device is done, for a twentieth of the time
 * waited so far and at most 1 ms. Why, dated 2026-11: Dawn's binding asks in every turn of the event loop, which takes all of a
 * core while the device computes; on two cores a driver that computes on the processor then has little more than one left.
 */
function pollGently(): () => void {
  const began = performance.now()
  let next = setImmediate(function turn() {
    Atomics.wait(asleep, 0, 0, Math.min(1, (performance.now() - began) / 20))
    next = setImmediate(turn)
  })
  return () => {
    clearImmediate(next)
  }
}

function entry(binding: number, type: GPUBufferBindingType, dynamic: boolean): GPUBindGroupLayoutEntry {
  return { binding, visibility: 4, buffer: { type, hasDynamicOffset: dynamic } }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? ''
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`
}
