import type { Tensor } from '@tensorflow/tfjs-core'
import type { Kernels } from './kernels.ts'

/**
 * The parameters of replicas that are trained in one pass: `[replicas, rows, columns]` while they train or are evaluated,
 * `[1, rows, columns]` each while somebody reads or writes one of them. Changing from one to the other copies them all,
 * so it is done when it is asked for, not at every batch.
 */
export class Parameters {
  readonly replicas: number
  readonly #kernels: Kernels
  /** One of the two, by parameter and by replica and parameter. */
  #together: Tensor[] | null = null
  #apart: Tensor[][] | null

  /** @param initial `[replica][parameter]`, which this takes over */
  constructor(kernels: Kernels, initial: Tensor[][]) {
    this.replicas = initial.length
    this.#kernels = kernels
    this.#apart = initial
  }

  /** Of all replicas, by parameter; good until one of them is written or read alone. */
  together(): readonly Tensor[] {
    return this.#joined()
  }

  /** Of one replica, by parameter; good until all are asked for. */
  of(replica: number): readonly Tensor[] {
    return this.#split()[replica] as Tensor[]
  }

  /** The next value of a parameter for all replicas, which this takes over. */
  replace(index: number, tensor: Tensor): void {
    exchange(this.#joined(), index, tensor)
  }

  /** The next value of a parameter for one replica, which this takes over. */
  replaceOf(replica: number, index: number, tensor: Tensor): void {
    exchange(this.#split()[replica] as Tensor[], index, tensor)
  }

  dispose(): void {
    for (const tensor of [...(this.#together ?? []), ...(this.#apart ?? []).flat()]) tensor.dispose()
    this.#together = null
    this.#apart = []
  }

  #joined(): Tensor[] {
    if (this.#together !== null) return this.#together
    const apart = this.#apart as Tensor[][]
    this.#apart = null
    return (this.#together =
      apart.length === 1
        ? (apart[0] as Tensor[])
        : (apart[0] as Tensor[]).map((_, index) => {
            const one = apart.map((tensors) => tensors[index] as Tensor)
            const all = this.#kernels.join(one)
            for (const tensor of one) tensor.dispose()
            return all
          }))
  }

  #split(): Tensor[][] {
    if (this.#apart !== null) return this.#apart
    const together = this.#together as Tensor[]
    this.#together = null
    if (this.replicas === 1) return (this.#apart = [together])
    this.#apart = Array.from({ length: this.replicas }, (_, replica) =>
      together.map((tensor) => this.#kernels.part(tensor, replica)),
    )
    for (const tensor of together) tensor.dispose()
    return this.#apart
  }
}

function exchange(tensors: Tensor[], index: number, tensor: Tensor): void {
  tensors[index]?.dispose()
  tensors[index] = tensor
}
