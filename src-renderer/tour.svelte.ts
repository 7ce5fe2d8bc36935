/** Where a person is in the guided first run: offered once, remembered where the window has a memory. */
import { router } from './route.svelte.ts'

const KEY = 'apical.tour'

/** Of the steps; what they are is the window's. */
export const TOUR_STEPS = 6

interface Stored {
  /** Taken or declined before, so that it is not offered again. */
  readonly answered: boolean
  /** The step that it stands at, from 0, `TOUR_STEPS` at its end; null while it is closed. */
  readonly step: number | null
}

class Tour {
  answered = $state(false)
  step = $state<number | null>(null)

  constructor() {
    const { answered, step } = remembered()
    this.answered = answered
    this.step = step
  }

  /** From its first step, in the Lab, whenever it is asked for. */
  start(): void {
    this.#at(0)
    router.go({ screen: 'lab' })
  }

  next(): void {
    if (this.step !== null) this.#at(Math.min(this.step + 1, TOUR_STEPS))
  }

  back(): void {
    if (this.step !== null) this.#at(Math.max(this.step - 1, 0))
  }

  /** Declines the offer, leaves half-way or at the end. */
  close(): void {
    this.#at(null)
  }

  #at(step: number | null): void {
    this.answered = true
    this.step = step
    try {
      localStorage.setItem(KEY, JSON.stringify({ answered: true, step } satisfies Stored))
    } catch {
      // Remembered until the window closes.
    }
  }
}

function remembered(): Stored {
  const none = { answered: false, step: null }
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    if (typeof stored !== 'object' || stored === null) return none
    const { answered, step } = stored as Partial<Record<keyof Stored, unknown>>
    const within = typeof step === 'number' && Number.isInteger(step) && step >= 0 && step <= TOUR_STEPS
    return { answered: answered === true, step: within ? step : null }
  } catch {
    return none
  }
}

export const tour = new Tour()
