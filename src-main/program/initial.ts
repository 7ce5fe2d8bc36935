/**
 * How a parameter begins, as data, and the drawing of it. Draws are float64; an engine rounds them to its own type.
 */
import type { Generator } from './random.ts'

export type Initial =
  /** Every entry the same. */
  | { readonly kind: 'constant'; readonly value: number }
  /** Ones on the diagonal. */
  | { readonly kind: 'identity' }
  /** U(−bound, bound). */
  | { readonly kind: 'uniform'; readonly bound: number }
  /** N(0, 1). */
  | { readonly kind: 'normal' }
  /** U(−a, a), a = √(6 / (rows + columns)) (Glorot & Bengio 2010). */
  | { readonly kind: 'xavier' }
  /** M Mᵀ with M xavier, rows × rows: symmetric and positive semi-definite (the lateral weights of CorInfoMax, arXiv 2306.04810). */
  | { readonly kind: 'xavierGram' }

/** A fresh parameter, row by row. The same generator state always gives the same numbers. */
export function drawInitial(initial: Initial, shape: readonly [number, number], generator: Generator): Float64Array {
  const [rows, columns] = shape
  const values = new Float64Array(rows * columns)
  switch (initial.kind) {
    case 'constant':
      return values.fill(initial.value)
    case 'identity':
      for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1
      return values
    case 'uniform':
      return fillUniform(values, initial.bound, generator)
    case 'normal':
      return values.map(() => generator.normal())
    case 'xavier':
      return fillUniform(values, Math.sqrt(6 / (rows + columns)), generator)
    case 'xavierGram':
      return gram(fillUniform(new Float64Array(rows * rows), Math.sqrt(6 / (rows + rows)), generator), rows)
    default:
      return initial satisfies never
  }
}

function fillUniform(values: Float64Array, bound: number, generator: Generator): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = generator.between(-bound, bound)
  return values
}

/** M Mᵀ for a square M, each pair of rows once. */
function gram(matrix: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < n; k++) sum += (matrix[i * n + k] as number) * (matrix[j * n + k] as number)
      result[i * n + j] = sum
      result[j * n + i] = sum
    }
  }
  return result
}
