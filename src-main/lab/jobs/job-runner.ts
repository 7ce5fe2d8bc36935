/** Runs each job in a process of its own and waits for its result; the lab answers others meanwhile. */
import type { ChildProcess } from 'node:child_process'
import { spawnNode } from '../machine.ts'
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
    const child = spawnNode(this.#root, 'jobs/job-entry.ts', 'ignore')
    this.#running.add(child)
    return new Promise<JobResults[K]>((resolve, reject) => {
      const end = (): void => {
        this.#running.delete(child)
        child.kill()
      }
      child.on('message', (message) => {
        const said = message as JobMessage
        switch (said.kind) {
          case 'progress':
            onProgress(said.fraction)
            return
          case 'result':
            // The process runs the same source; the job's kind says what its result is.
            resolve(said.result as JobResults[K])
            break
          case 'refused':
            reject(new LabProblem(said.message, said.next))
        }
        end()
      })
      child.once('error', (error) => {
        reject(new LabProblem(`A process could not be started: ${error.message}.`, 'Install Apical again.'))
        end()
      })
      child.once('close', (code, signal) => {
        this.#running.delete(child)
        const how = signal ?? `exit code ${code ?? 'unknown'}`
        reject(new LabProblem(`The process ended without a result (${how}).`, 'Try again, or choose another engine.'))
      })
      stop?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
      child.send(job, () => undefined)
    })
  }

  close(): void {
    for (const child of this.#running) child.kill()
  }
}
