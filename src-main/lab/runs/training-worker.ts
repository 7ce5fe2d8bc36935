/**
 * Starts the worker of one experiment's folder and supervises it until it has exited. Done, stopped, failed with a reason
 * of its own, crashed, stalled and killed on request are told apart, to whoever listens and in the folder's status.
 */
import type { ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, readSync } from 'node:fs'
import type { RunEvent } from '../../experiment/event.ts'
import type { StopAfter } from '../../training/controls.ts'
import { spawnNode, versionIn } from '../machine.ts'
import { changeStatus, paths, readState } from '../results.ts'
import { crashOf, type Failure, failureOf, stallOf } from './failure.ts'
import type { Ending } from './run-options.ts'
import { ALIVE_MS, type FromWorker, type ToWorker } from './worker-messages.ts'
import { liveOwner, openToAppend } from '../storage.ts'

/** No call into an engine takes this long: loading the largest data set takes seconds, a chunk of batches well below one. */
const STALL_MS = 300_000

/** A worker that was told to stop and gives no sign of life for this long is ended: whoever closes Apical wants to go. */
const PATIENCE_MS = 30_000

interface WorkerRequest {
  readonly root: string
  readonly folder: string
  readonly dataFolder: string | null
  readonly onEvent: (event: RunEvent) => void
  readonly stallMs?: number | undefined
  readonly patienceMs?: number | undefined
}

export class TrainingWorker {
  readonly folder: string
  /** Resolves once the process is gone, with the run's last event, which `onEvent` got too; never rejects. */
  readonly ended: Promise<Ending>
  readonly #onEvent: (event: RunEvent) => void
  #stallMs: number
  readonly #patienceMs: number
  #child: ChildProcess | null = null
  #last: Ending | null = null
  #toldToStop = false
  #heard = performance.now()
  #watched = performance.now()
  #position = { epoch: 0, batch: 0 }
  #killedAs: 'killed' | 'stalled' | null = null

  constructor(request: WorkerRequest) {
    this.folder = request.folder
    this.#onEvent = request.onEvent
    this.#stallMs = request.stallMs ?? STALL_MS
    this.#patienceMs = request.patienceMs ?? PATIENCE_MS
    this.ended = this.#run(request)
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** It was told to stop, or has sent its last event; only the process has yet to exit. */
  get isExiting(): boolean {
    return this.#toldToStop || this.#last !== null
  }

  pause(): void {
    this.#send({ kind: 'pause' })
  }

  continue(): void {
    this.#send({ kind: 'continue' })
  }

  /** Ends by itself after the running epoch, or after the seeds trained now; null takes that back. */
  stopAfter(what: StopAfter | null): void {
    this.#send({ kind: 'stop-after', what })
  }

  /** Stops one seed of several after the current chunk; the others continue. */
  stopSeed(seed: number): void {
    this.#send({ kind: 'stop-seed', seed })
  }

  /** After the current chunk, with a checkpoint. */
  stop(as: 'stopped' | 'interrupted'): void {
    if (!this.#toldToStop) {
      this.#toldToStop = true
      this.#stallMs = Math.min(this.#stallMs, this.#patienceMs)
      this.#heard = performance.now()
    }
    this.#send({ kind: 'stop', as })
  }

  /** At once; what was not yet written is lost, the last checkpoint is not. */
  kill(): void {
    this.#killedAs ??= 'killed'
    this.#child?.kill('SIGKILL')
  }

  async #run({ root, folder, dataFolder }: WorkerRequest): Promise<Ending> {
    let log: number
    try {
      log = openToAppend(paths(folder).log)
    } catch (error) {
      return this.#conclude(failureOf(error), 'failed')
    }
    const saidBefore = fstatSync(log).size
    let watching: NodeJS.Timeout | undefined
    try {
      // What it writes goes straight to the log: a pipe would break with the host, and take the worker along.
      const child = spawnNode(root, 'runs/worker-entry.ts', log)
      this.#child = child
      child.on('message', (message) => {
        this.#receive(message as FromWorker)
      })
      watching = setInterval(() => {
        this.#watch(child)
      }, ALIVE_MS)
      this.#send({ kind: 'task', folder, dataFolder, version: versionIn(root) })
      const { code, signal, error } = await endOf(child)
      if (this.#last !== null) return this.#last
      if (error !== undefined)
        return this.#conclude(
          { message: `The worker could not be started: ${error.message}.`, next: 'Install Apical again.' },
          'failed',
        )
      if (this.#killedAs === 'killed') return this.#concludeStopped()
      if (this.#killedAs === 'stalled') return this.#conclude(stallOf(this.#stallMs / 1000), 'interrupted')
      return this.#conclude(crashOf(code, signal, tail(log, saidBefore)), 'interrupted')
    } catch (error) {
      return this.#conclude(failureOf(error), 'failed')
    } finally {
      clearInterval(watching)
      closeSync(log)
    }
  }

  #send(message: ToWorker): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined)
  }

  #receive(message: FromWorker): void {
    this.#heard = performance.now()
    if (message.kind === 'alive') return
    const { event } = message
    if (event.kind === 'checkpoint') this.#position = { epoch: event.epoch, batch: event.batch }
    if (event.kind === 'done' || event.kind === 'stopped' || event.kind === 'failed') this.#last = event
    this.#onEvent(event)
  }

  #watch(child: ChildProcess): void {
    const now = performance.now()
    // A machine that slept, or a host that was busy, heard nothing; the timeout starts anew.
    if (now - this.#watched > 5 * ALIVE_MS) this.#heard = now
    this.#watched = now
    if (now - this.#heard < this.#stallMs) return
    this.#killedAs ??= 'stalled'
    child.kill('SIGKILL')
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

/** Resolves after the last message was received: 'exit' may come before it, 'close' does not. */
function endOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ code: null, signal: null, error })
    })
    child.once('close', (code, signal) => {
      resolve({ code, signal })
    })
  })
}

const TAIL_BYTES = 8192

function tail(log: number, from: number): string {
  const { size } = fstatSync(log)
  const begin = Math.max(from, size - TAIL_BYTES)
  const bytes = Buffer.alloc(Math.max(0, size - begin))
  readSync(log, bytes, 0, bytes.length, begin)
  return bytes.toString('utf8')
}
