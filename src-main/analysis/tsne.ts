/**
 * t-SNE (van der Maaten & Hinton 2008) in two dimensions with the forces between far points taken together, after Barnes and
 * Hut (van der Maaten 2014). Beginning with principal components (Kobak & Berens 2019), and steps as scikit-learn has them.
 */
import type { Generator as Random } from '../program/random.ts'
import type { Neighbours } from './neighbours.ts'
import { QuadTree } from './quad-tree.ts'

interface TsneOptions {
  readonly perplexity: number
  readonly random: Random
}

/** Attraction is stronger by this in the first steps, so that clusters find together. */
const EXAGGERATION = 12
const EXAGGERATED = 250
const STEPS = 750
/** A cell seen under a smaller angle than this counts as one point. */
const ANGLE = 0.5
/** Of the picture that it begins with, along its first axis. */
const FIRST_SD = 1e-4

/** @param start `[sample][2]`, of any size. Yields how far it is, 0 to 1. */
export function* tsne(
  near: Neighbours,
  start: Float64Array,
  { perplexity, random }: TsneOptions,
): Generator<number, Float64Array, undefined> {
  const { count } = near
  const affinities = affinitiesOf(near, perplexity)
  const y = begun(start, count, FIRST_SD, random)
  const speed = new Float64Array(2 * count)
  const gains = new Float64Array(2 * count).fill(1)
  const tree = new QuadTree(count)
  const pull = new Float64Array(2 * count)
  const push = new Float64Array(2 * count)
  const rate = Math.max(count / EXAGGERATION / 4, 50)
  for (let step = 0; step < STEPS; step++) {
    const stronger = step < EXAGGERATED ? EXAGGERATION : 1
    const momentum = step < EXAGGERATED ? 0.5 : 0.8
    attraction(affinities, y, pull)
    tree.build(y)
    const total = tree.repulsion(y, ANGLE, push)
    for (let i = 0; i < 2 * count; i++) {
      const gradient = 4 * (stronger * (pull[i] as number) - (push[i] as number) / total)
      const before = speed[i] as number
      const gain = Math.max(0.01, gradient * before < 0 ? (gains[i] as number) + 0.2 : (gains[i] as number) * 0.8)
      gains[i] = gain
      speed[i] = momentum * before - rate * gain * gradient
      y[i] = (y[i] as number) + (speed[i] as number)
    }
    if (step % 5 === 0) yield step / STEPS
  }
  return y
}

/** Scaled to a standard deviation along the first axis, with a little noise, so that equal samples can part. */
export function begun(start: Float64Array, count: number, sd: number, random: Random): Float64Array {
  let squares = 0
  for (let i = 0; i < count; i++) squares += (start[2 * i] as number) ** 2
  const scale = squares > 0 ? sd / Math.sqrt(squares / count) : 0
  return start.map((value) => value * scale + 0.01 * sd * random.normal())
}

/** Of every pair of neighbours how strongly they belong together, p_ij = (p_j|i + p_i|j) / 2n, row by row. */
interface Affinities {
  readonly from: Uint32Array
  readonly others: Uint32Array
  readonly values: Float64Array
}

export function affinitiesOf({ count, each, indices, distances }: Neighbours, perplexity: number): Affinities {
  const rows = Array.from({ length: count }, () => new Map<number, number>())
  const add = (i: number, j: number, value: number): void => {
    const row = rows[i] as Map<number, number>
    row.set(j, (row.get(j) ?? 0) + value)
  }
  for (let i = 0; i < count; i++) {
    const squared = distances.subarray(i * each, (i + 1) * each).map((distance) => distance ** 2)
    const given = conditional(squared, perplexity)
    given.forEach((value, at) => {
      const j = indices[i * each + at] as number
      add(i, j, value / (2 * count))
      add(j, i, value / (2 * count))
    })
  }
  const from = new Uint32Array(count + 1)
  rows.forEach((row, i) => (from[i + 1] = (from[i] as number) + row.size))
  const others = new Uint32Array(from[count] as number)
  const values = new Float64Array(from[count] as number)
  rows.forEach((row, i) => {
    let at = from[i] as number
    for (const [j, value] of row) {
      others[at] = j
      values[at++] = value
    }
  })
  return { from, others, values }
}

/** exp(−β d²), of sum 1, with the β that gives them this perplexity, e to the entropy. */
export function conditional(squared: Float64Array, perplexity: number): Float64Array {
  const target = Math.log(Math.min(perplexity, squared.length))
  // The nearest distance is subtracted: it takes nothing from the shares and keeps the sum from 0.
  const nearest = squared[0] ?? 0
  let [beta, low, high] = [1, 0, Infinity]
  let shares = new Float64Array(squared.length)
  for (let step = 0; step < 100; step++) {
    shares = squared.map((distance) => Math.exp(-beta * (distance - nearest)))
    const sum = shares.reduce((all, share) => all + share, 0)
    let mean = 0
    for (let at = 0; at < squared.length; at++) {
      shares[at] = (shares[at] as number) / sum
      mean += (shares[at] as number) * ((squared[at] as number) - nearest)
    }
    const entropy = Math.log(sum) + beta * mean
    if (Math.abs(entropy - target) < 1e-5) break
    if (entropy > target) {
      low = beta
      beta = high === Infinity ? beta * 2 : (beta + high) / 2
    } else {
      high = beta
      beta = (beta + low) / 2
    }
  }
  return shares
}

function attraction({ from, others, values }: Affinities, y: Float64Array, pull: Float64Array): void {
  for (let i = 0; 2 * i < y.length; i++) {
    const [xi, yi] = [y[2 * i] as number, y[2 * i + 1] as number]
    let [fx, fy] = [0, 0]
    for (let at = from[i] as number; at < (from[i + 1] as number); at++) {
      const j = others[at] as number
      const dx = xi - (y[2 * j] as number)
      const dy = yi - (y[2 * j + 1] as number)
      const force = (values[at] as number) / (1 + dx * dx + dy * dy)
      fx += force * dx
      fy += force * dy
    }
    pull[2 * i] = fx
    pull[2 * i + 1] = fy
  }
}
