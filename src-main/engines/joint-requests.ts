/** What shares of a joined session ask for, and how far it is answered. */
import type { BatchPlan, Counts, Measured, Numbers } from './engine.ts'
import type { CheckedEvaluation } from './unchecked-session.ts'

/** Where the one who asks has its networks among all of the session behind. */
export interface Place {
  readonly first: number
  readonly replicas: number
  readonly isClosed: boolean
}

abstract class Asked<T> {
  readonly place: Place
  readonly #answer = Promise.withResolvers<T>()
  #isOver = false

  constructor(place: Place) {
    this.place = place
  }

  get answer(): Promise<T> {
    return this.#answer.promise
  }

  get isOver(): boolean {
    return this.#isOver
  }

  fail(error: unknown): void {
    this.#isOver = true
    this.#answer.reject(error)
  }

  protected give(answer: T): void {
    this.#isOver = true
    this.#answer.resolve(answer)
  }
}

/** Batches to train, in as many rounds as it takes. */
export class Training extends Asked<Measured> {
  readonly plan: BatchPlan
  readonly #broken = new Set<number>()
  #done = 0
  #hits: readonly number[] | null = null
  #measurements: readonly ReadonlyMap<string, Numbers>[] = []

  constructor(place: Place, plan: BatchPlan) {
    super(place)
    this.plan = plan
  }

  get left(): number {
    return this.plan.batches - this.#done
  }

  /** Of what is left; null for none, and once it is behind. */
  get measureBatch(): number | null {
    const { measureBatch } = this.plan
    return measureBatch === null || measureBatch < this.#done ? null : measureBatch - this.#done
  }

  goesWith(other: Training): boolean {
    return this.plan.batchSize === other.plan.batchSize && this.measureBatch === other.measureBatch
  }

  /** The next `batches` of one of its replicas. */
  rows(replica: number, batches: number): Pick<BatchPlan, 'samples' | 'scalars'> {
    const { samples, scalars, batchSize, batches: all } = this.plan
    const slots = scalars.length / (this.place.replicas * all)
    const from = replica * all + this.#done
    return {
      samples: samples.subarray(from * batchSize, (from + batches) * batchSize),
      scalars: scalars.subarray(from * slots, (from + batches) * slots),
    }
  }

  /** Takes its part of what a round of all gave. */
  note(batches: number, { hits, broken, measurements }: Measured): void {
    const { first, replicas } = this.place
    const own = <V>(values: readonly V[]): readonly V[] => values.slice(first, first + replicas)
    if (hits !== null) this.#hits = own(hits).map((count, replica) => count + (this.#hits?.[replica] ?? 0))
    for (const index of broken) if (index >= first && index < first + replicas) this.#broken.add(index - first)
    const measured = this.measureBatch
    if (this.#done === 0 || (measured !== null && measured < batches)) this.#measurements = own(measurements)
    this.#done += batches
    if (this.left === 0)
      this.give({
        measurements: this.#measurements,
        broken: [...this.#broken].sort((a, b) => a - b),
        hits: this.#hits,
      })
  }
}

/** Samples to evaluate, in one round. */
export class Evaluating extends Asked<readonly Counts[]> {
  readonly plan: CheckedEvaluation

  constructor(place: Place, plan: CheckedEvaluation) {
    super(place)
    this.plan = plan
  }

  goesWith({ plan }: Evaluating): boolean {
    const { split, batchSize, topK, confusion, samples } = this.plan
    return (
      split === plan.split &&
      batchSize === plan.batchSize &&
      confusion === plan.confusion &&
      topK.join() === plan.topK.join() &&
      samples.length === plan.samples.length &&
      samples.every((sample, at) => sample === plan.samples[at])
    )
  }

  scalars(replica: number): Float64Array {
    const slots = this.plan.scalars.length / this.place.replicas
    return this.plan.scalars.subarray(replica * slots, (replica + 1) * slots)
  }

  note(counts: readonly Counts[]): void {
    const { first, replicas } = this.place
    this.give(counts.slice(first, first + replicas))
  }
}

export type Request = Training | Evaluating
