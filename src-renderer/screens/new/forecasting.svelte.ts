/** Asks the lab what a draft would cost and what is wrong with it, a moment after the last change. */
import type { Forecast, SweepRequest } from '../../../src-main/contract.ts'
import type { LabStore } from '../../lab.svelte.ts'
import { Refusal } from '../../transport/wire.ts'

const WAIT_MS = 250

export class Forecasting {
  latest = $state.raw<Forecast | null>(null)
  refusal = $state.raw<Refusal | null>(null)
  readonly #lab: LabStore
  #timer: ReturnType<typeof setTimeout> | undefined
  #asked = 0

  constructor(lab: LabStore) {
    this.#lab = lab
  }

  /** Forgets what was asked before: only the last draft's answer counts. */
  ask(experiment: unknown, sweep?: SweepRequest): void {
    const turn = ++this.#asked
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(experiment, sweep, turn), WAIT_MS)
  }

  async #ask(experiment: unknown, sweep: SweepRequest | undefined, turn: number): Promise<void> {
    try {
      const forecast = await this.#lab.call('forecast', { experiment, ...(sweep === undefined ? {} : { sweep }) })
      if (turn !== this.#asked) return
      this.latest = forecast
      this.refusal = null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (turn === this.#asked) this.refusal = error
    }
  }
}
