/**
 * Toys: two built-in sets of points in a plane, in two classes that no line separates. `spirals` are two arms wound into
 * each other, after Lang and Witbrock, "Learning to tell two spirals apart", Proceedings of the 1988 Connectionist Models
 * Summer School; `xor` has four clouds, of which those across from each other are one class.
 *
 * A sample is a pure function of (seed, part, index), two numbers within (−1, 1). It is computed with +, −, ×, ÷ and √
 * alone, which every machine rounds alike, so its bytes are the same everywhere: where an arm turns, a unit vector is
 * turned by a fixed rotation, again and again. Any change of a sample must raise the set's version.
 */
import { Generator } from '../program/random.ts'
import { bell } from './bell.ts'
import type { Samples, Scaling } from './data-set.ts'

/** Recorded with every run on the set. */
export const SPIRALS_VERSION = 1
export const XOR_VERSION = 1

interface Counts {
  readonly train: number
  readonly test: number
}

interface Parts {
  readonly train: Samples
  readonly test: Samples
}

const AS_THEY_ARE: Scaling = { scale: [1], offset: [0] }

const SPIRALS = {
  turns: 1.5,
  /** Distance from the middle where an arm begins and where it ends; it grows with the angle. */
  from: 0.1,
  to: 0.86,
  /** Standard deviation of each of the two numbers. */
  noise: 0.04,
} as const

/** Of a turn. */
const STEPS = 256
/** The tangent of half the angle of a step, π/256, to the last digit of a double. */
const HALF_STEP = 0.012272462379566276

/** Every two consecutive samples are one of each arm. */
export function generateSpirals(seed: number, counts: Counts): Parts {
  const arm = unitVectors(SPIRALS.turns * STEPS)
  const last = SPIRALS.turns * STEPS
  return draw('spirals', seed, counts, 2, (random, which) => {
    // The root spreads samples evenly along the arm, whose turns grow longer outwards.
    const along = Math.sqrt(random.uniform())
    const step = Math.min(Math.floor(along * last), last - 1)
    const rest = along * last - step
    const [x0, y0] = arm[step] as Point
    const [x1, y1] = arm[step + 1] as Point
    const radius = (which === 0 ? 1 : -1) * (SPIRALS.from + (SPIRALS.to - SPIRALS.from) * along)
    return {
      point: [
        radius * (x0 + rest * (x1 - x0)) + SPIRALS.noise * bell(random),
        radius * (y0 + rest * (y1 - y0)) + SPIRALS.noise * bell(random),
      ],
      label: which,
    }
  })
}

type Point = readonly [number, number]

/** (1, 0) turned counter-clockwise 0, 1, 2, … steps. */
function unitVectors(steps: number): readonly Point[] {
  const cosine = (1 - HALF_STEP * HALF_STEP) / (1 + HALF_STEP * HALF_STEP)
  const sine = (2 * HALF_STEP) / (1 + HALF_STEP * HALF_STEP)
  let [x, y] = [1, 0]
  return Array.from({ length: steps + 1 }, () => {
    const at: Point = [x, y]
    ;[x, y] = [cosine * x - sine * y, sine * x + cosine * y]
    return at
  })
}

const XOR = {
  /** Of a cloud's middle from both axes. */
  middle: 0.5,
  /** Standard deviation of each of the two numbers. */
  noise: 0.14,
} as const

/** Every four consecutive samples are one of each cloud. The class is 1 where the signs of a cloud's middle differ. */
export function generateXor(seed: number, counts: Counts): Parts {
  return draw('xor', seed, counts, 4, (random, cloud) => {
    const [right, up] = [cloud % 2, Math.floor(cloud / 2)]
    const middle = (side: number): number => (side === 1 ? XOR.middle : -XOR.middle)
    return {
      point: [middle(right) + XOR.noise * bell(random), middle(up) + XOR.noise * bell(random)],
      label: right === up ? 0 : 1,
    }
  })
}

type DrawPoint = (random: Generator, group: number) => { readonly point: Point; readonly label: number }

/** Of every `groups` consecutive samples one is of each group, in an order of its own. */
function draw(name: string, seed: number, counts: Counts, groups: number, point: DrawPoint): Parts {
  const generator = Generator.seeded(seed).split(name)
  return {
    train: drawPart(generator.split('train'), counts.train, groups, point),
    test: drawPart(generator.split('test'), counts.test, groups, point),
  }
}

function drawPart(generator: Generator, count: number, groups: number, drawPoint: DrawPoint): Samples {
  const pixels = new Float32Array(2 * count)
  const labels = new Uint8Array(count)
  const order = new Uint32Array(groups)
  for (let i = 0; i < count; i++) {
    if (i % groups === 0) {
      order.forEach((_, group) => (order[group] = group))
      generator.split('order').split(i).shuffle(order)
    }
    const { point, label } = drawPoint(generator.split(i), order[i % groups] ?? 0)
    pixels.set(point, 2 * i)
    labels[i] = label
  }
  return { count, features: 2, pixels, labels, classes: 2, image: null, scaling: AS_THEY_ARE }
}
