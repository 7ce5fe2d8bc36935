/**
 * The seam between what is computed and what computes it. An engine runs compiled programs; it knows no rule, no file
 * and no experiment. Many batches cross at a time, so that native code or a GPU is entered once a chunk.
 */
import type { Samples } from '../program/samples.ts'
import type { Compiled } from '../program/program.ts'

export type EngineName = 'reference' | 'tensorflow' | 'native' | 'webgpu'

/** Whether this machine can run the engine, on what, and why (a sentence for the person either way). */
export type Availability =
  | {
      readonly available: true
      readonly device: string
      readonly reason: string
      readonly devices?: readonly string[]
      /** On a GPU, which 'auto' takes before any processor. */
      readonly gpu?: boolean
      /** On a driver that imitates a GPU on the processor, which 'auto' takes last. */
      readonly software?: boolean
    }
  | { readonly available: false; readonly reason: string }

export type Precision = 'float32' | 'float64'

export interface SessionOptions {
  /** How many networks are trained side by side, each with its own parameters, batch order and scalars. */
  readonly replicas: number
  /** Only `reference` offers float64. */
  readonly precision: Precision
  readonly threads?: number
  readonly device?: string
}

export interface Engine {
  readonly name: EngineName
  /** Cheap after the first call; loads nothing heavy that it can avoid. */
  available(): Promise<Availability>
  /** Rejects with `EngineProblem` when the machine or the options do not allow it. */
  open(compiled: Compiled, options: SessionOptions): Promise<Session>
  /** Peak arithmetic rate of that many threads in GFLOP/s (a multiply-add counts two), measured now; absent where an engine cannot tell. */
  peak?(threads: number): Promise<number>
  /** GB/s that so many threads read and write together, each over `bytes` of its own again and again, measured now; absent where an engine cannot tell. */
  bandwidth?(threads: number, bytes: number): Promise<number>
}

export type Split = 'train' | 'test'
export type Numbers = Float32Array | Float64Array

/** Consecutive training batches, all of the same size. */
export interface BatchPlan {
  readonly batchSize: number
  readonly batches: number
  /** Sample indices into the training split, `[replica][batch][row]`. */
  readonly samples: Uint32Array
  /** Per-batch scalars, `[replica][batch][slot]`, each row from `Compiled.scalarsAt`. */
  readonly scalars: Float64Array
  /** The batch (from 0, within this plan) whose measurements are returned; null for none. */
  readonly measureBatch: number | null
}

export interface Measured {
  /** By replica, then by measurement name: the values, iteration by iteration, row by row. Empty when measureBatch is null. */
  readonly measurements: readonly ReadonlyMap<string, Numbers>[]
  /** Replicas for which a training state or parameter was seen to be NaN or infinite in this plan; an engine may leave finding it to the loop. */
  readonly broken: readonly number[]
  /** By replica: hits among the scores that the program counts, over all samples of the plan, each scored before its batch was learned from; null where it counts none. */
  readonly hits: readonly number[] | null
}

/** Where the time of a training batch of all replicas goes on a GPU: milliseconds by the GPU's own clock. */
export interface BatchProfile {
  /** A batch among others, dispatched as in training. */
  readonly wholeMs: number
  /** Its dispatches, each timed apart, by what they do. */
  readonly parts: readonly { readonly work: string; readonly dispatches: number; readonly ms: number }[]
  /** wholeMs − Σ parts: what passes between dispatches; below 0 where timing them apart costs more than that. */
  readonly betweenMs: number
  /** The search for parameters that are not finite, once in a plan. */
  readonly finiteMs: number
  /** Scoring as many samples as a batch has, with as many at a time as evaluation takes. */
  readonly evaluationMs: number
}

export interface EvaluationPlan {
  readonly split: Split
  /** Which samples, in order; null for the whole split. */
  readonly samples: Uint32Array | null
  /** Samples settled at a time. The result does not depend on it. */
  readonly batchSize: number
  /** `[replica][slot]`, as for a training batch. */
  readonly scalars: Float64Array
  /** How many of the largest outputs count as a hit, ascending, e.g. [1] or [1, 5]. */
  readonly topK: readonly number[]
  /** Whether to count `confusion`. */
  readonly confusion: boolean
}

export interface PredictionPlan {
  readonly split: Split
  readonly samples: Uint32Array
  /** `[slot]`, of the replica. */
  readonly scalars: Float64Array
  readonly replica: number
}

export interface BoundData {
  readonly train: Samples
  readonly test: Samples
}

export interface Counts {
  readonly samples: number
  /** Hits for each k of `topK`. Ties go to the lowest index. A row with NaN is a miss. */
  readonly hits: readonly number[]
  /** `[true class][predicted class]`, row by row; empty unless asked for. */
  readonly confusion: Uint32Array
}

export interface Session {
  readonly engine: EngineName
  /** What it runs on, for people: 'CPU, WebAssembly SIMD, 2 threads'. */
  readonly device: string
  /** Dispatches that the last plan's training batches took, where batches are sent to a GPU; null before the first. */
  readonly dispatchesPerBatch?: number | null
  /** How much to ask for in one call, where sessions are computed together and should ask for the same; absent where each decides. */
  readonly atOnce?: { readonly batches: number; readonly samples: number } | undefined
  /** Gives the session its data; called once before train or evaluate. */
  bind(data: BoundData): void
  /** Overwrites a parameter, row by row. */
  write(parameter: string, replica: number, values: Numbers): void
  /** A copy of a parameter, row by row. */
  read(parameter: string, replica: number): Promise<Numbers>
  train(plan: BatchPlan): Promise<Measured>
  /** Times batches by the GPU's own clock, training them several times over; null where there is none that tells. */
  profile?(plan: BatchPlan): Promise<BatchProfile | null>
  /** One `Counts` per replica. */
  evaluate(plan: EvaluationPlan): Promise<readonly Counts[]>
  /** The raw scores of one split's samples, `[sample][class]`, for one replica: for tests, drawing and embeddings. */
  predict(plan: PredictionPlan): Promise<Numbers>
  close(): void
}

/** The engine cannot do what was asked here; the message says what to do instead. */
export class EngineProblem extends Error {
  override readonly name = 'EngineProblem'
}
