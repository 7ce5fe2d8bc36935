/** Jobs of a kind of which two at once would take longer for each: one runs, and whoever asked for it can stop it. */
import { LabProblem } from '../problem.ts'

export class OneAtATime {
  readonly #busy: string
  #underWay: { readonly id: string; readonly stop: AbortController } | null = null

  /** @param busy what is said to who asks while one runs */
  constructor(busy: string) {
    this.#busy = busy
  }

  /** Null where it was stopped. @throws LabProblem while another runs, and what `work` rejects with */
  async run<T>(id: string, work: (stop: AbortSignal) => Promise<T>): Promise<T | null> {
    if (this.#underWay !== null)
      throw new LabProblem(this.#busy, 'Wait for it, or stop it: two at once would take longer for each.')
    const stop = new AbortController()
    this.#underWay = { id, stop }
    try {
      return await work(stop.signal)
    } catch (error) {
      if (stop.signal.aborted) return null
      throw error
    } finally {
      this.#underWay = null
    }
  }

  /** Stops it, if it is about this run. */
  stop(id: string): void {
    if (this.#underWay?.id === id) this.#underWay.stop.abort()
  }
}
