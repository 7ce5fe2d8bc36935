/** Evaluation after an epoch: which samples, in pieces short enough to stop between, and how long it takes. */
import type { Samples } from '../data/data-set.ts'
import type { SampleSplit } from '../data/split.ts'
import type { Session, Split } from '../engines/engine.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { Compiled } from '../program/program.ts'
import { Generator } from '../program/random.ts'
import type { TrainingControls } from './controls.ts'

export interface Evaluated {
  readonly accuracy: number
  /** Fraction of samples whose class is among the k largest outputs; null unless asked for. */
  readonly topK: number | null
  /** `[true class][class taken for]`, row by row; null unless asked for. */
  readonly confusion: Float64Array | null
  readonly samples: number
  /** Share of the most frequent class among the evaluated samples. */
  readonly largestClass: number
}

/** What is evaluated; the validation part lies in the engine's training split. */
type Part = 'train' | 'validation' | 'test'

/** One result per replica; null for a part that is off or not there. */
export type EvaluatedParts = Readonly<Record<Part, Evaluated[] | null>>

/** What is counted beside accuracy. */
interface ExtraCounts {
  /** k of top-k; null for not counted. */
  readonly topK: number | null
  /** Of which part; null for none. */
  readonly confusion: 'train' | 'test' | null
}

/** What the evaluation after so many epochs counts beside accuracy: what is due then, and all of it after the last. */
export function extraCounts({ evaluation, training }: Experiment, epoch: number): ExtraCounts {
  const { topK, topKEveryEpochs, confusionEveryEpochs } = evaluation
  const due = (every: number | 'last'): boolean => epoch >= training.epochs || (every !== 'last' && epoch % every === 0)
  return {
    topK: topK !== null && due(topKEveryEpochs) ? topK : null,
    confusion:
      confusionEveryEpochs !== null && due(confusionEveryEpochs)
        ? training.evaluateTest === 'off'
          ? 'train'
          : 'test'
        : null,
  }
}

/** Samples settled at a time: few sizes, since an engine may keep something ready for each. The result does not depend on it. */
const BATCHES = [16, 64, 256, 512] as const
/** A piece lasts about this long, so that a stop answers well within 300 ms. */
const PIECE_MS = 120

export class Evaluation {
  readonly #session: Session
  readonly #compiled: Compiled
  readonly #now: () => number
  readonly #parts: {
    readonly part: Part
    readonly split: Split
    readonly samples: Uint32Array
    readonly largestClass: number
  }[] = []
  /** How many samples about fill a piece; begins low, for the slowest engine. */
  #samplesPerPiece = 16
  #secondsOnce = 0

  constructor(
    session: Session,
    compiled: Compiled,
    experiment: Experiment,
    data: Readonly<Record<Split, Samples>> & { readonly split: SampleSplit | null },
    now: () => number,
  ) {
    this.#session = session
    this.#compiled = compiled
    this.#now = now
    const { evaluateTrain, evaluateTest } = experiment.training
    for (const [part, split, share] of [
      ['train', 'train', evaluateTrain],
      ['validation', 'train', data.split === null ? 'off' : 'all'],
      ['test', 'test', evaluateTest],
    ] as const) {
      if (share === 'off') continue
      const all = part === 'test' ? null : (data.split?.[part] ?? null)
      const generator = Generator.seeded(experiment.data.seed).split('evaluate').split(part)
      const samples = chosen(all ?? everySample(data[split]), share, generator)
      this.#parts.push({ part, split, samples, largestClass: largestClass(data[split], samples) })
    }
  }

  /** Yields after every piece; in the end one result per replica and part: null for a part that is off, and for the whole when the person stopped or paused it. */
  async *run(
    replicas: number,
    controls: TrainingControls,
    { topK, confusion: confused }: ExtraCounts,
  ): AsyncGenerator<undefined, EvaluatedParts | null> {
    const began = this.#now()
    const classes = this.#compiled.program.widths.at(-1) as number
    const result: Record<Part, Evaluated[] | null> = { train: null, validation: null, test: null }
    const one = this.#compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
    const scalars = new Float64Array(replicas * one.length)
    for (let r = 0; r < replicas; r++) scalars.set(one, r * one.length)
    for (const { part, split, samples, largestClass } of this.#parts) {
      const confusion = part === confused
      const hits = new Float64Array(replicas)
      const hitsTopK = new Float64Array(replicas)
      const confusions = Array.from({ length: replicas }, () => new Float64Array(confusion ? classes ** 2 : 0))
      for (let from = 0; from < samples.length;) {
        if (controls.stopRequested || controls.pauseRequested) return null
        const before = this.#now()
        const atOnce = this.#session.atOnce?.samples ?? this.#samplesPerPiece
        const batchSize = BATCHES.findLast((size) => size <= atOnce) ?? BATCHES[0]
        const whole = Math.max(1, Math.floor(atOnce / batchSize)) * batchSize
        const piece = samples.subarray(from, from + whole)
        const counts = await this.#session.evaluate({
          split,
          samples: piece,
          batchSize,
          scalars,
          topK: topK === null ? [1] : [1, topK],
          confusion,
        })
        counts.forEach((count, r) => {
          hits[r] = (hits[r] ?? 0) + (count.hits[0] ?? 0)
          hitsTopK[r] = (hitsTopK[r] ?? 0) + (count.hits[1] ?? 0)
          const sums = confusions[r]
          if (sums !== undefined) count.confusion.forEach((n, at) => (sums[at] = (sums[at] ?? 0) + n))
        })
        from += piece.length
        this.#samplesPerPiece = Math.max(1, Math.round((piece.length * PIECE_MS) / Math.max(this.#now() - before, 1)))
        yield
      }
      result[part] = Array.from(hits, (hit, r) => ({
        accuracy: hit / samples.length,
        topK: topK === null ? null : (hitsTopK[r] as number) / samples.length,
        confusion: confusion ? (confusions[r] as Float64Array) : null,
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

function everySample({ count }: Samples): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i)
}

function chosen(all: Uint32Array, share: 'all' | number, generator: Generator): Uint32Array {
  return share === 'all' || share >= all.length ? all : generator.shuffle(all.slice()).slice(0, share).sort()
}

function largestClass(samples: Samples, chosenSamples: Uint32Array): number {
  const counts = new Float64Array(samples.classes)
  for (const i of chosenSamples) counts[samples.labels[i] as number] = (counts[samples.labels[i] as number] ?? 0) + 1
  return Math.max(...counts) / Math.max(1, chosenSamples.length)
}
