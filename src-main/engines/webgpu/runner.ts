/** Sends steps to the device: one bind group for all, many batches in a submission, nothing read back unasked. */
import { USAGE, type Gpu } from './gpu.ts'
import type { DeviceMemory } from './memory.ts'
import { BLOCK_BYTES, type Steps } from './steps.ts'
import { FINITE_CODE, FINITE_GROUPS } from './finite.ts'

/** Steps with their pipelines compiled and their words on the device. */
export interface Ready {
  readonly steps: Steps
  readonly pipelines: readonly GPUComputePipeline[]
  /** Names of the buffers that hold the words, and what teams exchange. */
  readonly words: string
  readonly exchange: string
}

/** What every dispatch of a batch has in common; see `wrapped` in shader.ts. */
interface FrameNumbers {
  /** The batch's row of scalars, of how many for each replica; 0 of 1 in an evaluation. */
  readonly batch: number
  readonly batches: number
  /** Where its sample indices begin, and how far on those of the next replica are. */
  readonly first: number
  readonly between: number
  readonly firstReplica: number
  readonly stride: number
  readonly data: readonly [number, number]
}

/** Workgroups along x; beyond, rows of as many. */
const ACROSS = 32_768

export class Runner {
  readonly gpu: Gpu
  readonly memory: DeviceMemory
  readonly #parameterStride: number
  readonly #scalarCount: number
  #plans = 0
  #mostIterations = 0
  #finite: GPUComputePipeline | null = null
  readonly #groups = new Map<string, { readonly generation: number; readonly group: GPUBindGroup }>()

  constructor(gpu: Gpu, memory: DeviceMemory, parameterStride: number, scalarCount: number) {
    this.gpu = gpu
    this.memory = memory
    this.#parameterStride = parameterStride
    this.#scalarCount = scalarCount
  }

  async prepare(steps: Steps): Promise<Ready> {
    const pipelines = new Map<string, GPUComputePipeline>()
    const codes = [...new Set([...steps.shaders].map(({ code }) => code))]
    await Promise.all(codes.map(async (code) => pipelines.set(code, await this.gpu.pipeline(code))))
    this.#finite ??= await this.gpu.pipeline(FINITE_CODE)
    const words = `words ${this.#plans}`
    const exchange = `exchange ${this.#plans++}`
    // New memory is 0, on which the first exchange relies.
    const exchangeUsage = USAGE.storage | USAGE.copySource
    await this.memory.atLeast(exchange, steps.exchangeWords * 4, exchangeUsage, 'Exchanges between workgroups')
    await this.memory.holding(words, Uint32Array.from(steps.words), USAGE.uniform, 'Instructions')
    const most = steps.list.reduce((most, { iteration }) => Math.max(most, iteration + 1), 1)
    if (most > this.#mostIterations) {
      const numbers = new Uint32Array((most * BLOCK_BYTES) / 4)
      for (let iteration = 0; iteration < most; iteration++) numbers[(iteration * BLOCK_BYTES) / 4] = iteration
      await this.memory.holding('iterations', numbers, USAGE.uniform, 'Iterations')
      this.#mostIterations = most
    }
    return {
      ...{ steps, words, exchange },
      pipelines: steps.list.map(({ shader }) => pipelines.get(shader.code) as GPUComputePipeline),
    }
  }

  /** Lets go of what `prepare` put on the device. */
  forget({ words, exchange }: Ready): void {
    this.memory.drop(words)
    this.memory.drop(exchange)
    for (const key of this.#groups.keys()) if (key.endsWith(` ${words}`)) this.#groups.delete(key)
  }

  /** Puts the frames of consecutive batches on the device. */
  async frames(frames: readonly FrameNumbers[]): Promise<void> {
    const numbers = new Uint32Array((frames.length * BLOCK_BYTES) / 4)
    frames.forEach((frame, index) => {
      const { batch, batches, first, between, firstReplica, stride, data } = frame
      numbers.set(
        [batch, batches, first, between, firstReplica, stride, this.#parameterStride, this.#scalarCount, ...data, 0, 0],
        (index * BLOCK_BYTES) / 4,
      )
    })
    await this.memory.holding('frames', numbers, USAGE.uniform, 'Frames')
  }

  /** Encodes one batch of `replicas` replicas. @returns the number of dispatches */
  encode(pass: GPUComputePassEncoder, ready: Ready, split: string, frame: number, replicas: number): number {
    const group = this.#group(ready, split)
    let last: GPUComputePipeline | null = null
    ready.steps.list.forEach(({ at, iteration, groups }, index) => {
      const pipeline = ready.pipelines[index] as GPUComputePipeline
      if (pipeline !== last) pass.setPipeline(pipeline)
      last = pipeline
      pass.setBindGroup(0, group, [frame * BLOCK_BYTES, iteration * BLOCK_BYTES, at])
      pass.dispatchWorkgroups(Math.min(groups, ACROSS), Math.ceil(groups / ACROSS), replicas)
    })
    return ready.steps.list.length
  }

  /** Encodes the search for parameters that are not finite; see `FINITE_GROUPS` for where it leaves what it finds. */
  encodeFinite(pass: GPUComputePassEncoder, ready: Ready, split: string, frame: number, replicas: number): void {
    pass.setPipeline(this.#finite as GPUComputePipeline)
    pass.setBindGroup(0, this.#group(ready, split), [frame * BLOCK_BYTES, 0, 0])
    pass.dispatchWorkgroups(FINITE_GROUPS, 1, replicas)
  }

  #group({ words, exchange, steps }: Ready, split: string): GPUBindGroup {
    const key = `${split} ${words}`
    const known = this.#groups.get(key)
    if (known?.generation === this.memory.generation) return known.group
    const names = [
      'frames',
      'iterations',
      words,
      'parameters',
      'values',
      'scalars',
      'samples',
      `${split} pixels`,
      `${split} labels`,
      exchange,
    ]
    const sizes: Readonly<Record<number, number>> = { 0: BLOCK_BYTES, 1: BLOCK_BYTES, 2: steps.blockBytes }
    const group = this.gpu.device.createBindGroup({
      layout: this.gpu.layout,
      entries: names.map((name, binding) => {
        const size = sizes[binding]
        return { binding, resource: { buffer: this.memory.get(name), ...(size === undefined ? {} : { size }) } }
      }),
    })
    this.#groups.set(key, { generation: this.memory.generation, group })
    return group
  }
}
