/**
 * A program as data: what tracing a rule leaves and what every engine runs. Plain JSON but for the functions that give
 * per-batch scalars, which stay on the host.
 *
 * Values are numbered and assigned once (SSA). A statement list runs top to bottom; `repeat` is the only loop and does
 * not nest. All parameters are read as they were when the batch began, and updates take effect when it ends.
 */
import type { MapName } from './activations.ts'
import type { Initial } from './initial.ts'
import type { Shape } from './shape.ts'

/** Index of a value; its shape is `shapes[id]`. */
export type ValueId = number

/** factor · scalar, where `scalar` (an index into the program's scalars) may be absent. */
export interface Coefficient {
  readonly factor: number
  readonly scalar: number | null
}

export interface Term {
  readonly coefficient: Coefficient
  readonly value: ValueId
}

export type Operation =
  /** The batch's samples ['batch', n₀] or one-hot targets ['batch', n_L]. */
  | { readonly kind: 'input'; readonly name: 'x' | 'y' }
  /** A parameter as it was before this batch. */
  | { readonly kind: 'parameter'; readonly parameter: number }
  /** Every entry the same number. */
  | { readonly kind: 'fill'; readonly number: number }
  /**
   * Matrix product op(left)·op(right). With transposeLeft and rows 'batch' on both sides it contracts over the batch;
   * `mean` then divides by the batch size.
   */
  | {
      readonly kind: 'product'
      readonly left: ValueId
      readonly right: ValueId
      readonly transposeLeft: boolean
      readonly transposeRight: boolean
      readonly mean: boolean
    }
  /** Σ coefficientᵢ · valueᵢ; rows or columns of 1 stretch. */
  | { readonly kind: 'sum'; readonly terms: readonly Term[] }
  /** Element-wise left·right or left/right; rows or columns of 1 stretch. */
  | { readonly kind: 'multiply' | 'divide'; readonly left: ValueId; readonly right: ValueId }
  /** A named function of each entry. */
  | { readonly kind: 'map'; readonly map: MapName; readonly value: ValueId }
  /** Row-wise softmax, computed after subtracting the row's maximum. */
  | { readonly kind: 'softmax'; readonly value: ValueId }
  /** Sum over columns (→ [rows, 1]), over rows (→ [1, columns]) or all (→ [1, 1]); `mean` divides by the number of entries added. */
  | {
      readonly kind: 'reduce'
      readonly over: 'rows' | 'columns' | 'all'
      readonly mean: boolean
      readonly value: ValueId
    }

export type Statement =
  | { readonly kind: 'let'; readonly id: ValueId; readonly operation: Operation }
  /** Runs `body` `count` times. `inner` is the value inside an iteration: `initial` at first, then the last `next`; `result` is the last `next`. */
  | {
      readonly kind: 'repeat'
      readonly count: number
      readonly carried: readonly Carried[]
      readonly body: readonly Statement[]
    }
  /** The parameter's value from the next batch on. */
  | { readonly kind: 'update'; readonly parameter: number; readonly value: ValueId }
  /** Reports a value under a name; inside a repeat, one value an iteration. */
  | { readonly kind: 'measure'; readonly name: string; readonly value: ValueId }
  /** Scores of the batch, ['batch', n_L], before it is learned from: the hits among them are counted. Once, outside of any repeat. */
  | { readonly kind: 'count'; readonly value: ValueId }

export interface Carried {
  readonly inner: ValueId
  readonly initial: ValueId
  readonly next: ValueId
  readonly result: ValueId
}

/** weight: learned and exported; optimiser: learned state that is only checkpointed; log: kept only while a measurement reads it. */
export type ParameterRole = 'weight' | 'optimiser' | 'log'

export interface ParameterDeclaration {
  readonly name: string
  readonly shape: readonly [number, number]
  readonly initial: Initial
  readonly role: ParameterRole
}

/** What a scalar may depend on: where training stands, per replica. */
export interface Step {
  /** From 0. */
  readonly epoch: number
  /** Batches trained since the beginning, from 0. */
  readonly batch: number
  /** A fair coin, tossed once per batch. */
  readonly sign: 1 | -1
}

export interface ScalarDeclaration {
  readonly name: string
  /** 1, or the count of the repeat whose iterations it follows. */
  readonly length: number
  /** Where its numbers start in the vector of a batch. */
  readonly offset: number
}

export interface MeasurementDeclaration {
  readonly name: string
  readonly shape: Shape
  /** How many values a batch gives: 1, or the count of the repeat it is taken in. */
  readonly iterations: number
}

/** The data part of a program: everything an engine needs. Two replicas run side by side when these are equal. */
export interface Program {
  readonly rule: string
  readonly widths: readonly number[]
  readonly shapes: readonly Shape[]
  readonly parameters: readonly ParameterDeclaration[]
  readonly scalars: readonly ScalarDeclaration[]
  /** Length of a batch's scalar vector. */
  readonly scalarCount: number
  readonly training: readonly Statement[]
  readonly prediction: readonly Statement[]
  /** ['batch', n_L]: the largest entry of a row is the predicted class. */
  readonly scores: ValueId
  /** What `training` reports. */
  readonly measurements: readonly MeasurementDeclaration[]
}

/** A program with the host's functions that fill its scalars. */
export interface Compiled {
  readonly program: Program
  /** The scalar vector for one batch of one replica (length `scalarCount`). */
  scalarsAt(step: Step): Float64Array
}
