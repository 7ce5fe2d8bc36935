/** What every wire to a lab shares: calls that are answered once, events, and whether the wire stands. */
import type { LabEvent, LabRefusal, Transport } from '../../src-main/contract.ts'

/** 'lost' means: calls wait or fail, and what the screen shows may be old. */
export type Connection = 'connecting' | 'open' | 'lost'

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
    next: 'Reconnecting; running experiments are not affected. If the connection does not come back, restart Apical.',
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
