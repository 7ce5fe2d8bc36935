import type { Tensor } from '@tensorflow/tfjs-core'
import type { Kernels } from './kernels.ts'

/**
 * One value in the forms somebody asked for: as it is or transposed, times 1 or times a factor. A form is computed at
 * most once; all go when the last holder lets go.
 */
export class Entry {
  readonly #kernels: Kernels
  /** What belongs to the session and outlives the batch: a parameter, or its next value. */
  readonly #lent = new Set<Tensor>()
  #plain: Tensor | null
  #flipped: Tensor | null
  #scaled: Map<number, Tensor> | null = null
  #scaledFlipped: Map<number, Tensor> | null = null
  #holders = 1

  constructor(kernels: Kernels, tensor: Tensor, flipped: boolean, borrowed = false) {
    this.#kernels = kernels
    this.#plain = flipped ? null : tensor
    this.#flipped = flipped ? tensor : null
    if (borrowed) this.#lent.add(tensor)
  }

  form(flipped: boolean): Tensor {
    if (flipped) return (this.#flipped ??= this.#kernels.transpose(this.#plain as Tensor))
    return (this.#plain ??= this.#kernels.transpose(this.#flipped as Tensor))
  }

  /** factor · form, kept for the next who asks. */
  scaled(flipped: boolean, factor: number): Tensor {
    const known = flipped
      ? (this.#scaledFlipped ??= new Map<number, Tensor>())
      : (this.#scaled ??= new Map<number, Tensor>())
    const there = known.get(factor)
    if (there !== undefined) return there
    const made = this.#kernels.scale(this.form(flipped), factor)
    known.set(factor, made)
    return made
  }

  /** A form that outlives this entry and any tidy: its own tensor the first time, a copy when that is already somebody's. */
  give(flipped: boolean): Tensor {
    const tensor = this.form(flipped)
    const given = this.#lent.has(tensor) ? this.#kernels.copy(tensor) : tensor
    this.#lent.add(given)
    return this.#kernels.tf.keep(given)
  }

  hold(): this {
    this.#holders++
    return this
  }

  release(): void {
    if (--this.#holders > 0) return
    for (const tensor of [
      this.#plain,
      this.#flipped,
      ...(this.#scaled?.values() ?? []),
      ...(this.#scaledFlipped?.values() ?? []),
    ])
      if (tensor !== null && !this.#lent.has(tensor)) tensor.dispose()
  }
}
