/**
 * The arithmetic of the reference engine: plain loops, in the order in which a reader would write them.
 *
 * Every entry is computed in float64 from its operands and rounded once, when it is stored: to float64 not at all, to
 * float32 in a float32 session. A product's entry is Σ over the inner dimension from first to last; four outputs or
 * four inner steps stand side by side in the loops below, which changes no entry's order of additions.
 */
import type { Numbers } from '../engine.ts'

export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly entries: Numbers
}

/** Room for one row of sums in float64. */
let rowSums = new Float64Array(0)

/** out = scale · op(left) · op(right). */
export function product(
  out: Matrix,
  left: Matrix,
  right: Matrix,
  transposeLeft: boolean,
  transposeRight: boolean,
  scale: number,
): void {
  const inner = transposeLeft ? left.rows : left.columns
  if (transposeRight) rowsByRows(out, left, right, inner, transposeLeft, scale)
  else rowsByColumns(out, left, right, inner, transposeLeft, scale)
}

/** out[i, j] = scale · Σ_k left[i, k] · right[j, k]. */
function rowsByRows(
  out: Matrix,
  left: Matrix,
  right: Matrix,
  inner: number,
  transposeLeft: boolean,
  scale: number,
): void {
  const a = left.entries
  const b = right.entries
  const c = out.entries
  const n = out.columns
  const rowStep = transposeLeft ? 1 : left.columns
  const step = transposeLeft ? left.columns : 1
  for (let i = 0; i < out.rows; i++) {
    const row = i * rowStep
    let j = 0
    for (; j + 4 <= n; j += 4) {
      const b0 = j * inner
      const b1 = b0 + inner
      const b2 = b1 + inner
      const b3 = b2 + inner
      let s0 = 0
      let s1 = 0
      let s2 = 0
      let s3 = 0
      for (let k = 0; k < inner; k++) {
        const v = a[row + k * step]!
        s0 += v * b[b0 + k]!
        s1 += v * b[b1 + k]!
        s2 += v * b[b2 + k]!
        s3 += v * b[b3 + k]!
      }
      const at = i * n + j
      c[at] = scale * s0
      c[at + 1] = scale * s1
      c[at + 2] = scale * s2
      c[at + 3] = scale * s3
    }
    for (; j < n; j++) {
      let s = 0
      for (let k = 0; k < inner; k++) s += a[row + k * step]! * b[j * inner + k]!
      c[i * n + j] = scale * s
    }
  }
}

/** out[i, j] = scale · Σ_k left[i, k] · right[k, j], a row of sums at a time. */
function rowsByColumns(
  out: Matrix,
  left: Matrix,
  right: Matrix,
  inner: number,
  transposeLeft: boolean,
  scale: number,
): void {
  const a = left.entries
  const b = right.entries
  const c = out.entries
  const n = out.columns
  if (rowSums.length < n) rowSums = new Float64Array(n)
  const sums = rowSums
  const rowStep = transposeLeft ? 1 : left.columns
  const step = transposeLeft ? left.columns : 1
  for (let i = 0; i < out.rows; i++) {
    sums.fill(0, 0, n)
    let k = 0
    for (; k + 4 <= inner; k += 4) {
      const from = i * rowStep + k * step
      const v0 = a[from]!
      const v1 = a[from + step]!
      const v2 = a[from + 2 * step]!
      const v3 = a[from + 3 * step]!
      const b0 = k * n
      const b1 = b0 + n
      const b2 = b1 + n
      const b3 = b2 + n
      for (let j = 0; j < n; j++)
        sums[j] = sums[j]! + v0 * b[b0 + j]! + v1 * b[b1 + j]! + v2 * b[b2 + j]! + v3 * b[b3 + j]!
    }
    for (; k < inner; k++) {
      const v = a[i * rowStep + k * step]!
      for (let j = 0; j < n; j++) sums[j] = sums[j]! + v * b[k * n + j]!
    }
    for (let j = 0; j < n; j++) c[i * n + j] = scale * sums[j]!
  }
}

/** out = Σ coefficients[t] · values[t], term after term. */
export function sum(out: Matrix, coefficients: readonly number[], values: readonly Matrix[]): void {
  const size = out.rows * out.columns
  if (rowSums.length < size) rowSums = new Float64Array(size)
  const sums = rowSums
  sums.fill(0, 0, size)
  values.forEach((value, t) => {
    const coefficient = coefficients[t] as number
    const { entries } = value
    if (value.rows === out.rows && value.columns === out.columns) {
      for (let i = 0; i < size; i++) sums[i] = sums[i]! + coefficient * entries[i]!
      return
    }
    const { rowStep, columnStep } = steps(value)
    for (let i = 0; i < out.rows; i++)
      for (let j = 0; j < out.columns; j++) {
        const at = i * out.columns + j
        sums[at] = sums[at]! + coefficient * entries[i * rowStep + j * columnStep]!
      }
  })
  const { entries } = out
  for (let i = 0; i < size; i++) entries[i] = sums[i]!
}

/** out = left · right or left / right, entry by entry. */
export function elementwise(kind: 'multiply' | 'divide', out: Matrix, left: Matrix, right: Matrix): void {
  const a = steps(left)
  const b = steps(right)
  for (let i = 0; i < out.rows; i++)
    for (let j = 0; j < out.columns; j++) {
      const u = left.entries[i * a.rowStep + j * a.columnStep]!
      const v = right.entries[i * b.rowStep + j * b.columnStep]!
      out.entries[i * out.columns + j] = kind === 'multiply' ? u * v : u / v
    }
}

/** Strides; a single row or column is broadcast, so its stride is 0. */
function steps(value: Matrix): { rowStep: number; columnStep: number } {
  return { rowStep: value.rows === 1 ? 0 : value.columns, columnStep: value.columns === 1 ? 0 : 1 }
}

/** out = f(value), entry by entry. */
export function map(out: Matrix, value: Matrix, f: (v: number) => number): void {
  const size = out.rows * out.columns
  for (let i = 0; i < size; i++) out.entries[i] = f(value.entries[i]!)
}

/** Row by row exp(v − max) / Σ exp(v − max). */
export function softmax(out: Matrix, value: Matrix): void {
  const n = value.columns
  const exponentials = new Float64Array(n)
  for (let i = 0; i < value.rows; i++) {
    let most = -Infinity
    for (let j = 0; j < n; j++) most = Math.max(most, value.entries[i * n + j]!)
    let total = 0
    for (let j = 0; j < n; j++) total += exponentials[j] = Math.exp(value.entries[i * n + j]! - most)
    for (let j = 0; j < n; j++) out.entries[i * n + j] = exponentials[j]! / total
  }
}

/** Sums over columns, over rows or over all; `mean` divides by how many entries were added. */
export function reduce(out: Matrix, value: Matrix, over: 'rows' | 'columns' | 'all', mean: boolean): void {
  const { rows, columns, entries } = value
  const sums = new Float64Array(out.rows * out.columns)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const at = over === 'rows' ? j : over === 'columns' ? i : 0
      sums[at] = sums[at]! + entries[i * columns + j]!
    }
  const count = mean ? (rows * columns) / sums.length : 1
  for (let at = 0; at < sums.length; at++) out.entries[at] = sums[at]! / count
}
