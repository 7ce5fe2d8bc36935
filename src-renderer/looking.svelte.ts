/** A question about a trained network and its latest answer: one is asked at a time, and of those that came meanwhile the last. */
import type { LabArgument } from '../src-main/contract.ts'
import type { LookAnswers } from '../src-main/experiment/look.ts'
import type { LabStore } from './lab.svelte.ts'
import { Refusal } from './transport/wire.ts'

type Asked<K extends keyof LookAnswers> = LabArgument<'look'> & { readonly ask: { readonly kind: K } }

export class Looking<K extends keyof LookAnswers> {
  answer = $state.raw<LookAnswers[K] | null>(null)
  refusal = $state.raw<Refusal | null>(null)
  busy = $state(false)
  /** Milliseconds from the latest question to its answer. */
  took = $state<number | null>(null)
  readonly #lab: Pick<LabStore, 'call'>
  #next: Asked<K> | null = null

  constructor(lab: Pick<LabStore, 'call'>) {
    this.#lab = lab
  }

  /** The answer to this, unless another question comes before it is its turn. */
  async ask(asked: Asked<K>): Promise<void> {
    this.#next = asked
    if (this.busy) return
    this.busy = true
    try {
      for (let now = this.#taken(); now !== null; now = this.#taken()) await this.#askNow(now)
    } finally {
      this.busy = false
    }
  }

  #taken(): Asked<K> | null {
    const next = this.#next
    this.#next = null
    return next
  }

  async #askNow(asked: Asked<K>): Promise<void> {
    const began = performance.now()
    try {
      // The lab answers in the kind that it was asked in.
      this.answer = (await this.#lab.call('look', asked)) as LookAnswers[K]
      this.refusal = null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.refusal = error
    }
    this.took = performance.now() - began
  }
}
