/** Samples of two features as points of a plane: the first to the right, the second upwards, in the numbers that a network sees. */
import type { Samples } from './data-set.ts'

/** What of the plane is looked at. */
export interface Plane {
  readonly left: number
  readonly right: number
  readonly low: number
  readonly high: number
}

/** Whether samples are points of a plane and no images. */
export function arePoints({ features, image }: Pick<Samples, 'features' | 'image'>): boolean {
  return features === 2 && image === null
}

/** x and y in turn, of these samples in their order. */
export function pointsOf({ pixels, scaling }: Samples, samples: ArrayLike<number>): Float32Array {
  const [scale = 1] = scaling.scale
  const [offset = 0] = scaling.offset
  const points = new Float32Array(2 * samples.length)
  for (let i = 0; i < points.length; i++) {
    const sample = samples[i >> 1] as number
    points[i] = (pixels[2 * sample + (i & 1)] as number) * scale + offset
  }
  return points
}

/** Air around the points, in shares of their range. */
const AIR = 0.06

/** The part of the plane that holds all points, with some air; a range of nothing is given a width of 1. */
export function planeAround(points: ArrayLike<number>): Plane {
  const side = (axis: 0 | 1): readonly [number, number] => {
    let [least, most] = [Infinity, -Infinity]
    for (let i = axis; i < points.length; i += 2) {
      const value = points[i] as number
      if (value < least) least = value
      if (value > most) most = value
    }
    if (least > most) return [-1, 1]
    const air = most > least ? AIR * (most - least) : 0.5
    return [least - air, most + air]
  }
  const [left, right] = side(0)
  const [low, high] = side(1)
  return { left, right, low, high }
}
