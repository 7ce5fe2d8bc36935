import type { Tensor } from '@tensorflow/tfjs-core'
import type { Kernels } from './kernels.ts'

/**
 * The parameters of replicas that are trained in one pass: `[replicas, rows, columns]` while they train or are evaluated,
 * `[1, rows, columns]` each while one of them is read or written. Changing from one to the other copies them all, so it is
 * done on demand, not at every batch.
 */
export class Parameters {
  readonly replicas: number
  readonly #kernels: Kernels
  /** Either `[parameter]` or `[replica][parameter]`. */
  #stacked: Tensor[] | null = null
  #separate: Tensor[][] | null

  /** @param initial `[replica][parameter]`, now owned by this */
  constructor(kernels: Kernels, initial: Tensor[][]) {
    this.replicas = initial.length
    this.#kernels = kernels
    this.#separate = initial
  }

  /** Of all replicas, by parameter; good until one of them is written or read alone. */
  stacked(): readonly Tensor[] {
    return this.#stackedTensors()
  }

  /** Of one replica, by parameter; good until all are asked for. */
  of(replica: number): readonly Tensor[] {
    return this.#separateTensors()[replica] as Tensor[]
  }

  /** The next value of a parameter for all replicas, now owned by this. */
  replace(index: number, tensor: Tensor): void {
    replaceIn(this.#stackedTensors(), index, tensor)
  }

  /** The next value of a parameter for one replica, now owned by this. */
  replaceOf(replica: number, index: number, tensor: Tensor): void {
    replaceIn(this.#separateTensors()[replica] as Tensor[], index, tensor)
  }

  dispose(): void {
    for (const tensor of [...(this.#stacked ?? []), ...(this.#separate ?? []).flat()]) tensor.dispose()
    this.#stacked = null
    this.#separate = []
  }

  #stackedTensors(): Tensor[] {
    if (this.#stacked !== null) return this.#stacked
    const separate = this.#separate as Tensor[][]
    this.#separate = null
    return (this.#stacked =
      separate.length === 1
        ? (separate[0] as Tensor[])
        : (separate[0] as Tensor[]).map((_, index) => {
            const one = separate.map((tensors) => tensors[index] as Tensor)
            const all = this.#kernels.stack(one)
            for (const tensor of one) tensor.dispose()
            return all
          }))
  }

  #separateTensors(): Tensor[][] {
    if (this.#separate !== null) return this.#separate
    const stacked = this.#stacked as Tensor[]
    this.#stacked = null
    if (this.replicas === 1) return (this.#separate = [stacked])
    this.#separate = Array.from({ length: this.replicas }, (_, replica) =>
      stacked.map((tensor) => this.#kernels.slice(tensor, replica)),
    )
    for (const tensor of stacked) tensor.dispose()
    return this.#separate
  }
}

function replaceIn(tensors: Tensor[], index: number, tensor: Tensor): void {
  tensors[index]?.dispose()
  tensors[index] = tensor
}
