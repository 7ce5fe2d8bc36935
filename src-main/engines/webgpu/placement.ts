/**
 * The memory plan: parameters in one array, values in another, in each one replica after another. No value outlives its
 * batch, so programs and batch sizes share the array of values.
 */
import type { MeasurementDeclaration, Program } from '../../program/program.ts'
import { entriesOf } from '../../program/shape.ts'
import type { Buffer } from '../lowering/plan.ts'

/** One list of buffers laid out for one batch size. Offsets and strides count float32 numbers. */
export interface Placement {
  /** Samples in a batch. */
  readonly batch: number
  /** Numbers of one replica in the array of values. */
  readonly stride: number
  readonly measured: readonly Measured[]
  rows(buffer: number): number
  offset(buffer: number): number
  /** Swaps two buffers, as a repeat does after each iteration. */
  swap(a: number, b: number): void
}

/** Where a measurement's values are stored, iteration after iteration. */
export interface Measured {
  readonly name: string
  readonly offset: number
  /** Of one iteration. */
  readonly entries: number
  readonly length: number
}

/**
 * Offsets of the parameters of one replica, and how many numbers it has. The last of them is its count of hits, which
 * outlives a batch as parameters do.
 */
export function placeParameters(program: Program): { readonly offsets: readonly number[]; readonly stride: number } {
  let stride = 0
  const offsets = program.parameters.map(({ shape: [rows, columns] }) => {
    const offset = stride
    stride += aligned(rows * columns)
    return offset
  })
  return { offsets, stride: stride + ALIGNMENT }
}

export function placeValues(
  buffers: readonly Buffer[],
  measurements: readonly MeasurementDeclaration[],
  parameters: readonly number[],
  batch: number,
): Placement {
  let stride = 0
  const take = (entries: number): number => {
    const offset = stride
    stride += aligned(entries)
    return offset
  }
  const rows = buffers.map((buffer) => (buffer.batch ? batch : buffer.rows))
  const offsets = buffers.map((buffer, id) =>
    buffer.parameter >= 0 ? (parameters[buffer.parameter] as number) : take((rows[id] as number) * buffer.columns),
  )
  const measured = measurements.map(({ name, shape, iterations }): Measured => {
    const entries = entriesOf(shape, batch)
    return { name, offset: take(entries * iterations), entries, length: entries * iterations }
  })
  return {
    batch,
    stride: Math.max(stride, ALIGNMENT),
    measured,
    rows: (buffer) => rows[buffer] as number,
    offset: (buffer) => offsets[buffer] as number,
    swap(a, b) {
      const kept = offsets[a] as number
      offsets[a] = offsets[b] as number
      offsets[b] = kept
    },
  }
}

/** In numbers: a cache line or two, so that a buffer is read in whole lines. */
const ALIGNMENT = 64

function aligned(entries: number): number {
  return Math.ceil(entries / ALIGNMENT) * ALIGNMENT
}
