/**
 * The only holder of a lab in the face: what it says of itself, its experiments as rows, and the runs being looked at.
 *
 * Lists are replaced, not mutated, and kept out of deep reactivity (`$state.raw`); samples live in typed arrays in an
 * envelope that is renewed a few times a second, so that a fast run costs the window a few redraws a second and nothing else.
 */
import type {
  ExperimentRecord,
  ExperimentRow,
  LabAnswers,
  LabArgument,
  LabCall,
  LabDescription,
  LabEvent,
} from '../src-main/contract.ts'
import type { RunEvent } from '../src-main/experiment/event.ts'
import { History } from './history.ts'
import { Refusal, type Connection, type Wire } from './transport/wire.ts'

export type Progress = Extract<RunEvent, { kind: 'progress' }>
export type Started = Extract<RunEvent, { kind: 'started' }>

const REDRAW_MS = 150

/** One run as it is looked at: its record from disk and everything that happened since. */
export class RunWatch {
  readonly id: string
  record = $state.raw<ExperimentRecord | null>(null)
  refusal = $state.raw<Refusal | null>(null)
  progress = $state.raw<Progress | null>(null)
  started = $state.raw<Started | null>(null)
  /** Sentences the run said about itself, the latest last. */
  notes = $state.raw<readonly { readonly level: 'info' | 'warning'; readonly message: string }[]>([])
  failure = $state.raw<{ readonly message: string; readonly next: string } | null>(null)
  /** What was measured; the same growing history in a new envelope whenever it is worth drawing again. */
  seen = $state.raw<{ readonly history: History }>({ history: new History() })
  readonly #read: () => Promise<ExperimentRecord>
  #redraw: ReturnType<typeof setTimeout> | undefined
  #loading: Promise<void> | null = null
  /** What happened while the record was on its way. */
  #meanwhile: RunEvent[] = []

  constructor(id: string, read: () => Promise<ExperimentRecord>) {
    this.id = id
    this.#read = read
  }

  /** Reads everything from disk; events that come meanwhile are laid over it. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = null))
    return this.#loading
  }

  async #load(): Promise<void> {
    this.#meanwhile = []
    try {
      const record = await this.#read()
      const history = History.from(record)
      for (const event of this.#meanwhile) history.apply(event)
      this.record = record
      this.seen = { history }
      this.refusal = null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.refusal = error
    }
  }

  take(event: RunEvent): void {
    if (this.#loading !== null) this.#meanwhile.push(event)
    if (this.seen.history.apply(event) && this.#redraw === undefined)
      this.#redraw = setTimeout(() => this.#redrawn(), REDRAW_MS)
    switch (event.kind) {
      case 'progress':
        this.progress = event
        break
      case 'started':
        this.started = event
        this.failure = null
        break
      case 'note':
        this.notes = [...this.notes.slice(-49), { level: event.level, message: event.message }]
        break
      case 'failed':
        this.failure = { message: event.message, next: event.next }
        this.progress = null
        break
      case 'done':
      case 'stopped':
        this.progress = null
        break
      default:
    }
  }

  #redrawn(): void {
    this.#redraw = undefined
    this.seen = { history: this.seen.history }
  }
}

export class LabStore {
  connection = $state<Connection>('connecting')
  description = $state.raw<LabDescription | null>(null)
  rows = $state.raw<readonly ExperimentRow[]>([])
  /** False until the rows came for the first time. */
  loaded = $state(false)
  refusal = $state.raw<Refusal | null>(null)
  readonly #wire: Wire
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- `rows` is what screens follow; a burst of changes is one of it
  readonly #rows = new Map<string, ExperimentRow>()
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- each watch is reactive, the list of them is not looked at
  readonly #watches = new Map<string, RunWatch>()
  #publishing = false

  constructor(wire: Wire) {
    this.#wire = wire
    wire.listen((event) => this.#take(event))
    let first = true
    wire.watchConnection((connection) => {
      this.connection = connection
      // What happened while the wire was down was told to nobody here.
      if (connection === 'open' || first) void this.refresh()
      first = false
    })
  }

  /** Calls the lab; rejects with `Refusal`. */
  async call<C extends LabCall>(name: C, argument: LabArgument<C>): Promise<LabAnswers[C]> {
    return (await this.#wire.call(name, argument)) as LabAnswers[C]
  }

  /** Asks for everything again, also for the runs being looked at. */
  async refresh(): Promise<void> {
    try {
      const [description, rows] = await Promise.all([this.call('describe', {}), this.call('list', {})])
      this.description = description
      this.#rows.clear()
      for (const row of rows) this.#keep(row)
      this.rows = rows
      this.loaded = true
      this.refusal = null
      await Promise.all([...this.#watches.values()].filter(({ record }) => record !== null).map((run) => run.load()))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.refusal = error
    }
  }

  /** Asks again for what the lab says of itself: templates, data sets, engines. */
  async describeAgain(): Promise<void> {
    this.description = await this.call('describe', {})
  }

  row(id: string): ExperimentRow | undefined {
    return this.rows.find((row) => row.id === id)
  }

  /** The run of that id as something to look at; nothing is read until `load`. */
  watch(id: string): RunWatch {
    let watch = this.#watches.get(id)
    if (watch === undefined) {
      watch = new RunWatch(id, () => this.call('read', { id }))
      this.#watches.set(id, watch)
    }
    return watch
  }

  #keep(row: ExperimentRow): void {
    this.#rows.set(row.id, row)
    // Made here and not while a table is being drawn: what is made inside a derivation is not followed by it.
    if (row.state === 'running' || row.state === 'paused' || row.state === 'queued') this.watch(row.id)
  }

  #take(event: LabEvent): void {
    switch (event.kind) {
      case 'run':
        this.watch(event.id).take(event.event)
        return
      case 'row':
        this.#keep(event.row)
        break
      case 'removed':
        this.#rows.delete(event.id)
        this.#watches.delete(event.id)
    }
    if (this.#publishing) return
    // A burst of rows (a sweep being queued) becomes one change.
    this.#publishing = true
    queueMicrotask(() => {
      this.#publishing = false
      this.rows = [...this.#rows.values()]
    })
  }
}
