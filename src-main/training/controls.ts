/** How a person reaches into a running session: pause, continue, stop. Looked at between chunks of batches. */

/** What is still finished before a stop: the epoch that runs, or the seeds that are trained side by side now. */
export type StopAfter = 'epoch' | 'seeds'

export class TrainingControls {
  #stop = false
  #paused = false
  #stopAfter: StopAfter | null = null
  readonly #stoppedSeeds = new Set<number>()
  #wake: (() => void) | null = null

  get stopRequested(): boolean {
    return this.#stop
  }

  get pauseRequested(): boolean {
    return this.#paused && !this.#stop
  }

  /** Where the session ends by itself before its time; null when nobody asked for that. */
  get stopAfter(): StopAfter | null {
    return this.#stopAfter
  }

  /** Seeds that are to stop while the others go on. */
  get stoppedSeeds(): ReadonlySet<number> {
    return this.#stoppedSeeds
  }

  /** Null takes an earlier wish back. */
  stopAfterwards(what: StopAfter | null): void {
    this.#stopAfter = what
  }

  stopSeed(seed: number): void {
    this.#stoppedSeeds.add(seed)
  }

  pause(): void {
    this.#paused = true
  }

  continue(): void {
    this.#paused = false
    this.#wake?.()
  }

  /** Ends a pause too. */
  stop(): void {
    this.#stop = true
    this.#wake?.()
  }

  /** Resolves when the pause is over, at once when there is none. */
  async whilePaused(): Promise<void> {
    while (this.pauseRequested)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    this.#wake = null
  }
}
