/** One share of a joined session: its replicas are some of those behind, consecutive ones. */
import type { Program } from '../program/program.ts'
import type { BatchPlan, BoundData, Counts, Measured, Numbers, PredictionPlan, Session } from './engine.ts'
import { Evaluating, type Place, type Request, Training } from './joint-requests.ts'
import type { CheckedEvaluation, UncheckedSession } from './unchecked-session.ts'

/** What shares have in common. */
export interface Behind {
  readonly program: Program
  /** The session that has the replicas of all; whatever is asked of it is asked in turn. */
  readonly inner: Session
  readonly atOnce: NonNullable<Session['atOnce']>
  bind(data: BoundData): void
  ask(request: Request): void
  inTurn<T>(work: () => Promise<T>): Promise<T>
  heard(): void
}

interface Placed {
  readonly parameter: string
  readonly replica: number
  readonly values: Numbers
}

export class Share implements UncheckedSession, Place {
  readonly first: number
  readonly replicas: number
  readonly #joint: Behind
  /** What the caller wrote and the session behind has not got yet: it may be amid a round. */
  #written: Placed[] = []
  /** Its parameters, while others train in its absence; null while they are in the session behind. */
  #kept: readonly Placed[] | null = null
  #hasBegun = false
  #isClosed = false

  constructor(joint: Behind, first: number, replicas: number) {
    this.#joint = joint
    this.first = first
    this.replicas = replicas
  }

  get device(): string {
    return this.#joint.inner.device
  }

  get atOnce(): Session['atOnce'] {
    return this.#joint.atOnce
  }

  /** It did more than to be given parameters, which may take long for the first time. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** What happens in the session behind does not concern it. */
  get isAway(): boolean {
    return this.#kept !== null
  }

  bind(data: BoundData): void {
    this.#joint.bind(data)
  }

  write(parameter: number, replica: number, values: Numbers): void {
    this.#written.push({ parameter: this.#name(parameter), replica: this.first + replica, values: values.slice() })
    this.#joint.heard()
  }

  async read(parameter: number, replica: number): Promise<Numbers> {
    const name = this.#name(parameter)
    const at = this.first + replica
    this.#begin()
    return this.#joint.inTurn(async () => {
      // What was written is read as the session behind holds it, which may be rounded.
      if (this.#written.length > 0) this.putBack()
      const kept = this.#kept?.find((one) => one.parameter === name && one.replica === at)
      return kept?.values.slice() ?? (await this.#joint.inner.read(name, at))
    })
  }

  async train(plan: BatchPlan): Promise<Measured> {
    this.#hasBegun = true
    const request = new Training(this, plan)
    this.#joint.ask(request)
    return request.answer
  }

  async evaluate(plan: CheckedEvaluation): Promise<readonly Counts[]> {
    this.#hasBegun = true
    const request = new Evaluating(this, plan)
    this.#joint.ask(request)
    return request.answer
  }

  async predict(plan: PredictionPlan): Promise<Numbers> {
    this.#begin()
    return this.#joint.inTurn(async () => {
      this.putBack()
      return this.#joint.inner.predict({ ...plan, replica: this.first + plan.replica })
    })
  }

  close(): void {
    this.#isClosed = true
    this.#joint.heard()
  }

  /** Keeps its parameters here; in turn only. */
  async takeAway(): Promise<void> {
    if (this.#kept !== null && this.#written.length === 0) return
    this.putBack()
    const kept: Placed[] = []
    for (let replica = this.first; replica < this.first + this.replicas; replica++)
      for (const { name } of this.#joint.program.parameters)
        kept.push({ parameter: name, replica, values: await this.#joint.inner.read(name, replica) })
    this.#kept = kept
  }

  /** Brings all it keeps into the session behind; in turn only. */
  putBack(): void {
    for (const { parameter, replica, values } of [...(this.#kept ?? []), ...this.#written])
      this.#joint.inner.write(parameter, replica, values)
    this.#kept = null
    this.#written = []
  }

  #begin(): void {
    this.#hasBegun = true
    this.#joint.heard()
  }

  #name(parameter: number): string {
    return this.#joint.program.parameters[parameter]?.name ?? ''
  }
}
