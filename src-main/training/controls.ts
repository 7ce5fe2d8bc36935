/** Pause, continue and stop, as requested of a running session; checked between chunks of batches. */

/** What is finished before a stop: the running epoch, or the seeds that are trained side by side now. */
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

  /** After what the session stops by itself; null unless requested. */
  get stopAfter(): StopAfter | null {
    return this.#stopAfter
  }

  /** Seeds that are to stop while the others continue. */
  get stoppedSeeds(): ReadonlySet<number> {
    return this.#stoppedSeeds
  }

  /** Null takes an earlier request back. */
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
