/**
 * What every engine does with samples before and after its arithmetic: gather and scale a batch, count hits, and let
 * the process answer its messages in between.
 */
import { isHit } from '../program/measures.ts'
import type { Program } from '../program/program.ts'
import type { Samples } from '../program/samples.ts'
import type { Counts, EvaluationPlan, Numbers } from './engine.ts'
import type { CheckedEvaluation } from './unchecked-session.ts'

/** Units of the last layer. */
export function classesOf(program: Program): number {
  return program.widths[program.widths.length - 1] as number
}

/**
 * Writes the samples of `indices` into `x`, one row each: x = pixel · scale[c] + offset[c] with c the pixel's channel
 * (planes one after another). Rounded once, to the type of `x`.
 */
export function gatherPixels(samples: Samples, indices: Uint32Array, x: Numbers): void {
  const { features, pixels, scaling } = samples
  const channels = scaling.scale.length
  const plane = features / channels
  for (let channel = 0; channel < channels; channel++) {
    const scale = scaling.scale[channel] as number
    const offset = scaling.offset[channel] as number
    for (let row = 0; row < indices.length; row++) {
      const from = (indices[row] as number) * features
      const to = row * features
      const end = (channel + 1) * plane
      for (let i = channel * plane; i < end; i++) x[to + i] = (pixels[from + i] as number) * scale + offset
    }
  }
}

/** All samples as `gatherPixels` writes them, `[sample][feature]`. */
export function scaledPixels(samples: Samples): Float32Array<ArrayBuffer> {
  const scaled = new Float32Array(samples.count * samples.features)
  gatherPixels(
    samples,
    Uint32Array.from({ length: samples.count }, (_, index) => index),
    scaled,
  )
  return scaled
}

/** What each byte of a pixel stands for, `[channel][byte]`, for engines that keep bytes; rounded once, to float32. */
export function byteValues({ scaling }: Samples): Float32Array<ArrayBuffer> {
  const values = new Float32Array(scaling.scale.length * 256)
  for (let channel = 0; channel < scaling.scale.length; channel++)
    for (let byte = 0; byte < 256; byte++)
      values[channel * 256 + byte] = byte * (scaling.scale[channel] as number) + (scaling.offset[channel] as number)
  return values
}

/** Writes one-hot rows of `classes` entries for the labels of `indices` into `y`. */
export function gatherTargets(samples: Samples, indices: Uint32Array, classes: number, y: Numbers): void {
  y.fill(0, 0, indices.length * classes)
  for (let row = 0; row < indices.length; row++)
    y[row * classes + (samples.labels[indices[row] as number] as number)] = 1
}

/** Scores of some samples, row by row, for one replica, or for one after another from this one on. */
type Scorer = (replica: number, indices: Uint32Array) => Numbers | Promise<Numbers>

/**
 * Counts hits over the plan's samples, batch by batch; the last batch may be smaller.
 *
 * @param perPass how many replicas `score` scores at a time, which divides their number
 */
export async function countHits(
  plan: CheckedEvaluation,
  samples: Samples,
  classes: number,
  replicas: number,
  score: Scorer,
  perPass = 1,
): Promise<readonly Counts[]> {
  const counts: Counts[] = []
  const pause = new Pause()
  for (let first = 0; first < replicas; first += perPass) {
    let sums = Array.from({ length: perPass }, () => noCounts(plan, classes))
    for (let from = 0; from < plan.samples.length; from += plan.batchSize) {
      const indices = plan.samples.subarray(from, from + plan.batchSize)
      const scores = await score(first, indices)
      const entries = indices.length * classes
      sums = sums.map((sum, at) =>
        added(sum, countScores(plan, samples, indices, classes, scores.subarray(at * entries, (at + 1) * entries))),
      )
      await pause.ifDue()
    }
    counts.push(...sums)
  }
  return counts
}

function noCounts({ topK, confusion }: EvaluationPlan, classes: number): Counts {
  return { samples: 0, hits: topK.map(() => 0), confusion: new Uint32Array(confusion ? classes * classes : 0) }
}

/** Counts over two lists of samples. */
export function added(a: Counts, b: Counts): Counts {
  return {
    samples: a.samples + b.samples,
    hits: a.hits.map((hits, at) => hits + (b.hits[at] as number)),
    confusion: a.confusion.map((count, cell) => count + (b.confusion[cell] as number)),
  }
}

/** Counts hits among the scores of some samples, row by row. */
export function countScores(
  plan: EvaluationPlan,
  samples: Samples,
  indices: Uint32Array,
  classes: number,
  scores: Numbers,
): Counts {
  const hits = plan.topK.map(() => 0)
  const { confusion } = noCounts(plan, classes)
  for (let row = 0; row < indices.length; row++) {
    const label = samples.labels[indices[row] as number] as number
    plan.topK.forEach((k, at) => {
      if (isHit(scores, row * classes, classes, label, k)) hits[at] = (hits[at] as number) + 1
    })
    if (plan.confusion) {
      const cell = label * classes + largest(scores, row * classes, classes)
      confusion[cell] = (confusion[cell] as number) + 1
    }
  }
  return { samples: indices.length, hits, confusion }
}

/** Hits by replica among the scores that a program counts while a plan is trained. */
export class TrainingHits {
  readonly #classes: number
  readonly #hits: number[] | null

  constructor(program: Program, replicas: number) {
    this.#classes = classesOf(program)
    this.#hits = counts(program) ? new Array<number>(replicas).fill(0) : null
  }

  /** Counts a batch of one replica, whose samples are `indices`. */
  add(replica: number, samples: Samples, indices: Uint32Array, scores: Numbers): void {
    if (this.#hits === null) return
    let hits = 0
    for (let row = 0; row < indices.length; row++) {
      const label = samples.labels[indices[row] as number] as number
      if (isHit(scores, row * this.#classes, this.#classes, label, 1)) hits++
    }
    this.#hits[replica] = (this.#hits[replica] as number) + hits
  }

  get byReplica(): readonly number[] | null {
    return this.#hits
  }
}

/** Whether a program says what scores its training batches. */
export function counts(program: Program): boolean {
  return program.training.some(({ kind }) => kind === 'count')
}

/** Index of the largest entry, the lowest of equal ones; NaN never wins. */
function largest(scores: ArrayLike<number>, from: number, classes: number): number {
  let best = 0
  let most = -Infinity
  for (let c = 0; c < classes; c++) {
    const score = scores[from + c] as number
    if (score > most) {
      most = score
      best = c
    }
  }
  return best
}

/** Measured values by name; a name that is measured twice holds one after the other. */
export function namedValues(taken: Iterable<readonly [name: string, values: Float32Array]>): Map<string, Float32Array> {
  const named = new Map<string, Float32Array>()
  for (const [name, now] of taken) {
    const before = named.get(name)
    named.set(name, before === undefined ? now : Float32Array.from([...before, ...now]))
  }
  return named
}

/** True when an entry is NaN or infinite. */
export function hasNonFinite(values: Numbers): boolean {
  for (const value of values) if (value - value !== 0) return true
  return false
}

/** Gives the event loop a turn now and then, so that a process deep in arithmetic still hears "stop". */
export class Pause {
  static readonly #everyMs = 25
  #last = performance.now()

  /** Resolves at once, or after a turn of the event loop when the last one is long ago. */
  async ifDue(): Promise<void> {
    if (performance.now() - this.#last < Pause.#everyMs) return
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.#last = performance.now()
  }
}
