/** An embedding as points: where they lie, who lies inside a line drawn around some, and one picture turned to match another. */
import { bytesOf } from './bytes.ts'

export interface EmbeddedPoints {
  readonly classes: readonly string[]
  /** Places in the test set. */
  readonly samples: Uint32Array
  readonly labels: Uint16Array
  readonly predicted: Uint16Array
  readonly x: Float64Array
  readonly y: Float64Array
}

interface Encoded {
  readonly classes: readonly string[]
  readonly samples: string
  readonly labels: string
  readonly predicted: string
  readonly points: string
}

export function pointsOf({ classes, samples, labels, predicted, points }: Encoded): EmbeddedPoints {
  const buffer = (text: string): ArrayBuffer => bytesOf(text).buffer
  const places = new Float32Array(buffer(points))
  return {
    classes,
    samples: new Uint32Array(buffer(samples)),
    labels: new Uint16Array(buffer(labels)),
    predicted: new Uint16Array(buffer(predicted)),
    x: Float64Array.from({ length: places.length / 2 }, (_, i) => places[2 * i] ?? 0),
    y: Float64Array.from({ length: places.length / 2 }, (_, i) => places[2 * i + 1] ?? 0),
  }
}

/** Where the name of each class stands: at the median of its points; null for a class without any. */
export function middlesOf({
  classes,
  labels,
  x,
  y,
}: Pick<EmbeddedPoints, 'classes' | 'x' | 'y'> & { readonly labels: ArrayLike<number> }): readonly ({
  readonly x: number
  readonly y: number
} | null)[] {
  return classes.map((_, label) => {
    const own: number[] = []
    for (let i = 0; i < labels.length; i++) if (labels[i] === label) own.push(i)
    return own.length === 0 ? null : { x: median(own.map((i) => x[i] ?? 0)), y: median(own.map((i) => y[i] ?? 0)) }
  })
}

interface Name extends Place {
  readonly text: string
  /** As it is drawn. */
  readonly width: number
  readonly height: number
}

/** Names moved down until none lies on another, from the top one on; one that just touches another does not. */
export function namesApart(names: readonly Name[]): readonly Name[] {
  const placed: Name[] = []
  for (const name of names.toSorted((a, b) => a.y - b.y || a.x - b.x)) {
    let { y } = name
    const under = (): Name | undefined =>
      placed.find(
        (other) =>
          Math.abs(other.x - name.x) < (other.width + name.width) / 2 && Math.abs(other.y - y) < name.height * 0.999,
      )
    for (let other = under(); other !== undefined; other = under()) y = other.y + name.height
    placed.push({ ...name, y })
  }
  return placed
}

function median(values: number[]): number {
  values.sort((a, b) => a - b)
  const middle = (values.length - 1) / 2
  return ((values[Math.floor(middle)] ?? 0) + (values[Math.ceil(middle)] ?? 0)) / 2
}

export interface Place {
  readonly x: number
  readonly y: number
}

/** Whether a place lies inside a closed line, by the crossings of a ray from it. */
export function inside(line: readonly Place[], { x, y }: Place): boolean {
  let within = false
  let before = line.at(-1)
  for (const corner of line) {
    if (
      before !== undefined &&
      corner.y > y !== before.y > y &&
      x < ((before.x - corner.x) * (y - corner.y)) / (before.y - corner.y) + corner.x
    )
      within = !within
    before = corner
  }
  return within
}

/**
 * The second picture moved, turned, mirrored and scaled so that the samples that both have lie as near to each other as
 * they can (Procrustes; in two dimensions the best turn has a closed form). `disparity`: the share of the first one's
 * spread that is left between them, as SciPy has it; null, and the picture as it is, where they share fewer than three.
 */
export function alignedTo(
  first: EmbeddedPoints,
  second: EmbeddedPoints,
): { readonly points: EmbeddedPoints; readonly disparity: number | null } {
  const places = new Map([...second.samples].map((sample, i) => [sample, i]))
  const pairs = [...first.samples].flatMap((sample, i) => {
    const j = places.get(sample)
    return j === undefined ? [] : [[i, j] as const]
  })
  if (pairs.length < 3) return { points: second, disparity: null }
  const meanOf = (values: Float64Array, side: 0 | 1): number =>
    pairs.reduce((sum, pair) => sum + (values[pair[side]] ?? 0), 0) / pairs.length
  const a = { x: meanOf(first.x, 0), y: meanOf(first.y, 0) }
  const b = { x: meanOf(second.x, 1), y: meanOf(second.y, 1) }
  // Sums over pairs of a · b, of a × b, and of both with b mirrored.
  let [dot, cross, mirroredDot, mirroredCross, ownA, ownB] = [0, 0, 0, 0, 0, 0]
  for (const [i, j] of pairs) {
    const [ax, ay] = [(first.x[i] ?? 0) - a.x, (first.y[i] ?? 0) - a.y]
    const [bx, by] = [(second.x[j] ?? 0) - b.x, (second.y[j] ?? 0) - b.y]
    dot += ax * bx + ay * by
    cross += ay * bx - ax * by
    mirroredDot += ax * bx - ay * by
    mirroredCross += ay * bx + ax * by
    ownA += ax * ax + ay * ay
    ownB += bx * bx + by * by
  }
  if (ownA === 0 || ownB === 0) return { points: second, disparity: null }
  const mirror = Math.hypot(mirroredDot, mirroredCross) > Math.hypot(dot, cross)
  const [cosine, sine] = mirror ? [mirroredDot, mirroredCross] : [dot, cross]
  const fit = Math.hypot(cosine, sine)
  // (cos, sin) · fit / |b|²: turn and scale at once.
  const [c, s] = fit === 0 ? [1, 0] : [cosine / ownB, sine / ownB]
  const flip = mirror ? -1 : 1
  const x = new Float64Array(second.x.length)
  const y = new Float64Array(second.y.length)
  for (let i = 0; i < x.length; i++) {
    const [bx, by] = [(second.x[i] ?? 0) - b.x, flip * ((second.y[i] ?? 0) - b.y)]
    x[i] = a.x + c * bx - s * by
    y[i] = a.y + s * bx + c * by
  }
  return { points: { ...second, x, y }, disparity: 1 - fit ** 2 / (ownA * ownB) }
}
