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
  generator.fillBetween(values, -bound, bound)
  return values
}

/**
 * M Mᵀ for a square M, each pair of rows once. Two rows by four at a time: their sums, each still taken in the order of the
 * columns, stay in registers while every entry that is read serves several of them.
 */
function gram(matrix: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n)
  const put = (i: number, j: number, sum: number): void => {
    result[i * n + j] = sum
    result[j * n + i] = sum
  }
  const single = (i: number, j: number): void => {
    let sum = 0
    for (let k = 0; k < n; k++) sum += (matrix[i * n + k] as number) * (matrix[j * n + k] as number)
    put(i, j, sum)
  }
  const whole = n - (n % 2)
  for (let i = 0; i < whole; i += 2) {
    let j = 0
    for (; j + 4 <= i; j += 4) {
      let a0 = 0
      let a1 = 0
      let a2 = 0
      let a3 = 0
      let b0 = 0
      let b1 = 0
      let b2 = 0
      let b3 = 0
      for (let k = 0; k < n; k++) {
        const a = matrix[i * n + k] as number
        const b = matrix[(i + 1) * n + k] as number
        const v0 = matrix[j * n + k] as number
        const v1 = matrix[(j + 1) * n + k] as number
        const v2 = matrix[(j + 2) * n + k] as number
        const v3 = matrix[(j + 3) * n + k] as number
        a0 += a * v0
        a1 += a * v1
        a2 += a * v2
        a3 += a * v3
        b0 += b * v0
        b1 += b * v1
        b2 += b * v2
        b3 += b * v3
      }
      put(i, j, a0)
      put(i, j + 1, a1)
      put(i, j + 2, a2)
      put(i, j + 3, a3)
      put(i + 1, j, b0)
      put(i + 1, j + 1, b1)
      put(i + 1, j + 2, b2)
      put(i + 1, j + 3, b3)
    }
    for (; j <= i + 1; j++) {
      if (j <= i) single(i, j)
      single(i + 1, j)
    }
  }
  for (let i = whole; i < n; i++) for (let j = 0; j <= i; j++) single(i, j)
  return result
}
