/**
 * The only holder of a lab in the face: what it says of itself, its experiments as rows, and the runs being looked at.
 *
 * Lists are replaced, not mutated, and kept out of deep reactivity (`$state.raw`); samples live in typed arrays in an
 * envelope that is renewed a few times a second, so that a fast run costs the window a few redraws a second and nothing else.
 */
import type {
  Download,
  ExperimentRecord,
  ExperimentRow,
  HandedFile,
  LabAnswers,
  LabArgument,
  LabCall,
  LabDescription,
  LabEvent,
  PresetCard,
} from '../src-main/contract.ts'
import type { RunEvent } from '../src-main/experiment/event.ts'
import { History } from './charts/history.ts'
import { NO_WORDS, type Vocabulary } from './text/setting-words.ts'
import { Refusal, type Connection, type Wire } from './transport/wire.ts'

export type Progress = Extract<RunEvent, { kind: 'progress' }>
export type Started = Extract<RunEvent, { kind: 'started' }>

const REDRAW_MS = 150
const ROWS_REDRAW_MS = 16
const FIRST_ROWS = 100
const ROWS_AT_ONCE = 1000

/** One run as it is looked at: its record from disk and everything that happened since. */
export class RunWatch {
  readonly id: string
  record = $state.raw<ExperimentRecord | null>(null)
  refusal = $state.raw<Refusal | null>(null)
  progress = $state.raw<Progress | null>(null)
  /** How many checkpoints were written since the watch began: each is news of the weights. */
  checkpoints = $state(0)
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
      case 'checkpoint':
        this.checkpoints++
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

export function isUnderWay({ state }: Download): boolean {
  return state === 'fetching' || state === 'checking' || state === 'unpacking'
}

export class LabStore {
  connection = $state<Connection>('connecting')
  description = $state.raw<LabDescription | null>(null)
  rows = $state.raw<readonly ExperimentRow[]>([])
  /** False until the first rows came. */
  loaded = $state(false)
  /** Whether more rows are on their way. */
  listing = $state(false)
  refusal = $state.raw<Refusal | null>(null)
  /** How far a benchmark is, as told last. */
  benching = $state.raw<{ readonly engine: string; readonly fraction: number } | null>(null)
  /** How far looking at a run's networks is, as told last. */
  inspecting = $state.raw<{ readonly id: string; readonly fraction: number } | null>(null)
  /** How far a study of a network is, as told last. */
  studying = $state.raw<{ readonly id: string; readonly fraction: number } | null>(null)
  /** How far an embedding is, as told last. */
  embedding = $state.raw<{ readonly id: string; readonly fraction: number } | null>(null)
  /** How far a look into a person's files is, or an import of them, as told last. */
  importing = $state.raw<{ readonly stage: 'reading' | 'writing'; readonly rows: number } | null>(null)
  /** The latest download of each data set, by its name. */
  downloads = $state.raw<Readonly<Record<string, Download>>>({})
  /** Files that the system handed to the app and that nobody has looked at yet. */
  handed = $state.raw<readonly HandedFile[]>([])
  /** What rules, settings and data sets are called; empty until the lab has said. */
  readonly words = $derived<Vocabulary>(this.description ?? NO_WORDS)
  readonly #wire: Wire
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- `rows` is what screens follow; a burst of changes is one of it
  readonly #rows = new Map<string, ExperimentRow>()
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- each watch is reactive, the list of them is not looked at
  readonly #watches = new Map<string, RunWatch>()
  /** Settings of grids that are not the chosen one, by name, as far as they were asked for. */
  #settings = $state.raw<Readonly<Record<string, PresetCard>>>({})
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- remembers what was asked, and is not looked at
  readonly #askedGrids = new Set<string>()
  #publishing: ReturnType<typeof setTimeout> | undefined
  /** Which listing is the latest, and what was told since it began. */
  #lists = 0
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- looked at while pages come, shown nowhere
  #toldMeanwhile = new Set<string>()

  constructor(wire: Wire) {
    this.#wire = wire
    wire.listen((event) => this.#take(event))
    wire.watchConnection((connection) => {
      this.connection = connection
      // Also after it was lost: what happened while the wire was down was told to nobody here.
      if (connection === 'open') void this.refresh()
    })
  }

  /** Calls the lab; rejects with `Refusal`. */
  async call<C extends LabCall>(name: C, argument: LabArgument<C>): Promise<LabAnswers[C]> {
    return (await this.#wire.call(name, argument)) as LabAnswers[C]
  }

  /** Where a dropped file or folder lies; null where this window does not tell. */
  pathOf(file: File): string | null {
    return this.#wire.pathOf?.(file) ?? null
  }

  /** Asks for everything again, also for the runs being looked at. */
  async refresh(): Promise<void> {
    try {
      // The table stands while the lab still looks for engines and data sets, which takes it longer.
      const others = await this.#listFirst()
      await this.describeAgain()
      this.refusal = null
      await others()
      await Promise.all([...this.#watches.values()].filter(({ record }) => record !== null).map((run) => run.load()))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.refusal = error
    } finally {
      this.listing = false
    }
  }

  /** Lists the first rows; answers what lists the others, in pages that keep neither side from its work. */
  async #listFirst(): Promise<() => Promise<void>> {
    const turn = ++this.#lists
    this.listing = true
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- ids, while the pages come
    this.#toldMeanwhile = new Set()
    const first = await this.call('list', { limit: FIRST_ROWS })
    if (turn !== this.#lists) return async () => undefined
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- ids, while the pages come
    const gone = new Set(this.#rows.keys())
    this.#takePage(first, gone)
    this.#publish()
    this.loaded = true
    return () => this.#listOthers(turn, first, gone)
  }

  async #listOthers(turn: number, first: readonly ExperimentRow[], gone: Set<string>): Promise<void> {
    for (let last = first.at(-1); last !== undefined;) {
      const page = await this.call('list', { after: { created: last.created, id: last.id }, limit: ROWS_AT_ONCE })
      if (turn !== this.#lists) return
      this.#takePage(page, gone)
      last = page.at(-1)
    }
    for (const id of gone) if (!this.#toldMeanwhile.has(id)) this.#rows.delete(id)
    this.#publish()
    this.listing = false
  }

  /** What was told of a row while its page was on its way is younger. */
  #takePage(page: readonly ExperimentRow[], gone: Set<string>): void {
    for (const row of page) {
      gone.delete(row.id)
      if (!this.#toldMeanwhile.has(row.id)) this.#keep(row)
    }
  }

  /** Asks again for what the lab says of itself: templates, data sets, engines. */
  async describeAgain(): Promise<void> {
    this.description = await this.call('describe', {})
    this.downloads = Object.fromEntries(this.description.downloads.map((download) => [download.name, download]))
  }

  /** The preset of that name. The description has the chosen setting of each grid; NAME#3 comes a moment after it was asked for. */
  preset(name: string | null | undefined): PresetCard | undefined {
    if (name === null || name === undefined) return undefined
    const found = this.description?.presets.find((preset) => preset.name === name) ?? this.#settings[name]
    const [base = name] = name.split('#')
    if (found === undefined && name !== base && !this.#askedGrids.has(base)) {
      this.#askedGrids.add(base)
      // A name that is no preset has no settings: what would be shown of it is left out.
      this.call('presetGrid', { name: base }).then(
        ({ settings }) => {
          this.#settings = { ...this.#settings, ...Object.fromEntries(settings.map((card) => [card.name, card])) }
        },
        () => undefined,
      )
    }
    return found
  }

  row(id: string): ExperimentRow | undefined {
    // Read for its own sake: whoever asks for one row is told when any changes.
    return this.rows.length === 0 ? undefined : this.#rows.get(id)
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
        this.#toldMeanwhile.add(event.row.id)
        this.#keep(event.row)
        break
      case 'queue':
        for (const [queuePosition, id] of event.waiting.entries()) {
          const row = this.#rows.get(id)
          if (row?.state === 'queued' && row.queuePosition !== queuePosition)
            this.#rows.set(id, { ...row, queuePosition })
        }
        break
      case 'bench':
        this.benching = { engine: event.engine, fraction: event.fraction }
        return
      case 'inspect':
        this.inspecting = { id: event.id, fraction: event.fraction }
        return
      case 'study':
        this.studying = { id: event.id, fraction: event.fraction }
        return
      case 'embed':
        this.embedding = { id: event.id, fraction: event.fraction }
        return
      case 'import':
        this.importing = { stage: event.stage, rows: event.rows }
        return
      case 'download':
        this.downloads = { ...this.downloads, [event.download.name]: event.download }
        // What the set's card says is another by now.
        if (!isUnderWay(event.download)) void this.describeAgain().catch(() => undefined)
        return
      case 'handed':
        this.handed = [...this.handed, event.file]
        return
      case 'results':
        // Other experiments, some of which may have the same names.
        this.loaded = false
        this.description = null
        this.#rows.clear()
        this.#watches.clear()
        this.#publish()
        void this.refresh()
        return
      case 'removed':
        this.#toldMeanwhile.add(event.id)
        this.#rows.delete(event.id)
        this.#watches.delete(event.id)
    }
    if (this.#publishing !== undefined) return
    // A burst of rows (a sweep being queued, a thousand being tagged) becomes one change.
    this.#publishing = setTimeout(() => this.#publish(), ROWS_REDRAW_MS)
  }

  #publish(): void {
    clearTimeout(this.#publishing)
    this.#publishing = undefined
    this.rows = [...this.#rows.values()]
  }
}
