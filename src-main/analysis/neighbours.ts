/** The nearest neighbours of every sample, all compared with all: exact, so that what is built on them has no chance in it. */

export interface Neighbours {
  readonly count: number
  /** Of each sample; it is not among its own. */
  readonly each: number
  /** `[sample][neighbour]`, the nearest first; of equally near ones the lower place. */
  readonly indices: Uint32Array
  readonly distances: Float64Array
}

interface Points {
  readonly count: number
  readonly features: number
  readonly values: Float64Array
}

/** Yields how far it is, 0 to 1. */
export function* nearestNeighbours(
  { count, features, values }: Points,
  wanted: number,
): Generator<number, Neighbours, undefined> {
  const each = Math.min(wanted, count - 1)
  const indices = new Uint32Array(count * each)
  const distances = new Float64Array(count * each).fill(Infinity)
  const consider = (of: number, other: number, distance: number): void => {
    const from = of * each
    let at = from + each - 1
    if (!(distance < (distances[at] as number))) return
    for (; at > from && distance < (distances[at - 1] as number); at--) {
      distances[at] = distances[at - 1] as number
      indices[at] = indices[at - 1] as number
    }
    distances[at] = distance
    indices[at] = other
  }
  for (let j = 1; j < count; j++) {
    for (let i = 0; i < j; i++) {
      const distance = squaredDistance(values, i * features, j * features, features)
      consider(i, j, distance)
      consider(j, i, distance)
    }
    if (j % 64 === 0) yield (j / count) ** 2
  }
  return { count, each, indices, distances: distances.map(Math.sqrt) }
}

/** Of numbers of one kind only: two kinds in one loop take several times as long. */
export function squaredDistance(values: Float64Array, a: number, b: number, features: number): number {
  let [even, odd] = [0, 0]
  let f = 0
  for (; f + 1 < features; f += 2) {
    const one = (values[a + f] as number) - (values[b + f] as number)
    const other = (values[a + f + 1] as number) - (values[b + f + 1] as number)
    even += one * one
    odd += other * other
  }
  if (f < features) even += ((values[a + f] as number) - (values[b + f] as number)) ** 2
  return even + odd
}
