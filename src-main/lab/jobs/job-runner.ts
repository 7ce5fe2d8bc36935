/** Runs each job in a process of its own and waits for its result; the lab answers others meanwhile. */
import type { ChildProcess } from 'node:child_process'
import { askProcess } from '../machine.ts'
import { LabProblem } from '../problem.ts'
import type { Job, JobMessage, JobResults } from './job.ts'

export class JobRunner {
  readonly #root: string
  readonly #running = new Set<ChildProcess>()

  constructor(root: string) {
    this.#root = root
  }

  /** @throws LabProblem with what the process said, or that it ended without a result */
  run<K extends Job['kind']>(
    job: Extract<Job, { kind: K }>,
    onProgress: (fraction: number) => void = () => undefined,
    /** Aborted: the process is killed at once, and the job rejects as one that ended without a result. */
    stop?: AbortSignal,
  ): Promise<JobResults[K]> {
    const { child, result } = askProcess<JobMessage>(
      this.#root,
      'jobs/job-entry.ts',
      job,
      ({ fraction }) => {
        onProgress(fraction)
      },
      stop,
      (how) => new LabProblem(`The process ended without a result (${how}).`, 'Try again, or choose another engine.'),
    )
    this.#running.add(child)
    // The process runs the same source; the job's kind says what its result is.
    return (result as Promise<JobResults[K]>).finally(() => this.#running.delete(child))
  }

  close(): void {
    for (const child of this.#running) child.kill()
  }
}
