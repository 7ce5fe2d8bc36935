/**
 * What engines with kernels of their own execute, as data: buffers, and instructions over them. `lower.ts` makes it from
 * a program; the native addon's plan.h mirrors it and the WebGPU engine writes shaders for it.
 */
import type { MapName } from '../../program/activations.ts'

export interface Buffer {
  /** Rows are the batch's samples; `rows` is then 0. */
  readonly batch: boolean
  readonly rows: number
  readonly columns: number
  /** Stored transposed. */
  readonly transposed: boolean
  /** The parameter whose memory it is, or −1. */
  readonly parameter: number
}

/** Σ factor · Π scalars, evaluated in every batch and iteration. */
export type Coefficient = readonly Monomial[]
interface Monomial {
  readonly factor: number
  /** Offsets into the batch's scalars, to which the iteration is added where there is one per iteration. */
  readonly scalars: readonly { readonly offset: number; readonly perIteration: boolean }[]
}

export interface AffineTerm {
  readonly coefficient: Coefficient
  readonly from: number
}

export interface AffineProduct {
  readonly coefficient: Coefficient
  readonly left: number
  readonly right: number
}

/** An operation on strips; `to` and the operands are registers, `buffer` is memory. */
export type StripOperation =
  | { readonly kind: 'load'; readonly to: number; readonly buffer: number }
  | { readonly kind: 'store'; readonly from: number; readonly buffer: number }
  | {
      readonly kind: 'outer'
      readonly to: number
      readonly left: number
      readonly right: number
      readonly mean: boolean
    }
  | {
      readonly kind: 'sum'
      readonly to: number
      readonly terms: readonly AffineTerm[]
      readonly constant: Coefficient
    }
  | { readonly kind: 'multiply' | 'divide'; readonly to: number; readonly left: number; readonly right: number }
  | { readonly kind: 'map'; readonly to: number; readonly from: number; readonly map: MapName | 'slopeOfSigmoid' }

export type Instruction =
  | { readonly kind: 'input'; readonly name: 'x' | 'y'; readonly to: number }
  | { readonly kind: 'fill'; readonly to: number; readonly number: number }
  | { readonly kind: 'copy'; readonly from: number; readonly to: number }
  | { readonly kind: 'transpose'; readonly from: number; readonly to: number }
  /** raw = Σ products + Σ streams + constant, mapped = map(raw); −1 where it has no reader. */
  | {
      readonly kind: 'affine'
      readonly products: readonly AffineProduct[]
      readonly streams: readonly AffineTerm[]
      readonly constant: Coefficient
      readonly raw: number
      readonly mapped: number
      readonly map: MapName | 'none'
    }
  | { readonly kind: 'chain'; readonly registers: number; readonly operations: readonly StripOperation[] }
  | {
      readonly kind: 'product'
      readonly left: number
      readonly right: number
      readonly transposeLeft: boolean
      readonly transposeRight: boolean
      readonly mean: boolean
      readonly to: number
    }
  | { readonly kind: 'softmax'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'reduce'
      readonly over: 'rows' | 'columns' | 'all'
      readonly mean: boolean
      readonly from: number
      readonly to: number
    }
  | { readonly kind: 'measure'; readonly measurement: number; readonly from: number }
  /** Adds the hits among scores, row by row, to the replica's count. */
  | { readonly kind: 'count'; readonly from: number }
  /** After each iteration the buffers of each pair are swapped (double buffering). */
  | {
      readonly kind: 'repeat'
      readonly count: number
      readonly body: readonly Instruction[]
      readonly swaps: readonly { readonly a: number; readonly b: number }[]
    }

export interface Lowered {
  readonly buffers: readonly Buffer[]
  readonly instructions: readonly Instruction[]
  /** The buffer of the scores, in a prediction; −1 in training. */
  readonly scores: number
}

export interface LoweredProgram {
  readonly transposedParameters: readonly boolean[]
  readonly training: Lowered
  readonly prediction: Lowered
}

/** A coefficient that is a number. */
export function constant(factor: number): Coefficient {
  return [{ factor, scalars: [] }]
}

/** The product of two coefficients, term by term. */
export function times(a: Coefficient, b: Coefficient): Coefficient {
  return a.flatMap((left) =>
    b.map((right) => ({ factor: left.factor * right.factor, scalars: [...left.scalars, ...right.scalars] })),
  )
}

// ---- what an instruction touches -----------------------------------------------------------------------------------------

/** The same instruction on other buffers. */
export function renamedBuffers(instruction: Instruction, now: (id: number) => number): Instruction {
  switch (instruction.kind) {
    case 'input':
    case 'fill':
      return { ...instruction, to: now(instruction.to) }
    case 'copy':
    case 'transpose':
    case 'softmax':
    case 'reduce':
      return { ...instruction, from: now(instruction.from), to: now(instruction.to) }
    case 'affine':
      return {
        ...instruction,
        products: instruction.products.map((one) => ({ ...one, left: now(one.left), right: now(one.right) })),
        streams: instruction.streams.map((one) => ({ ...one, from: now(one.from) })),
        raw: now(instruction.raw),
        mapped: now(instruction.mapped),
      }
    case 'chain':
      return { ...instruction, operations: instruction.operations.map((one) => renamedStrip(one, now)) }
    case 'product':
      return {
        ...instruction,
        left: now(instruction.left),
        right: now(instruction.right),
        to: now(instruction.to),
      }
    case 'measure':
    case 'count':
      return { ...instruction, from: now(instruction.from) }
    case 'repeat':
      return { ...instruction, body: instruction.body.map((one) => renamedBuffers(one, now)) }
    default:
      return instruction satisfies never
  }
}

function renamedStrip(operation: StripOperation, now: (id: number) => number): StripOperation {
  switch (operation.kind) {
    case 'load':
    case 'store':
      return { ...operation, buffer: now(operation.buffer) }
    case 'outer':
      return { ...operation, left: now(operation.left), right: now(operation.right) }
    default:
      return operation
  }
}

/** Buffers read in any way. */
export function readsOf(instruction: Instruction): number[] {
  switch (instruction.kind) {
    case 'input':
    case 'fill':
      return []
    case 'copy':
    case 'transpose':
    case 'softmax':
    case 'reduce':
    case 'measure':
    case 'count':
      return [instruction.from]
    case 'affine':
      return [...wholeReadsOf(instruction), ...instruction.streams.map(({ from }) => from)]
    case 'chain':
      return [
        ...wholeReadsOf(instruction),
        ...instruction.operations.flatMap((one) => (one.kind === 'load' ? [one.buffer] : [])),
      ]
    case 'product':
      return [instruction.left, instruction.right]
    case 'repeat':
      return [...instruction.body.flatMap(readsOf), ...instruction.swaps.flatMap(({ a, b }) => [a, b])]
    default:
      return instruction satisfies never
  }
}

/** Buffers of which an affine or a chain reads more than the entry that it writes. */
export function wholeReadsOf(instruction: Extract<Instruction, { kind: 'affine' | 'chain' }>): number[] {
  return instruction.kind === 'affine'
    ? instruction.products.flatMap(({ left, right }) => [left, right])
    : instruction.operations.flatMap((one) => (one.kind === 'outer' ? [one.left, one.right] : []))
}

/** Buffers written. */
export function writesOf(instruction: Instruction): number[] {
  switch (instruction.kind) {
    case 'affine':
      return [instruction.raw, instruction.mapped].filter((buffer) => buffer >= 0)
    case 'chain':
      return instruction.operations.flatMap((one) => (one.kind === 'store' ? [one.buffer] : []))
    case 'measure':
    case 'count':
      return []
    case 'repeat':
      return [...instruction.body.flatMap(writesOf), ...instruction.swaps.flatMap(({ a, b }) => [a, b])]
    default:
      return [instruction.to]
  }
}
