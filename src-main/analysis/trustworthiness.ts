/**
 * How far an embedding can be trusted: whether neighbours in the picture are neighbours in fact. Venna & Kaski, "Local
 * multidimensional scaling", Neural Networks 19:889 (2006): 1 − 2 / (n k (2n − 3k − 1)) · Σ_i Σ_j (r(i, j) − k) over the
 * k nearest j of each i in the picture that are not among its k nearest in fact; r is their rank there.
 */
import { squaredDistance } from './neighbours.ts'

interface Points {
  readonly features: number
  readonly values: Float32Array | Float64Array
}

function picked({ features, values }: Points, chosen: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: chosen.length * features },
    (_, at) => values[(chosen[Math.floor(at / features)] as number) * features + (at % features)] as number,
  )
}

/** Of the samples `chosen` alone, as if there were no others; null for too few of them. */
export function trustworthiness(fact: Points, picture: Points, chosen: ArrayLike<number>, k: number): number | null {
  const n = chosen.length
  if (2 * k >= n) return null
  const [facts, places] = [picked(fact, chosen), picked(picture, chosen)]
  let penalty = 0
  const there = new Float64Array(n)
  const here = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      there[j] = squaredDistance(facts, i * fact.features, j * fact.features, fact.features)
      here[j] = squaredDistance(places, i * picture.features, j * picture.features, picture.features)
    }
    there[i] = -1
    here[i] = Infinity
    const ranks = new Uint32Array(n)
    const order = Uint32Array.from({ length: n }, (_, j) => j).sort(
      (a, b) => (there[a] as number) - (there[b] as number) || a - b,
    )
    order.forEach((j, rank) => (ranks[j] = rank))
    const near = Uint32Array.from({ length: n }, (_, j) => j).sort(
      (a, b) => (here[a] as number) - (here[b] as number) || a - b,
    )
    for (let at = 0; at < k; at++) penalty += Math.max(0, (ranks[near[at] as number] as number) - k)
  }
  return 1 - (2 * penalty) / (n * k * (2 * n - 3 * k - 1))
}
