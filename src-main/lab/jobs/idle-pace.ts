/**
 * Finds out how fast this machine trains the network that somebody looks at, while it has nothing else to do. A run has
 * the machine at once: whatever is being measured then is dropped.
 */
import type { Experiment } from '../../experiment/experiment.ts'
import type { JobRunner } from './job-runner.ts'
import type { MeasuredSpeeds } from './measured-speeds.ts'

export class IdlePace {
  readonly #jobs: JobRunner
  readonly #speeds: MeasuredSpeeds
  readonly #isIdle: () => boolean
  #stop: AbortController | null = null

  constructor(jobs: JobRunner, speeds: MeasuredSpeeds, isIdle: () => boolean) {
    this.#jobs = jobs
    this.#speeds = speeds
    this.#isIdle = isIdle
  }

  /** Takes the place of what is being measured for another setting. False where nothing came of it: the time stays unknown. */
  async measure(experiment: Experiment): Promise<boolean> {
    this.cancel()
    if (!this.#isIdle()) return false
    const stop = new AbortController()
    this.#stop = stop
    try {
      const { engine, secondsPerFlop } = await this.#jobs.run({ kind: 'pace', experiment }, undefined, stop.signal)
      if (stop.signal.aborted) return false
      this.#speeds.keepPace(experiment, engine, secondsPerFlop)
      return true
    } catch {
      // An engine that does not start says so when somebody starts it.
      return false
    } finally {
      if (this.#stop === stop) this.#stop = null
    }
  }

  cancel(): void {
    this.#stop?.abort()
    this.#stop = null
  }
}
