/**
 * The runs that wait and the one that trains, or those that train side by side: when they have ended, for whatever reason,
 * the next one starts.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunEvent } from '../../experiment/event.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import type { RunState } from '../../contract.ts'
import type { StopAfter } from '../../training/controls.ts'
import { changeStatus, paths, readExperiment, readState } from '../results.ts'
import type { Ending } from './run-options.ts'
import { throttleProgress } from './throttled-progress.ts'
import { nextGroup, type WaitingRun } from './side-by-side.ts'
import { TrainingWorker } from './training-worker.ts'
import { WorkerProcess } from './worker-process.ts'
import { identity } from '../storage.ts'

interface QueueOptions {
  readonly root: string
  readonly stallMs: number | undefined
  readonly patienceMs: number | undefined
  readonly tellRun: (id: string, event: RunEvent) => void
  /** The row of that run changed. */
  readonly tellChanged: (id: string) => void
  /** Positions in the queue changed; these wait, the next one first. */
  readonly tellWaiting: (ids: readonly string[]) => void
  /** A worker is about to start: whatever else uses the machine makes room. */
  readonly begins: () => void
  /** A run was trained without interruption, in so many seconds. */
  readonly learn: (experiment: Experiment, engine: string, seconds: number) => void
}

interface Running {
  readonly run: WaitingRun
  readonly worker: TrainingWorker
  stopsAfter: StopAfter | null
  /** Seeds were added since its worker began. */
  grew: boolean
}

export class Queue {
  readonly #options: QueueOptions
  #waiting: WaitingRun[] = []
  /** Where each of them stands; null when that is to be found out anew. Ten thousand rows ask at once. */
  #positions: Map<string, number> | null = null
  #telling: NodeJS.Timeout | null = null
  /** By id. */
  readonly #running = new Map<string, Running>()
  #closed = false

  constructor(options: QueueOptions) {
    this.#options = options
  }

  /** True when it waits or runs here. */
  has(id: string): boolean {
    return this.#running.has(id) || this.positionOf(id) !== null
  }

  /** 0 for the next to run; null when it does not wait. */
  positionOf(id: string): number | null {
    this.#positions ??= new Map(this.#waiting.map((run, position) => [run.id, position]))
    return this.#positions.get(id) ?? null
  }

  get isRunning(): boolean {
    return this.#running.size > 0
  }

  get waiting(): readonly WaitingRun[] {
    return this.#waiting
  }

  workerOf(id: string): TrainingWorker | null {
    return this.#running.get(id)?.worker ?? null
  }

  /** What a running one finishes before it stops by itself; null when it was not asked to stop. */
  stopsAfter(id: string): StopAfter | null {
    return this.#running.get(id)?.stopsAfter ?? null
  }

  stopAfter(id: string, what: StopAfter | null): void {
    const running = this.#running.get(id)
    if (running === undefined) return
    running.stopsAfter = what
    running.worker.stopAfter(what)
    this.#options.tellChanged(id)
  }

  /** A waiting or running one has more seeds now; its folder says so already. */
  grow(id: string, experiment: Experiment): void {
    this.#setWaiting(this.#waiting.map((run) => (run.id === id ? { ...run, experiment } : run)))
    const running = this.#running.get(id)
    if (running !== undefined) running.grew = true
    this.#options.tellChanged(id)
  }

  /**
   * Resolves when the worker of a run that is ending has exited. Its status is on disk, and so in a row, before the
   * process is gone, and a person who sees it may resume or delete the run at once.
   */
  async untilExited(id: string): Promise<void> {
    const running = this.#running.get(id)
    if (running === undefined) return
    const { run, worker } = running
    if (worker.isExiting || ENDED.has(readState(run.folder).state)) await worker.ended
  }

  /** All of them wait before the first starts, so that those that can train side by side do. */
  async add(runs: readonly WaitingRun[]): Promise<void> {
    this.#setWaiting([...this.#waiting, ...runs])
    if (!this.isRunning) this.#startNext()
    for (const [place, { id }] of runs.entries()) {
      if (place % 10 === 9) await nextTurn()
      if (this.positionOf(id) !== null) this.#options.tellChanged(id)
    }
  }

  /** Takes a waiting run out; it counts as stopped. False when it does not wait. */
  leave(id: string): boolean {
    const run = this.#waiting.find((waiting) => waiting.id === id)
    if (run === undefined) return false
    this.#setWaiting(this.#waiting.filter((waiting) => waiting !== run))
    changeStatus(paths(run.folder).status, {
      state: 'stopped',
      reason: 'It was taken out of the queue.',
      next: 'Resume it to queue it again.',
    })
    this.#options.tellChanged(id)
    this.#tellWaiting()
    return true
  }

  /** Moves a waiting run; positions beyond the end mean the end. False when it does not wait. */
  move(id: string, position: number): boolean {
    const run = this.#waiting.find((waiting) => waiting.id === id)
    if (run === undefined) return false
    const others = this.#waiting.filter((waiting) => waiting !== run)
    this.#setWaiting([...others.slice(0, position), run, ...others.slice(position)])
    this.#tellWaiting()
    return true
  }

  /** Interrupts those that run at a checkpoint; those that wait are interrupted before they began. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#telling !== null) clearTimeout(this.#telling)
    // The worker is told before anything that takes time: its last checkpoint is what matters.
    const workers = [...this.#running.values()].map(({ worker }) => worker)
    for (const worker of workers) worker.stop('interrupted')
    const waiting = this.#waiting
    this.#setWaiting([])
    for (const [place, { folder }] of waiting.entries()) {
      if (place % 20 === 19) await nextTurn()
      const reason = 'It waited in the queue, and Apical was closed before its turn came.'
      try {
        changeStatus(paths(folder).status, { state: 'interrupted', reason, next: 'Resume it.' })
      } catch {
        // Its queue is gone with this process, and that is what the next start will say of it.
      }
    }
    await Promise.all(workers.map(({ ended }) => ended))
  }

  #startNext(): void {
    const group = this.#closed ? [] : nextGroup(this.#waiting)
    const [first] = group
    if (first === undefined) return
    const chosen = new Set(group)
    this.#setWaiting(this.#waiting.filter((run) => !chosen.has(run)))
    this.#options.begins()
    const { root, stallMs, patienceMs } = this.#options
    const worker = new WorkerProcess({ root, dataFolder: first.dataFolder, stallMs, patienceMs })
    for (const run of group) this.#follow(run, worker, group.length === 1)
    worker.start()
    for (const { id } of group) this.#options.tellChanged(id)
    this.#tellWaiting()
  }

  #follow(run: WaitingRun, process: WorkerProcess, alone: boolean): void {
    const { root } = this.#options
    let begun: Extract<RunEvent, { kind: 'started' }> | null = null
    const tell = throttleProgress((event) => {
      this.#options.tellRun(run.id, event)
    })
    const onEvent = (event: RunEvent): void => {
      if (event.kind === 'started') begun = event
      if (event.kind === 'done' && begun?.fromEpoch === 0 && alone)
        this.#options.learn(run.experiment, event.engine, event.seconds)
      tell(event)
      if (CHANGES_ROW.has(event.kind)) this.#options.tellChanged(run.id)
    }
    const { folder, dataFolder } = run
    const worker = new TrainingWorker({ root, folder, dataFolder, onEvent }, process)
    const running: Running = { run, worker, stopsAfter: null, grew: false }
    this.#running.set(run.id, running)
    void worker.ended.then((ending) => {
      this.#running.delete(run.id)
      if (running.grew && !this.#closed) this.#continueWithNewSeeds(run, ending)
      this.#options.tellChanged(run.id)
      if (!this.isRunning) this.#startNext()
    })
  }

  /** Seeds that were added just after the worker last looked for new ones: the run continues with them at once. */
  #continueWithNewSeeds(run: WaitingRun, ending: Ending): void {
    if (ending.kind !== 'done') return
    const experiment = readExperiment(run.folder)
    const ended = new Set(ending.seeds.filter(({ status }) => status !== 'stopped').map(({ seed }) => seed))
    if (experiment.seeds.every((seed) => ended.has(seed))) return
    changeStatus(paths(run.folder).status, {
      state: 'queued',
      queuedBy: identity(),
    })
    this.#setWaiting([{ ...run, experiment }, ...this.#waiting])
  }

  #setWaiting(runs: WaitingRun[]): void {
    this.#waiting = runs
    this.#positions = null
  }

  /**
   * One event for all, and one for a burst of changes. Why, dated 2026-11: a start told every waiting row, each read from
   * its folder; with four thousand of them the host answered three seconds late.
   */
  #tellWaiting(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = null
      this.#options.tellWaiting(this.#waiting.map(({ id }) => id))
    }, TELLING_MS).unref()
  }
}

/** Changes of the queue within so long are told together. */
const TELLING_MS = 50

const ENDED: ReadonlySet<RunState> = new Set(['stopped', 'interrupted', 'failed', 'collapsed', 'done'])

const CHANGES_ROW: ReadonlySet<RunEvent['kind']> = new Set([
  'started',
  'checkpoint',
  'paused',
  'continued',
  'collapsed',
])
