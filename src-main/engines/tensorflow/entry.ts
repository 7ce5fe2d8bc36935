import type { Tensor } from '@tensorflow/tfjs-core'
import type { Kernels } from './kernels.ts'

/**
 * One value in the forms somebody asked for: as it is or transposed, times 1 or times a factor. A form is computed at
 * most once; all go when the last holder lets go.
 */
export class Entry {
  readonly #kernels: Kernels
  /** A parameter belongs to the session and outlives the batch. */
  readonly #borrowed: Tensor | null
  #plain: Tensor | null
  #flipped: Tensor | null
  #scaled: Map<number, Tensor> | null = null
  #scaledFlipped: Map<number, Tensor> | null = null
  #holders = 1

  constructor(kernels: Kernels, tensor: Tensor, flipped: boolean, borrowed = false) {
    this.#kernels = kernels
    this.#plain = flipped ? null : tensor
    this.#flipped = flipped ? tensor : null
    this.#borrowed = borrowed ? tensor : null
  }

  form(flipped: boolean): Tensor {
    if (flipped) return (this.#flipped ??= this.#kernels.transpose(this.#plain as Tensor))
    return (this.#plain ??= this.#kernels.transpose(this.#flipped as Tensor))
  }

  /** factor · form, kept for the next who asks. */
  scaled(flipped: boolean, factor: number): Tensor {
    const known = flipped ? (this.#scaledFlipped ??= new Map()) : (this.#scaled ??= new Map())
    const there = known.get(factor)
    if (there !== undefined) return there
    const made = this.#kernels.scale(this.form(flipped), factor)
    known.set(factor, made)
    return made
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
      if (tensor !== null && tensor !== this.#borrowed) tensor.dispose()
  }
}
