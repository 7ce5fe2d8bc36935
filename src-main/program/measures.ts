/**
 * Mathematics of what is measured: pure functions of plain arrays, in float64, for rules, engines and tests alike.
 */

/**
 * The angle between two matrices as vectors, in degrees: acos(⟨A, B⟩_F / (‖A‖_F ‖B‖_F)) · 180/π.
 * NaN when one of them is all zeros, since there is no angle then.
 *
 * @throws RangeError when the two have different numbers of entries
 */
export function angleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length)
    throw new RangeError(`an angle needs two matrices of one size, found ${a.length} and ${b.length} entries`)
  let product = 0
  let squaresA = 0
  let squaresB = 0
  for (let i = 0; i < a.length; i++) {
    const u = a[i] as number
    const v = b[i] as number
    product += u * v
    squaresA += u * u
    squaresB += v * v
  }
  return angleOf(product, squaresA, squaresB)
}

/** The same from ⟨A, B⟩_F, ‖A‖_F² and ‖B‖_F². */
export function angleOf(product: number, squaresA: number, squaresB: number): number {
  // Rounding can carry the cosine of parallel matrices a hair beyond 1; the roots one by one, since tiny squares underflow.
  const cosine = Math.max(-1, Math.min(1, product / (Math.sqrt(squaresA) * Math.sqrt(squaresB))))
  return squaresA === 0 || squaresB === 0 ? Number.NaN : (Math.acos(cosine) * 180) / Math.PI
}

/**
 * log det(M + ridge·I) of a symmetric n × n matrix, in nats, by Cholesky's factorisation of its lower triangle.
 *
 * @throws RangeError when M + ridge·I is not positive definite, naming the pivot
 */
export function logDeterminant(matrix: ArrayLike<number>, n: number, ridge: number): number {
  if (matrix.length !== n * n)
    throw new RangeError(`a log-determinant needs ${n} × ${n} entries, found ${matrix.length}`)
  const factor = new Float64Array(n * n)
  let result = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = (matrix[i * n + j] as number) + (i === j ? ridge : 0)
      for (let k = 0; k < j; k++) sum -= (factor[i * n + k] as number) * (factor[j * n + k] as number)
      if (i !== j) factor[i * n + j] = sum / (factor[j * n + j] as number)
      else if (sum > 0) {
        factor[i * n + i] = Math.sqrt(sum)
        result += Math.log(sum)
      } else throw new RangeError(`a log-determinant needs a positive definite matrix, found pivot ${sum} in row ${i}`)
    }
  }
  return result
}

/** The share of entries whose absolute value is below `threshold`. NaN when there are none. */
export function silentFraction(values: ArrayLike<number>, threshold: number): number {
  const silent = Array.from(values).filter((value) => Math.abs(value) < threshold)
  return silent.length / values.length
}

/** The mean of all entries. NaN when there are none. */
export function meanValue(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * Whether `label` is among the k largest of the scores at [from, from + classes): fewer than k classes beat it, by a
 * larger score or by an equal one with a lower index. A row with NaN is a miss.
 */
export function isHit(scores: ArrayLike<number>, from: number, classes: number, label: number, k: number): boolean {
  const own = scores[from + label] as number
  let beating = 0
  for (let c = 0; c < classes; c++) {
    const other = scores[from + c] as number
    if (Number.isNaN(other)) return false
    if (other > own || (other === own && c < label)) beating++
  }
  return beating < k
}
