/** Who watches a lab, and what they are told. */
import type { LabEvent } from '../../contract.ts'

export class LabEvents {
  readonly #listeners = new Set<(event: LabEvent) => void>()

  get isWatched(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns the function that stops watching. */
  watch(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  tell(event: LabEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  clear(): void {
    this.#listeners.clear()
  }
}
