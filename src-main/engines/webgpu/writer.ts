/**
 * Writing shaders whose text says only what is computed. Sizes, offsets and factors are words of a uniform block, so that
 * two layers, two batch sizes and two settings of a rule share one pipeline.
 */
import type { Buffer, Coefficient, Lowered } from '../lowering/plan.ts'
import type { Placement } from './placement.ts'

/** A word of a uniform block, given the memory plan. */
export type Word = (place: Placement) => number

/** One instruction as a function of a shader. */
export interface Kernel {
  /** The statements of `fn(g: u32, tid: u32)`: workgroup g (from 0) of this instruction, thread tid. */
  readonly body: string
  /** Workgroups for one replica. */
  readonly groups: Word
}

/** Threads of a workgroup. */
export const THREADS = 256

/** Numbers words as kernels ask for them, and writes the addresses of a buffer's entries. */
export class Writer {
  readonly words: Word[]
  readonly #buffers: readonly Buffer[]
  readonly #vec4Weights: boolean

  /** @param vec4Weights W is declared as an array of vec4 */
  constructor(lowered: Lowered, words: Word[], vec4Weights = false) {
    this.#buffers = lowered.buffers
    this.words = words
    this.#vec4Weights = vec4Weights
  }

  buffer(id: number): Buffer {
    return this.#buffers[id] as Buffer
  }

  /** A u32 of the uniform block. */
  word(value: Word): string {
    const index = this.words.push(value) - 1
    return `p[${index >> 2}].${'xyzw'[index & 3] ?? 'x'}`
  }

  /** An f32 of the uniform block. */
  number(value: Word): string {
    return `bitcast<f32>(${this.word((place) => bitsOf(value(place)))})`
  }

  /** Σ factor · Π scalars; perIteration scalars are those of `iteration`. */
  coefficient(coefficient: Coefficient, iteration = 'step.x'): string {
    if (coefficient.length === 0) return '0f'
    const fixed = coefficient.filter(({ scalars }) => scalars.length === 0)
    const parts = fixed.length === 0 ? [] : [this.number(() => fixed.reduce((sum, { factor }) => sum + factor, 0))]
    for (const { factor, scalars } of coefficient) {
      if (scalars.length === 0) continue
      const read = scalars.map(
        ({ offset, perIteration }) =>
          `scalars[slot + ${this.word(() => offset)}${perIteration ? ` + ${iteration}` : ''}]`,
      )
      parts.push([this.number(() => factor), ...read].join(' * '))
    }
    return `(${parts.join(' + ')})`
  }

  /** The array that holds a buffer. */
  space(id: number): string {
    return this.buffer(id).parameter >= 0 ? 'W' : 'V'
  }

  /** Where the buffer of this replica begins. */
  base(id: number): string {
    return `${this.buffer(id).parameter >= 0 ? 'baseW' : 'baseV'} + ${this.word((place) => place.offset(id))}`
  }

  rows(id: number): string {
    return this.word((place) => place.rows(id))
  }

  columns(id: number): string {
    return this.word(() => this.buffer(id).columns)
  }

  /** The entry at a row and column, as mathematics counts them; a buffer with one row or column is broadcast. */
  entry(id: number, base: string, row: string, column: string): string {
    const buffer = this.buffer(id)
    const r = !buffer.batch && buffer.rows === 1 ? null : row
    const c = buffer.columns === 1 ? null : column
    const index = buffer.transposed
      ? [c === null ? null : `${c} * ${this.rows(id)}`, r]
      : [r === null ? null : c === null ? r : `${r} * ${this.columns(id)}`, c]
    return this.at(id, [base, ...index.filter((part) => part !== null)].join(' + '))
  }

  /** The number at an index of the array that holds a buffer. */
  at(id: number, index: string): string {
    const space = this.space(id)
    return space === 'W' && this.#vec4Weights ? `W[(${index}) / 4u][(${index}) % 4u]` : `${space}[${index}]`
  }
}

const floats = new Float32Array(1)
const words = new Uint32Array(floats.buffer)

/** The bits of a number rounded to float32. */
function bitsOf(value: number): number {
  floats[0] = value
  return words[0] as number
}
