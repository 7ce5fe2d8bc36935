/** Points of a plane and how a network divides it: from the answers of the lab to pixels and words, without a screen. */
import type { PlanePreview } from '../../src-main/contract.ts'
import type { Boundary, Plane } from '../../src-main/experiment/boundary.ts'
import { bytesOf } from './bytes.ts'

export interface PlanePoints {
  /** x and y in turn. */
  readonly points: Float32Array
  readonly labels: Uint16Array
  /** What a network takes each for; null where none is asked. */
  readonly predicted: Uint16Array | null
}

/** The outputs of a network in the middles of side × side cells of the plane. */
export interface Ground {
  readonly side: number
  readonly classes: number
  /** `[row][column][class]`, rows from the top. */
  readonly scores: Float32Array
}

/** How a network divides the plane, as it is drawn. */
export interface Divided extends PlanePoints {
  readonly epoch: number
  /** Whether the next epoch was under way. */
  readonly within: boolean
  readonly plane: Plane
  readonly classes: readonly string[]
  readonly ground: Ground
  /** Test samples in all, of which the first are points here. */
  readonly samples: number
  readonly predicted: Uint16Array
}

export function dividedOf({ epoch, within, plane, classes, side, scores, samples, ...found }: Boundary): Divided {
  return {
    ...{ epoch, within, plane, classes, samples },
    ground: { side, classes: classes.length, scores: new Float32Array(bytesOf(scores).buffer) },
    points: new Float32Array(bytesOf(found.points).buffer),
    labels: new Uint16Array(bytesOf(found.labels).buffer),
    predicted: new Uint16Array(bytesOf(found.predicted).buffer),
  }
}

export function cloudOf({ cloud, cloudLabels }: PlanePreview): PlanePoints {
  return {
    points: new Float32Array(bytesOf(cloud).buffer),
    labels: new Uint16Array(bytesOf(cloudLabels).buffer),
    predicted: null,
  }
}

/** How far to the right a number lies in the plane: 0 at its left, 1 at its right. */
export function shareAcross({ left, right }: Plane, x: number): number {
  return (x - left) / (right - left)
}

/** How far down: 0 at its top, 1 at its bottom. */
export function shareDown({ low, high }: Plane, y: number): number {
  return (high - y) / (high - low)
}

/** Where point `at` of a page stands in the plane: shares from the left and from the top. */
export function placeInPlane({ plane, points }: PlanePreview, at: number): { readonly x: number; readonly y: number } {
  const all = new Float32Array(bytesOf(points).buffer)
  return { x: shareAcross(plane, all[2 * at] ?? 0), y: shareDown(plane, all[2 * at + 1] ?? 0) }
}

/** At this margin, the difference of the two largest outputs, colours are at their deepest. */
export const FULL_MARGIN = 1

/** How much of the class's colour there is over the ground: at the boundary, and at its deepest. */
const FAINTEST = 0.13
const DEEPEST = 0.62

/** From a margin to the share of the class's colour. */
export function depthOf(margin: number): number {
  const share = Math.min(1, Math.max(0, margin / FULL_MARGIN))
  return FAINTEST + (DEEPEST - FAINTEST) * (Number.isNaN(share) ? 0 : share)
}

type Colour = readonly [number, number, number]

/**
 * Tells of width × height points spread over the ground, row by row from the top, the class of the largest output and how far
 * the next one is. Between the middles of cells outputs are interpolated linearly, so that the boundary is a line and no
 * staircase.
 */
function acrossGround(
  { side, classes, scores }: Ground,
  width: number,
  height: number,
  tell: (best: number, margin: number) => void,
): void {
  const places = (count: number): readonly { readonly from: number; readonly to: number; readonly share: number }[] =>
    Array.from({ length: count }, (_, i) => {
      const place = Math.min(side - 1, Math.max(0, ((i + 0.5) / count) * side - 0.5))
      const from = Math.floor(place)
      return { from, to: Math.min(from + 1, side - 1), share: place - from }
    })
  const across = places(width)
  for (const row of places(height))
    for (const column of across) {
      const corner = (r: number, c: number): number => (r * side + c) * classes
      const [nw, ne] = [corner(row.from, column.from), corner(row.from, column.to)]
      const [sw, se] = [corner(row.to, column.from), corner(row.to, column.to)]
      let [best, most, second] = [0, -Infinity, -Infinity]
      for (let k = 0; k < classes; k++) {
        const top = (scores[nw + k] as number) * (1 - column.share) + (scores[ne + k] as number) * column.share
        const bottom = (scores[sw + k] as number) * (1 - column.share) + (scores[se + k] as number) * column.share
        const score = top * (1 - row.share) + bottom * row.share
        if (score > most) [best, second, most] = [k, most, score]
        else if (score > second) second = score
      }
      tell(best, most - second)
    }
}

/** RGBA of width × height pixels, row by row from the top: the colour of the class, the deeper the larger the margin. */
export function groundPixels(
  ground: Ground,
  width: number,
  height: number,
  { paper, colours }: { readonly paper: Colour; readonly colours: readonly Colour[] },
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * width * height)
  let at = 0
  acrossGround(ground, width, height, (best, margin) => {
    const depth = depthOf(margin)
    const colour = colours[best] ?? paper
    for (let channel = 0; channel < 3; channel++)
      rgba[at + channel] = (paper[channel] ?? 0) + depth * ((colour[channel] ?? 0) - (paper[channel] ?? 0))
    rgba[at + 3] = 255
    at += 4
  })
  return rgba
}

/** Of side × side cells, row by row from the top, the class of the largest output and how far the next one is. */
export function cellsOf(
  ground: Ground,
  side = ground.side,
): readonly { readonly best: number; readonly margin: number }[] {
  const cells: { readonly best: number; readonly margin: number }[] = []
  acrossGround(ground, side, side, (best, margin) => cells.push({ best, margin }))
  return cells
}

export interface ClassShare {
  readonly name: string
  /** Of the plane that is drawn. */
  readonly plane: number
  readonly samples: number
  readonly misclassified: number
}

/** What the picture says, in numbers: of each class its share of the plane, and its samples on the wrong side. */
export function classShares({ classes, ground, labels, predicted }: Divided): readonly ClassShare[] {
  const cells = new Float64Array(classes.length)
  for (const { best } of cellsOf(ground)) cells[best] = (cells[best] as number) + 1
  return classes.map((name, label) => {
    let [samples, misclassified] = [0, 0]
    labels.forEach((of, i) => {
      if (of !== label) return
      samples++
      if (predicted[i] !== label) misclassified++
    })
    return { name, plane: (cells[label] ?? 0) / ground.side ** 2, samples, misclassified }
  })
}
