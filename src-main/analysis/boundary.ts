/**
 * The decision boundary of a network whose samples are points of a plane: its outputs on a grid, as it classifies any sample.
 * Nothing is learned, and nothing of the run is touched.
 */
import { classNamesOf, type DataSet, type Samples } from '../data/data-set.ts'
import { arePoints, type Plane, planeAround, pointsOf } from '../data/plane.ts'
import type { Boundary } from '../experiment/boundary.ts'
import { largestOf } from './largest.ts'
import { base64 } from './pack.ts'
import { activities, type TrainedNetwork } from './trained-network.ts'

/** More points would hide what they lie on. */
const MOST_POINTS = 1000

interface BoundaryTask extends TrainedNetwork {
  readonly data: DataSet
  /** Points along a side of the grid. */
  readonly side: number
}

/** Middles of side × side cells of the plane, x and y in turn, row by row from the top. */
export function gridOf({ left, right, low, high }: Plane, side: number): Float32Array {
  const points = new Float32Array(2 * side * side)
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const at = 2 * (row * side + column)
      points[at] = left + ((column + 0.5) / side) * (right - left)
      points[at + 1] = high - ((row + 0.5) / side) * (high - low)
    }
  return points
}

/** @throws RangeError for samples that are no points of a plane; CheckpointProblem, EngineProblem */
export async function boundary(task: BoundaryTask): Promise<Boundary> {
  const { data, side, experiment, network, engine } = task
  const { test } = data
  if (!arePoints(test))
    throw new RangeError(
      `a decision boundary is drawn for samples of two features, found ${test.features}${test.image === null ? '' : ' of an image'}`,
    )
  const classes = experiment.widths.at(-1) as number
  const shown = Math.min(MOST_POINTS, test.count)
  const points = pointsOf(
    test,
    Array.from({ length: shown }, (_, i) => i),
  )
  const plane = planeAround(points)
  const cells = side * side
  const all = new Float32Array(2 * (cells + shown))
  all.set(gridOf(plane, side))
  all.set(points, 2 * cells)
  const scores = new Float32Array(cells * classes)
  const predicted = new Uint16Array(shown)
  for await (const { samples, layer } of activities(task, asSamples(all, test.classes))) {
    const outputs = layer(experiment.widths.length - 1)
    samples.forEach((place, row) => {
      const from = row * classes
      if (place < cells) scores.set(outputs.subarray(from, from + classes), place * classes)
      else predicted[place - cells] = largestOf(outputs, from, classes).best
    })
  }
  return {
    epoch: network.position.epoch,
    within: network.position.batchInEpoch > 0,
    engine: engine.name,
    classes: classNamesOf(data, classes),
    ...{ plane, side, scores: base64(scores), samples: test.count, points: base64(points) },
    labels: base64(Uint16Array.from(test.labels.subarray(0, shown))),
    predicted: base64(predicted),
  }
}

/** Points as a network sees them; their labels count for nothing, since nothing is learned or scored. */
function asSamples(points: Float32Array, classes: number): Samples {
  const count = points.length / 2
  return {
    ...{ count, features: 2, pixels: points, labels: new Uint8Array(count), classes, image: null },
    scaling: { scale: [1], offset: [0] },
  }
}
