/**
 * The run of one experiment's folder as its host sees it, supervised until its worker is gone, or has left the folder
 * while it trains others. Done, stopped, failed with a reason of its own, crashed, stalled and killed on request are told
 * apart, to whoever listens and in the folder's status.
 */
import type { RunEvent } from '../../experiment/event.ts'
import type { StopAfter } from '../../training/controls.ts'
import { changeStatus, paths, readState } from '../results.ts'
import { liveOwner } from '../storage.ts'
import { crashOf, type Failure, failureOf, stallOf } from './failure.ts'
import type { Ending } from './run-options.ts'
import type { FromWorker, Request } from './worker-messages.ts'
import { WorkerProcess, type WorkerOptions } from './worker-process.ts'

interface RunRequest {
  readonly folder: string
  readonly onEvent: (event: RunEvent) => void
}

export class TrainingWorker {
  readonly folder: string
  /** Resolves once nothing works in the folder any more, with the run's last event, which `onEvent` got too; never rejects. */
  readonly ended: Promise<Ending>
  readonly #onEvent: (event: RunEvent) => void
  readonly #process: WorkerProcess
  readonly #left = Promise.withResolvers<null>()
  #last: Ending | null = null
  #toldToStop = false
  #toldToDie = false
  #position = { epoch: 0, batch: 0 }

  /** In a worker of its own unless it is given one that has yet to start, in which it is one of several. */
  constructor(request: RunRequest & WorkerOptions, process?: WorkerProcess) {
    this.folder = request.folder
    this.#onEvent = request.onEvent
    this.#process = process ?? new WorkerProcess(request)
    this.#process.attach(this.folder, (message) => {
      this.#receive(message)
    })
    this.ended = this.#run()
    if (process === undefined) this.#process.start()
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** It was told to stop, or has sent its last event; only the process has yet to exit. */
  get isExiting(): boolean {
    return this.#toldToStop || this.#last !== null
  }

  pause(): void {
    this.#ask({ kind: 'pause', folder: this.folder })
  }

  continue(): void {
    this.#ask({ kind: 'continue', folder: this.folder })
  }

  /** Ends by itself after the running epoch, or after the seeds trained now; null takes that back. */
  stopAfter(what: StopAfter | null): void {
    this.#ask({ kind: 'stop-after', folder: this.folder, what })
  }

  /** Stops one seed of several after the current chunk; the others continue. */
  stopSeed(seed: number): void {
    this.#ask({ kind: 'stop-seed', folder: this.folder, seed })
  }

  /** After the current chunk, with a checkpoint. */
  stop(as: 'stopped' | 'interrupted'): void {
    if (!this.#toldToStop) this.#process.expectEnd(this.folder)
    this.#toldToStop = true
    this.#ask({ kind: 'stop', folder: this.folder, as })
  }

  /** At once; what was not yet written is lost, the last checkpoint is not. Others of the same worker are interrupted. */
  kill(): void {
    this.#toldToDie = true
    this.#process.kill()
  }

  async #run(): Promise<Ending> {
    try {
      const exit = await Promise.race([this.#process.exited, this.#left.promise])
      if (this.#last !== null) return this.#last
      if (exit === null) throw new Error('the worker left its folder without a word')
      const { code, signal, error, said, stalledSeconds } = exit
      if (error !== undefined)
        return this.#conclude(
          { message: `The worker could not be started: ${error.message}.`, next: 'Install Apical again.' },
          'failed',
        )
      if (this.#toldToDie) return this.#concludeStopped()
      if (stalledSeconds !== null) return this.#conclude(stallOf(stalledSeconds), 'interrupted')
      return this.#conclude(crashOf(code, signal, said), 'interrupted')
    } catch (error) {
      return this.#conclude(failureOf(error), 'failed')
    }
  }

  #ask(request: Request): void {
    this.#process.send(request)
  }

  #receive(message: Exclude<FromWorker, { kind: 'alive' }>): void {
    if (message.kind === 'left') {
      this.#left.resolve(null)
      return
    }
    const { event } = message
    if (event.kind === 'checkpoint') this.#position = { epoch: event.epoch, batch: event.batch }
    if (event.kind === 'done' || event.kind === 'stopped' || event.kind === 'failed') this.#last = event
    this.#onEvent(event)
  }

  #conclude({ message, next }: Failure, state: 'failed' | 'interrupted'): Ending {
    this.#writeState(state, message, next)
    const event = { kind: 'failed', folder: this.folder, message, next } as const
    this.#onEvent(event)
    return event
  }

  #concludeStopped(): Ending {
    this.#writeState('stopped', 'It was killed on request.', 'Resume it; it continues from its last checkpoint.')
    const event = { kind: 'stopped', folder: this.folder, ...this.#position } as const
    this.#onEvent(event)
    return event
  }

  /** For a worker that can no longer do so itself; never over what it, or another one since, has written. */
  #writeState(state: 'failed' | 'interrupted' | 'stopped', reason: string, next: string): void {
    try {
      const { state: found } = readState(this.folder)
      if (liveOwner(this.folder) !== null || found === 'done' || found === 'collapsed') return
      changeStatus(paths(this.folder).status, { state, reason, next })
    } catch {
      // The folder is gone or cannot be written; the event says why.
    }
  }
}
