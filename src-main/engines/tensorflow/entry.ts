import type { Tensor } from '@tensorflow/tfjs-core'
import type { Kernels } from './kernels.ts'

/**
 * One value in the forms that are read: as it is or transposed, times 1 or times a factor. A form is computed at most
 * once; all are disposed with the last reference.
 */
export class Entry {
  readonly #kernels: Kernels
  /** Owned by the session, which outlives the batch: a parameter, or its next value. */
  readonly #borrowed = new Set<Tensor>()
  #plain: Tensor | null
  #transposed: Tensor | null
  #scaled: Map<number, Tensor> | null = null
  #scaledTransposed: Map<number, Tensor> | null = null
  #references = 1

  constructor(kernels: Kernels, tensor: Tensor, transposed: boolean, borrowed = false) {
    this.#kernels = kernels
    this.#plain = transposed ? null : tensor
    this.#transposed = transposed ? tensor : null
    if (borrowed) this.#borrowed.add(tensor)
  }

  form(transposed: boolean): Tensor {
    if (transposed) return (this.#transposed ??= this.#kernels.transpose(this.#plain as Tensor))
    return (this.#plain ??= this.#kernels.transpose(this.#transposed as Tensor))
  }

  /** factor · form, computed once. */
  scaled(transposed: boolean, factor: number): Tensor {
    const known = transposed
      ? (this.#scaledTransposed ??= new Map<number, Tensor>())
      : (this.#scaled ??= new Map<number, Tensor>())
    const there = known.get(factor)
    if (there !== undefined) return there
    const made = this.#kernels.scale(this.form(transposed), factor)
    known.set(factor, made)
    return made
  }

  /** A form that outlives this entry and any tidy: its own tensor the first time, a copy when that has an owner already. */
  give(transposed: boolean): Tensor {
    const tensor = this.form(transposed)
    const given = this.#borrowed.has(tensor) ? this.#kernels.copy(tensor) : tensor
    this.#borrowed.add(given)
    return this.#kernels.tf.keep(given)
  }

  retain(): this {
    this.#references++
    return this
  }

  release(): void {
    if (--this.#references > 0) return
    for (const tensor of [
      this.#plain,
      this.#transposed,
      ...(this.#scaled?.values() ?? []),
      ...(this.#scaledTransposed?.values() ?? []),
    ])
      if (tensor !== null && !this.#borrowed.has(tensor)) tensor.dispose()
  }
}
