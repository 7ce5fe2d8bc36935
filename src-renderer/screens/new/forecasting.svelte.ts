/** Asks the lab what a draft would cost and what is wrong with it, a moment after the last change. */
import type { Forecast, SweepRequest } from '../../../src-main/contract.ts'
import type { LabStore } from '../../lab.svelte.ts'
import { toasts } from '../../toasts.svelte.ts'
import { Refusal } from '../../transport/wire.ts'

const WAIT_MS = 250
/** A setting that is looked at for so long is worth measuring. */
const LOOKED_AT_MS = 1500

export class Forecasting {
  latest = $state.raw<Forecast | null>(null)
  refusal = $state.raw<Refusal | null>(null)
  /** Whether the machine's speed is being found out for it. */
  measuring = $state(false)
  readonly #lab: LabStore
  #timer: ReturnType<typeof setTimeout> | undefined
  #pacing: ReturnType<typeof setTimeout> | undefined
  #closed = false
  #asked = 0
  /** What was measured last, or was tried. */
  #paced = ''
  #last: readonly [unknown, SweepRequest | undefined] | null = null

  constructor(lab: LabStore) {
    this.#lab = lab
  }

  /** Forgets what was asked before: only the last draft's answer counts. */
  ask(experiment: unknown, sweep?: SweepRequest): void {
    const turn = ++this.#asked
    this.#last = [experiment, sweep]
    clearTimeout(this.#timer)
    clearTimeout(this.#pacing)
    this.#timer = setTimeout(() => void this.#ask(experiment, sweep, turn), WAIT_MS)
  }

  /** Lets an engine's benchmark run, so that the time can be told, and asks for the last draft again. */
  async measure(engine: string): Promise<void> {
    this.measuring = true
    try {
      await this.#lab.call('bench', { engine: engine as 'native' })
      if (this.#last !== null) this.ask(...this.#last)
      await this.#lab.describeAgain()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      toasts.say(error.message, { tone: 'bad', next: error.next })
    } finally {
      this.measuring = false
    }
  }

  /** Nobody looks any more. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#pacing)
  }

  /** Has the lab time a few batches of this network, once, if it has nothing else to do. */
  #measureLater(experiment: unknown, { ofNetwork }: Forecast, turn: number): void {
    const text = JSON.stringify(experiment)
    if (ofNetwork || this.measuring || this.#closed || this.#paced === text) return
    this.#pacing = setTimeout(() => {
      this.#paced = text
      void this.#measurePace(experiment, turn)
    }, LOOKED_AT_MS)
  }

  async #measurePace(experiment: unknown, turn: number): Promise<void> {
    this.measuring = true
    try {
      const { measured } = await this.#lab.call('measurePace', { experiment })
      if (measured && !this.#closed && turn === this.#asked && this.#last !== null) this.ask(...this.#last)
    } catch (error) {
      // A time that stays unknown is no news.
      if (!(error instanceof Refusal)) throw error
    } finally {
      this.measuring = false
    }
  }

  async #ask(experiment: unknown, sweep: SweepRequest | undefined, turn: number): Promise<void> {
    try {
      const forecast = await this.#lab.call('forecast', { experiment, ...(sweep === undefined ? {} : { sweep }) })
      if (turn !== this.#asked) return
      this.latest = forecast
      this.refusal = null
      if (forecast.problems.length === 0) this.#measureLater(experiment, forecast, turn)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (turn === this.#asked) this.refusal = error
    }
  }
}
