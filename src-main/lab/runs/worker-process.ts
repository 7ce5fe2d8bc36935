/** A worker's process: started when all its runs are attached, watched for signs of life, ended where it gives none. */
import type { ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, readSync } from 'node:fs'
import { spawnNode, versionIn } from '../machine.ts'
import { paths } from '../results.ts'
import { openToAppend } from '../storage.ts'
import { ALIVE_MS, type FromWorker, type ToWorker } from './worker-messages.ts'

/** No call into an engine takes this long: loading the largest data set takes seconds, a chunk of batches well below one. */
const STALL_MS = 300_000

/** A worker that was told to stop and gives no sign of life for this long is ended: whoever closes Apical wants to go. */
const PATIENCE_MS = 30_000

export interface WorkerOptions {
  readonly root: string
  readonly dataFolder: string | null
  readonly stallMs?: number | undefined
  readonly patienceMs?: number | undefined
}

/** How a process ended. */
interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** It could not be started. */
  readonly error?: Error
  /** The end of what it wrote to its log. */
  readonly said: string
  /** So long it gave no sign of life, and was killed for it; null where it was not. */
  readonly stalledSeconds: number | null
}

type Receive = (message: Exclude<FromWorker, { kind: 'alive' }>) => void

export class WorkerProcess {
  readonly #options: WorkerOptions
  readonly #exited = Promise.withResolvers<Exit>()
  readonly #runs = new Map<string, Receive>()
  readonly #stopping = new Set<string>()
  readonly #patienceMs: number
  #stallMs: number
  #child: ChildProcess | null = null
  #heard = performance.now()
  #watched = performance.now()
  #hasStalled = false

  constructor(options: WorkerOptions) {
    this.#options = options
    this.#stallMs = options.stallMs ?? STALL_MS
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS
  }

  /** Rejects where it could not even be tried. */
  get exited(): Promise<Exit> {
    return this.#exited.promise
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Adds a run, before the start. */
  attach(folder: string, receive: Receive): void {
    this.#runs.set(folder, receive)
  }

  start(): void {
    this.#run(this.#options).then(this.#exited.resolve, this.#exited.reject)
  }

  send(message: ToWorker): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined)
  }

  /** A run was told to stop; once all were, less patience is due. */
  expectEnd(folder: string): void {
    this.#stopping.add(folder)
    if (this.#stopping.size < this.#runs.size) return
    this.#stallMs = Math.min(this.#stallMs, this.#patienceMs)
    this.#heard = performance.now()
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  async #run({ root, dataFolder }: WorkerOptions): Promise<Exit> {
    const folders = [...this.#runs.keys()]
    const log = openToAppend(paths(folders[0] ?? '').log)
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
      this.send({ kind: 'task', folders, dataFolder, version: versionIn(root) })
      const end = await endOf(child)
      const stalledSeconds = this.#hasStalled ? this.#stallMs / 1000 : null
      return { ...end, said: tail(log, saidBefore), stalledSeconds }
    } finally {
      clearInterval(watching)
      closeSync(log)
    }
  }

  #receive(message: FromWorker): void {
    this.#heard = performance.now()
    if (message.kind === 'alive') return
    // One that has left its folder is not waited for when all are told to stop.
    if (message.kind === 'left') this.#stopping.add(message.folder)
    this.#runs.get(message.folder)?.(message)
  }

  #watch(child: ChildProcess): void {
    const now = performance.now()
    // A machine that slept, or a host that was busy, heard nothing; the timeout starts anew.
    if (now - this.#watched > 5 * ALIVE_MS) this.#heard = now
    this.#watched = now
    if (now - this.#heard < this.#stallMs) return
    this.#hasStalled = true
    child.kill('SIGKILL')
  }
}

/** Resolves after the last message was received: 'exit' may come before it, 'close' does not. */
function endOf(child: ChildProcess): Promise<Pick<Exit, 'code' | 'signal' | 'error'>> {
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
