/** How a person reaches into a running session: pause, continue, stop. Looked at between chunks of batches. */
export class TrainingControls {
  #stop = false
  #paused = false
  #wake: (() => void) | null = null

  get stopRequested(): boolean {
    return this.#stop
  }

  get pauseRequested(): boolean {
    return this.#paused && !this.#stop
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
