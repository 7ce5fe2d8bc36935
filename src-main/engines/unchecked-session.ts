/** What an engine implements: the arithmetic of a session. */
import type {
  BatchPlan,
  BatchProfile,
  BoundData,
  Counts,
  EvaluationPlan,
  Measured,
  Numbers,
  PredictionPlan,
  Session,
} from './engine.ts'

export interface CheckedEvaluation extends EvaluationPlan {
  /** The whole split where the caller named none. */
  readonly samples: Uint32Array
}

/**
 * A session without a check of its own: `CheckedSession` calls it with requests that fit the program and the data, and
 * never after `close`. `close` is called once, perhaps while a request is being computed; what that one gives, or throws,
 * is then thrown away.
 */
export interface UncheckedSession {
  readonly device: string
  readonly dispatchesPerBatch?: number | null
  readonly atOnce?: Session['atOnce']
  bind(data: BoundData): void
  /** @param values `[row][column]` of the parameter with that index */
  write(parameter: number, replica: number, values: Numbers): void
  read(parameter: number, replica: number): Promise<Numbers>
  train(plan: BatchPlan, data: BoundData): Promise<Measured>
  profile?(plan: BatchPlan, data: BoundData): Promise<BatchProfile | null>
  evaluate(plan: CheckedEvaluation, data: BoundData): Promise<readonly Counts[]>
  predict(plan: PredictionPlan, data: BoundData): Promise<Numbers>
  close(): void
}
