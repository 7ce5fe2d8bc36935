/** How a network divides the plane that its samples are points of: what can be asked, and what the answer holds. */
import { z } from 'zod'
import type { Plane } from '../data/plane.ts'

export type { Plane }

/** At most so many points along a side of the grid. */
const MOST_SIDE = 128

/** The class scores of a network of two inputs on a grid of `side` × `side` points, and how it classifies the test samples. */
export const BoundaryAsk = z.strictObject({ kind: z.literal('boundary'), side: z.int().min(2).max(MOST_SIDE) })

export interface Boundary {
  /** Finished epochs of the weights looked at. */
  readonly epoch: number
  /** Whether the next epoch was under way, as after a stop or a pause. */
  readonly within: boolean
  readonly engine: string
  readonly classes: readonly string[]
  readonly plane: Plane
  readonly side: number
  /** Base64 of float32, `[row][column][class]`, rows from the top: outputs in the middles of side × side cells. */
  readonly scores: string
  /** Test samples, the first of so many. */
  readonly samples: number
  /** Base64 of float32, x and y in turn. */
  readonly points: string
  /** Base64 of uint16. */
  readonly labels: string
  readonly predicted: string
}
