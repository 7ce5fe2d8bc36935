/**
 * The one session that callers see, whatever the engine: it refuses what does not fit the program, the data or a closed
 * session, so that the engine behind it is left with the arithmetic.
 */
import type { ParameterDeclaration, Program } from '../program/program.ts'
import {
  EngineProblem,
  type BatchPlan,
  type BatchProfile,
  type BoundData,
  type Counts,
  type Engine,
  type EngineName,
  type EvaluationPlan,
  type Measured,
  type Numbers,
  type PredictionPlan,
  type Session,
  type SessionOptions,
} from './engine.ts'
import {
  requireBound,
  requireEntries,
  requireEvaluation,
  requireFit,
  requireParameter,
  requirePrediction,
  requireReplicas,
  requireTraining,
} from './request.ts'
import type { UncheckedSession } from './unchecked-session.ts'

/** `Engine.open` for an engine whose own way to open a session is `open`. */
export function checkedOpen(
  engine: EngineName,
  open: (program: Program, options: SessionOptions) => Promise<UncheckedSession>,
): Engine['open'] {
  return async ({ program }, options) => {
    requireReplicas(options)
    return new CheckedSession(engine, program, options.replicas, await open(program, options))
  }
}

class CheckedSession implements Session {
  readonly engine: EngineName
  readonly device: string
  readonly #program: Program
  readonly #replicas: number
  readonly #inner: UncheckedSession
  #data: BoundData | null = null
  #closed = false

  constructor(engine: EngineName, program: Program, replicas: number, inner: UncheckedSession) {
    this.engine = engine
    this.device = inner.device
    this.#program = program
    this.#replicas = replicas
    this.#inner = inner
  }

  get dispatchesPerBatch(): number | null {
    return this.#inner.dispatchesPerBatch ?? null
  }

  get atOnce(): Session['atOnce'] {
    return this.#inner.atOnce
  }

  bind(data: BoundData): void {
    this.#requireOpen()
    requireFit(this.#program, data)
    this.#inner.bind(data)
    this.#data = data
  }

  write(parameter: string, replica: number, values: Numbers): void {
    const { index, declaration } = this.#parameter(parameter, replica)
    requireEntries(declaration, values)
    this.#inner.write(index, replica, values)
  }

  async read(parameter: string, replica: number): Promise<Numbers> {
    const { index } = this.#parameter(parameter, replica)
    return this.#unlessClosed('computed', this.#inner.read(index, replica))
  }

  async train(plan: BatchPlan): Promise<Measured> {
    const data = this.#bound()
    requireTraining(this.#program, plan, this.#replicas, data)
    const measured = plan.measureBatch !== null && plan.measureBatch < plan.batches
    const checked = measured ? plan : { ...plan, measureBatch: null }
    return this.#unlessClosed('trained', this.#inner.train(checked, data))
  }

  async profile(plan: BatchPlan): Promise<BatchProfile | null> {
    const data = this.#bound()
    requireTraining(this.#program, plan, this.#replicas, data)
    return this.#unlessClosed('computed', this.#inner.profile?.(plan, data) ?? Promise.resolve(null))
  }

  async evaluate(plan: EvaluationPlan): Promise<readonly Counts[]> {
    const data = this.#bound()
    requireEvaluation(this.#program, plan, this.#replicas, data)
    const samples = plan.samples ?? Uint32Array.from({ length: data[plan.split].count }, (_, index) => index)
    return this.#unlessClosed('computed', this.#inner.evaluate({ ...plan, samples }, data))
  }

  async predict(plan: PredictionPlan): Promise<Numbers> {
    const data = this.#bound()
    requirePrediction(this.#program, plan, this.#replicas, data)
    return this.#unlessClosed('computed', this.#inner.predict(plan, data))
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#data = null
    this.#inner.close()
  }

  #requireOpen(): void {
    if (this.#closed) throw new EngineProblem('The session is closed; open another.')
  }

  #bound(): BoundData {
    this.#requireOpen()
    return requireBound(this.#data)
  }

  #parameter(name: string, replica: number): { index: number; declaration: ParameterDeclaration } {
    this.#requireOpen()
    return requireParameter(this.#program, name, replica, this.#replicas)
  }

  /** The result, unless the session was closed meanwhile: then it may be torn, and so may the error that came instead. */
  async #unlessClosed<T>(doing: 'computed' | 'trained', result: Promise<T>): Promise<T> {
    const closed = (): EngineProblem =>
      new EngineProblem(`The session was closed while it ${doing}; its last batches are not to be used.`)
    let value: T
    try {
      value = await result
    } catch (error) {
      throw this.#closed ? closed() : error
    }
    if (this.#closed) throw closed()
    return value
  }
}
