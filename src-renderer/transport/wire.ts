/** What every wire to a lab shares: calls that are answered once, events, and whether the wire stands. */
import type { LabEvent, LabRefusal, Transport } from '../../src-main/contract.ts'

/**
 * 'lost' means: calls fail, what the screen shows may be old, and it is tried again. 'shut out': the host is there and does
 * not know this page, which it sent before it was started anew; trying again would never help.
 */
export type Connection = 'connecting' | 'open' | 'lost' | 'shut out'

/** A transport that also tells how it is. */
export interface Wire extends Transport {
  /** Tells the state at once and at every change; returns the function that stops listening. */
  watchConnection(listener: (connection: Connection) => void): () => void
  /** Where a dropped file or folder lies; null where the window does not tell, as in a browser. */
  pathOf?(file: File): string | null
}

/** The lab refused, in words for a person. */
export class Refusal extends Error implements LabRefusal {
  override readonly name = 'Refusal'
  readonly next: string
  readonly problems: LabRefusal['problems']

  constructor({ message, next, problems }: LabRefusal) {
    super(message)
    this.next = next
    this.problems = problems
  }
}

export function connectionLost(): Refusal {
  return new Refusal({
    message: 'The connection to the lab was lost.',
    next: 'Reconnecting. If the connection does not come back, start Apical again.',
    problems: [],
  })
}

/** Listeners that come and go. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>()

  add(listener: (value: T) => void): () => void {
    this.#all.add(listener)
    return () => {
      this.#all.delete(listener)
    }
  }

  tell(value: T): void {
    for (const listener of this.#all) listener(value)
  }
}

export type { LabEvent }
