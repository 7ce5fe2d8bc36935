/** Evaluating after an epoch: which samples, in pieces short enough to stop between, and how long it takes. */
import type { Samples } from '../data/samples.ts'
import type { Session, Split } from '../engines/engine.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { Compiled } from '../program/program.ts'
import { Generator } from '../program/random.ts'
import type { TrainingControls } from './controls.ts'

export interface Evaluated {
  readonly accuracy: number
  readonly samples: number
  /** Share of the most frequent class among the evaluated samples. */
  readonly largestClass: number
}

/** Samples settled at a time: few sizes, since an engine may keep something ready for each. The result does not depend on it. */
const BATCHES = [16, 64, 256, 512] as const
/** A piece lasts about this long, so that a stop answers well within 300 ms. */
const PIECE_MS = 120

export class Evaluation {
  readonly #session: Session
  readonly #compiled: Compiled
  readonly #now: () => number
  readonly #parts: { readonly split: Split; readonly samples: Uint32Array; readonly largestClass: number }[] = []
  /** How many samples about fill a piece; begins low, for the slowest engine. */
  #samplesAPiece = 16
  #secondsOnce = 0

  constructor(
    session: Session,
    compiled: Compiled,
    experiment: Experiment,
    data: Readonly<Record<Split, Samples>>,
    now: () => number,
  ) {
    this.#session = session
    this.#compiled = compiled
    this.#now = now
    const { evaluateTrain, evaluateTest } = experiment.training
    for (const [split, part] of [
      ['train', evaluateTrain],
      ['test', evaluateTest],
    ] as const) {
      if (part === 'off') continue
      const samples = chosen(data[split], part, Generator.seeded(experiment.data.seed).split('evaluate').split(split))
      this.#parts.push({ split, samples, largestClass: largestClass(data[split], samples) })
    }
  }

  /** Yields after every piece; in the end one result a replica and split: null for a split that is off, and for the whole when the person stopped or paused it. */
  async *run(
    replicas: number,
    controls: TrainingControls,
  ): AsyncGenerator<undefined, Readonly<Record<Split, Evaluated[] | null>> | null> {
    const began = this.#now()
    const result: Record<Split, Evaluated[] | null> = { train: null, test: null }
    const one = this.#compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
    const scalars = new Float64Array(replicas * one.length)
    for (let r = 0; r < replicas; r++) scalars.set(one, r * one.length)
    for (const { split, samples, largestClass } of this.#parts) {
      const hits = new Float64Array(replicas)
      for (let from = 0; from < samples.length;) {
        if (controls.stopRequested || controls.pauseRequested) return null
        const before = this.#now()
        const batchSize = BATCHES.findLast((size) => size <= this.#samplesAPiece) ?? BATCHES[0]
        const whole = Math.max(1, Math.floor(this.#samplesAPiece / batchSize)) * batchSize
        const piece = samples.subarray(from, from + whole)
        const counts = await this.#session.evaluate({
          split,
          samples: piece,
          batchSize,
          scalars,
          topK: [1],
          confusion: false,
        })
        counts.forEach((count, r) => {
          hits[r] = (hits[r] ?? 0) + (count.hits[0] ?? 0)
        })
        from += piece.length
        this.#samplesAPiece = Math.max(1, Math.round((piece.length * PIECE_MS) / Math.max(this.#now() - before, 1)))
        yield
      }
      result[split] = Array.from(hits, (hit) => ({
        accuracy: hit / samples.length,
        samples: samples.length,
        largestClass,
      }))
    }
    this.#secondsOnce = (this.#now() - began) / 1000
    return result
  }

  /** Seconds that so many more evaluations will take, from the last one; 0 before the first. */
  secondsForecast(times: number): number {
    return this.#secondsOnce * times
  }
}

function chosen(samples: Samples, part: 'all' | number, generator: Generator): Uint32Array {
  const all = Uint32Array.from({ length: samples.count }, (_, i) => i)
  return part === 'all' || part >= samples.count ? all : generator.shuffle(all).slice(0, part).sort()
}

function largestClass(samples: Samples, chosenSamples: Uint32Array): number {
  const counts = new Float64Array(samples.classes)
  for (const i of chosenSamples) counts[samples.labels[i] as number] = (counts[samples.labels[i] as number] ?? 0) + 1
  return Math.max(...counts) / Math.max(1, chosenSamples.length)
}
