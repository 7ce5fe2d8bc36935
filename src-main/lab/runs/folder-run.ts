/**
 * The training of one experiment's folder in a worker: steered by requests, written to the folder before it is told to
 * anyone, and ended cleanly whatever happens.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunEvent } from '../../experiment/event.ts'
import { TrainingControls } from '../../training/controls.ts'
import { Ledger, readExperiment } from '../results.ts'
import { HEARTBEAT_MS, touchHeartbeat } from '../storage.ts'
import { trainExperiment } from './experiment-training.ts'
import { failureOf } from './failure.ts'
import type { RunResources } from './shared-session.ts'
import type { Request, Task } from './worker-messages.ts'

/** Why a run that nobody stopped is not running any more. */
const CLOSED = 'Apical was closed, or lost its connection to the run, while it was going on.'

/** Told often, and kept elsewhere in the folder if at all. */
const UNLOGGED: ReadonlySet<RunEvent['kind']> = new Set(['progress', 'batches', 'measure', 'confusion', 'costs'])

export class FolderRun {
  readonly folder: string
  readonly #resources: RunResources
  readonly #tell: (event: RunEvent) => void
  readonly #controls = new TrainingControls()
  #stopAs: 'stopped' | 'interrupted' = 'stopped'
  #ledger: Ledger | null = null
  #state: 'going on' | 'over' | 'failed' = 'going on'

  constructor(folder: string, resources: RunResources, tell: (event: RunEvent) => void) {
    this.folder = folder
    this.#resources = resources
    this.#tell = tell
  }

  /** It has taken its folder, or is done with it. */
  get hasBegun(): boolean {
    return this.#ledger !== null || this.isOver
  }

  get isOver(): boolean {
    return this.#state !== 'going on'
  }

  get hasFailed(): boolean {
    return this.#state === 'failed'
  }

  obey(request: Request): void {
    switch (request.kind) {
      case 'pause':
        this.#controls.pause()
        return
      case 'continue':
        this.#controls.continue()
        return
      case 'stop-after':
        this.#controls.stopAfterwards(request.what)
        return
      case 'stop-seed':
        this.#controls.stopSeed(request.seed)
        return
      case 'stop':
        this.stop(request.as)
        return
      default:
        request satisfies never
    }
  }

  stop(as: 'stopped' | 'interrupted'): void {
    if (!this.#controls.stopRequested) this.#stopAs = as
    this.#controls.stop()
  }

  /** Trains to the end; the folder is free when it resolves. Never rejects. */
  async run({ dataFolder, version }: Pick<Task, 'dataFolder' | 'version'>): Promise<void> {
    const sign = setInterval(() => {
      touchHeartbeat(this.folder)
    }, HEARTBEAT_MS)
    try {
      const experiment = readExperiment(this.folder)
      const ledger = new Ledger(this.folder, experiment.rule.name)
      this.#ledger = ledger
      ledger.setState('running')
      ledger.log(`Worker ${process.pid} began, Apical ${version}, Node ${process.version}.`)
      const assignment = { experiment, ledger, dataFolder, version, resources: this.#resources }
      for await (const event of trainExperiment(assignment, this.#controls)) {
        // What comes of a run that failed meanwhile, outside of it, is not to be written.
        if (this.isOver) return
        await this.#record(ledger, event)
      }
      this.#end('over')
    } catch (error) {
      this.fail(error)
    } finally {
      clearInterval(sign)
      this.#resources.leave()
    }
  }

  fail(error: unknown): void {
    if (this.isOver) return
    const { message, next } = failureOf(error)
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    // Standard error is the run's log, which travels with its folder.
    if (this.#ledger === null) process.stderr.write(`${trace}\n`)
    else this.#ledger.log(trace)
    const folder = this.#ledger?.folder ?? ''
    try {
      this.#ledger?.setState('failed', message, next)
    } catch {
      // A full disk or a deleted folder: what can still be told is told to the host.
    }
    this.#tell({ kind: 'failed', folder, message, next })
    this.#end('failed')
  }

  #end(as: 'over' | 'failed'): void {
    this.#state = as
    try {
      this.#ledger?.close()
    } catch {
      // Nothing more can be done about a folder that is gone.
    }
  }

  /** The folder first, then whoever listens. */
  async #record(into: Ledger, event: RunEvent): Promise<void> {
    into.record(event)
    if (event.kind === 'paused') into.setState('paused')
    if (event.kind === 'continued') into.setState('running')
    if (event.kind === 'stopped') {
      const reason = event.reason ?? (this.#stopAs === 'interrupted' ? CLOSED : null)
      into.setState(this.#stopAs, reason, reason === null ? null : 'Resume it.')
    }
    if (event.kind === 'done') {
      into.writeSummary(event)
      const [first, ...more] = event.seeds.filter(({ status }) => status === 'collapsed')
      const none = first !== undefined && more.length + 1 === event.seeds.length
      if (none)
        into.setState('collapsed', `No seed has a result. Seed ${first.seed}: ${first.reason ?? 'no reason given'}`)
      else into.setState('done')
    }
    if (!UNLOGGED.has(event.kind)) into.log(JSON.stringify('folder' in event ? { ...event, folder: undefined } : event))
    this.#tell(event)
    // Engines may compute without giving way; here pauses, stops and the loss of the host are heard.
    await nextTurn()
  }
}
