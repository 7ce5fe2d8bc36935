/**
 * Principal components of many samples: the leading eigenvectors of the smaller of the two matrices that have the same
 * eigenvalues, that of features (the covariance) or that of samples (their inner products). No more of them is computed
 * than asked for: a full decomposition of three thousand features takes minutes, the first fifty components a fraction.
 */
import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix'
import { Generator as Random } from '../program/random.ts'

/** Samples row by row. */
export interface Rows {
  readonly count: number
  readonly features: number
  readonly values: Float32Array
}

interface Components {
  /** `[sample][component]`, of mean 0; the largest magnitude of each component is positive, so that signs are settled. */
  readonly scores: Float64Array
  /** Of each component, the share of all variance. */
  readonly explained: readonly number[]
}

/** Up to this size a matrix is decomposed as a whole. */
const WHOLE = 40
/** Directions that are carried beside those asked for: the further ones settle the sooner the more there are. */
const BESIDE = 10
const MOST_STEPS = 300
/** Rows of the sums that are taken at a time. */
const BLOCK = 64

/** Yields how far it is, 0 to 1. `tolerance`: how much the eigenvalues may still change, of their size. */
export function* principalComponents(
  rows: Rows,
  wanted: number,
  tolerance = 1e-10,
): Generator<number, Components, undefined> {
  const { count, features } = rows
  const byFeature = features <= count
  const size = byFeature ? features : count
  const means = meansOf(rows)
  const sums = yield* innerProducts(rows, means, byFeature)
  let trace = 0
  for (let i = 0; i < size; i++) trace += sums[i * size + i] as number
  const kept = Math.min(wanted, size)
  const { vectors, values } = yield* leading(sums, size, kept, tolerance)
  const scores = new Float64Array(count * wanted)
  for (let c = 0; c < kept; c++) {
    const scale = byFeature ? 1 : Math.sqrt(Math.max(0, values[c] as number))
    let largest = 0
    for (let i = 0; i < count; i++) {
      let score = 0
      if (byFeature)
        for (let f = 0; f < features; f++)
          score +=
            ((rows.values[i * features + f] as number) - (means[f] as number)) * (vectors[f * kept + c] as number)
      else score = (vectors[i * kept + c] as number) * scale
      scores[i * wanted + c] = score
      if (Math.abs(score) > Math.abs(largest)) largest = score
    }
    if (largest < 0) for (let i = 0; i < count; i++) scores[i * wanted + c] = -(scores[i * wanted + c] as number)
  }
  return {
    scores,
    explained: Array.from({ length: wanted }, (_, c) =>
      c < kept && trace > 0 ? Math.max(0, values[c] as number) / trace : 0,
    ),
  }
}

function meansOf({ count, features, values }: Rows): Float64Array {
  const means = new Float64Array(features)
  for (let i = 0; i < count; i++)
    for (let f = 0; f < features; f++) means[f] = (means[f] as number) + (values[i * features + f] as number)
  return means.map((sum) => sum / count)
}

/** XᵀX or XXᵀ of the centred samples, a block of the other side at a time. */
function* innerProducts(
  { count, features, values }: Rows,
  means: Float64Array,
  byFeature: boolean,
): Generator<number, Float64Array, undefined> {
  const [size, other] = byFeature ? [features, count] : [count, features]
  const sums = new Float64Array(size * size)
  const block = new Float64Array(size * BLOCK)
  for (let from = 0; from < other; from += BLOCK) {
    const width = Math.min(BLOCK, other - from)
    block.fill(0)
    for (let v = 0; v < size; v++)
      for (let w = 0; w < width; w++) {
        const [i, f] = byFeature ? [from + w, v] : [v, from + w]
        block[v * BLOCK + w] = (values[i * features + f] as number) - (means[f] as number)
      }
    for (let a = 0; a < size; a++) addProducts(block, a, size, sums)
    yield (0.9 * (from + width)) / other
  }
  for (let a = 0; a < size; a++) for (let b = 0; b < a; b++) sums[a * size + b] = sums[b * size + a] as number
  return sums
}

/** Of vector `a` with itself and all later ones, four at a time: sums that do not wait for each other. */
function addProducts(block: Float64Array, a: number, size: number, sums: Float64Array): void {
  const own = a * BLOCK
  const row = a * size
  let b = a
  for (; b + 3 < size; b += 4) {
    const [p, q, r, s] = [b * BLOCK, (b + 1) * BLOCK, (b + 2) * BLOCK, (b + 3) * BLOCK]
    let [first, second, third, fourth] = [0, 0, 0, 0]
    for (let w = 0; w < BLOCK; w++) {
      const value = block[own + w] as number
      first += value * (block[p + w] as number)
      second += value * (block[q + w] as number)
      third += value * (block[r + w] as number)
      fourth += value * (block[s + w] as number)
    }
    sums[row + b] = (sums[row + b] as number) + first
    sums[row + b + 1] = (sums[row + b + 1] as number) + second
    sums[row + b + 2] = (sums[row + b + 2] as number) + third
    sums[row + b + 3] = (sums[row + b + 3] as number) + fourth
  }
  for (; b < size; b++) {
    let sum = 0
    for (let w = 0; w < BLOCK; w++) sum += (block[own + w] as number) * (block[b * BLOCK + w] as number)
    sums[row + b] = (sums[row + b] as number) + sum
  }
}

interface Leading {
  /** `[row][component]`. */
  readonly vectors: Float64Array
  readonly values: readonly number[]
}

/** The largest eigenvalues of a symmetric matrix with their vectors, by iterating on a subspace (Rayleigh and Ritz). */
function* leading(
  sums: Float64Array,
  size: number,
  wanted: number,
  tolerance: number,
): Generator<number, Leading, undefined> {
  if (size <= WHOLE) {
    const whole = new Matrix(Array.from({ length: size }, (_, i) => sums.slice(i * size, (i + 1) * size)))
    return largest(new EigenvalueDecomposition(whole, { assumeSymmetric: true }), Matrix.eye(size), wanted)
  }
  const carried = Math.min(size, wanted + BESIDE)
  const random = Random.seeded(0).split('subspace')
  let basis = orthonormal(
    new Matrix(Array.from({ length: size }, () => Array.from({ length: carried }, () => random.normal()))),
  )
  let before: readonly number[] = []
  for (let step = 0; ; step++) {
    const moved = times(sums, size, basis)
    const inside = basis.transpose().mmul(moved)
    const found = largest(new EigenvalueDecomposition(inside, { assumeSymmetric: true }), basis, wanted)
    const scale = Math.max(...found.values.map(Math.abs), Number.MIN_VALUE)
    const settled = found.values.every((value, c) => Math.abs(value - (before[c] ?? Infinity)) <= tolerance * scale)
    if (settled || step >= MOST_STEPS) return found
    before = found.values
    basis = orthonormal(moved)
    yield 0.9 + (0.1 * step) / MOST_STEPS
  }
}

function largest(found: EigenvalueDecomposition, basis: Matrix, wanted: number): Leading {
  const order = found.realEigenvalues
    .map((_, i) => i)
    .sort((a, b) => (found.realEigenvalues[b] ?? 0) - (found.realEigenvalues[a] ?? 0))
  const chosen = order.slice(0, wanted)
  const vectors = basis.mmul(found.eigenvectorMatrix.subMatrixColumn(chosen))
  return {
    vectors: Float64Array.from(vectors.to1DArray()),
    values: chosen.map((i) => found.realEigenvalues[i] ?? 0),
  }
}

/** Directions without length (of samples that lie in a plane) become some others, as QR has it. */
function orthonormal(matrix: Matrix): Matrix {
  return new QrDecomposition(matrix).orthogonalMatrix
}

function times(sums: Float64Array, size: number, basis: Matrix): Matrix {
  const columns = basis.columns
  const flat = Float64Array.from(basis.to1DArray())
  const result = new Matrix(size, columns)
  const row = new Float64Array(columns)
  for (let i = 0; i < size; i++) {
    row.fill(0)
    for (let j = 0; j < size; j++) {
      const factor = sums[i * size + j] as number
      for (let c = 0; c < columns; c++) row[c] = (row[c] as number) + factor * (flat[j * columns + c] as number)
    }
    result.setRow(i, row)
  }
  return result
}
