/**
 * The one place that names a channel. A host (Electron, `serve`, a test) offers a `Lab`; a face or a command line uses
 * it through a `Transport` and cannot tell which host it talks to. Types and schemas only: nothing here does anything.
 */
import { z } from 'zod'
import type { Dash, DataPreview, DataSetCard, Download, DownloadOffer, PlanePreview } from './experiment/data-card.ts'
import type { Inspection } from './experiment/inspection.ts'
import { ExperimentTitle, LabelChange, LabView, SavedView, Tag } from './experiment/labels.ts'
import type { BenchResult, EngineCard } from './experiment/engine-card.ts'
import type { ExperimentField } from './experiment/fields.ts'
import type { ExperimentRecord, ExperimentRow, FilePart, ReportedRecord } from './experiment/record.ts'
import type { CurveState } from './paper/curves.ts'
import type { PaperCard, PaperState } from './paper/paper-card.ts'
import type { Exhibit, Paper, PublishedCurve } from './paper/paper.ts'
import type { Compared, PaperVerdict, RowState } from './paper/row-state.ts'
import type { ExhibitState, Missing } from './paper/state.ts'
import type { Synapses } from './rules/rule.ts'
import type { SettingsSchema } from './rules/setting.ts'
import type { PresetCard, PresetGridCard } from './experiment/preset-card.ts'
import { LookAsk, NetworkChoice, type LookAnswer } from './experiment/look.ts'
import { EmbeddingSettings, type Embedding } from './experiment/representations.ts'
import { StudyAsk, type StudyAnswer } from './experiment/study.ts'
import type { DataLook, LookedColumn } from './experiment/data-look.ts'
import { DataMapping, type DataMappingField, OwnDataSetName } from './experiment/data-mapping.ts'
import { DATASET_NAMES, DataSetName, ENGINE_NAMES, Experiment, type Problem } from './experiment/experiment.ts'
import type { RunEvent } from './experiment/event.ts'
import { Sha256 } from './experiment/sha256.ts'

export interface RuleCard {
  readonly name: string
  readonly label: string
  readonly summary: string
  readonly source: { readonly text: string; readonly url: string }
  /** Its colour in charts and tables: a slot of the palette. */
  readonly palette: number
  /** JSON Schema of the settings; each property carries label, symbol, help, unit, group and control. */
  readonly settings: SettingsSchema
  readonly equations: readonly {
    readonly caption: string
    readonly tex: string
    readonly settings: readonly string[]
  }[]
  readonly measures: readonly {
    readonly name: string
    readonly label: string
    readonly unit: string
    readonly help: string
  }[]
  readonly synapses: readonly Synapses[]
  /** Of a rule of the person's own: its file. */
  readonly file?: string
}

/** A file of the rules folder. One that is new or changed runs only once the person allows it as it is. */
export interface OwnRuleFile {
  readonly path: string
  /** Of its contents. */
  readonly sha256: string
  readonly state: 'new' | 'changed' | 'allowed'
  /** How experiments name its rule; null where it is not allowed as it is. */
  readonly rule: string | null
  /** Of the rule when it was last allowed. */
  readonly label: string | null
}

/** An experiment that a person keeps to begin others with: one JSON file in `.templates` of the results folder. */
export interface TemplateCard {
  readonly name: string
  readonly experiment: Experiment
  /** ISO 8601. */
  readonly saved: string
}

/** What was read as an experiment: as far as it has the shape of one, and all that is wrong with it. */
export interface ReadExperiment {
  readonly experiment: Experiment | null
  readonly problems: readonly Problem[]
}

/** What a window needs once. */
export interface LabDescription {
  readonly version: string
  readonly host: 'electron' | 'browser' | 'test'
  readonly resultsFolder: string
  /** The lab's own, while another one is shown; null otherwise. */
  readonly ownResultsFolder: string | null
  readonly rules: readonly RuleCard[]
  /** The person's own files of rules, allowed or not, and the folder they lie in. */
  readonly ownRules: { readonly folder: string; readonly files: readonly OwnRuleFile[] }
  /** The settings that experiments of all rules have. */
  readonly fields: readonly ExperimentField[]
  readonly presets: readonly PresetCard[]
  readonly templates: readonly TemplateCard[]
  readonly dataSets: readonly DataSetCard[]
  /** What is asked of a person's own files. */
  readonly dataMapping: readonly DataMappingField[]
  readonly engines: readonly EngineCard[]
  /** The latest benchmark of each engine that was measured here. */
  readonly benches: readonly BenchResult[]
  /** The latest download of each set since the lab was opened. */
  readonly downloads: readonly Download[]
}

/** What the form shows before anything starts. */
export interface Forecast {
  readonly problems: readonly Problem[]
  /** Experiments that a start makes: more than one for a sweep; 0 while the sweep has problems. */
  readonly experiments: number
  /** Networks to train, one per seed and experiment. */
  readonly runs: number
  /** Parameters of one replica; null while the network has problems. */
  readonly parameters: number | null
  readonly batchesPerEpoch: number | null
  /** Floating-point operations of one training batch of one replica. */
  readonly flopPerBatch: number | null
  /** From this machine's own measured speed; null until something was measured. */
  readonly seconds: number | null
  /** What that speed is known from: runs, a short measurement while the machine was idle, or the engine's benchmark. */
  readonly basis: 'run' | 'pace' | 'benchmark' | null
  /** Whether it is of this very network, not of another with the same rule. */
  readonly ofNetwork: boolean
  readonly memoryBytes: number | null
  /** The axes of the sweep with their values, ranges unfolded; absent without one, or while it has problems. */
  readonly axes?: readonly { readonly key: string; readonly values: readonly string[] }[]
  /** How much more arithmetic each measure of the rule asks for, in per cent of training's; empty while there are problems. */
  readonly measures: readonly { readonly name: string; readonly percent: number }[]
}

const RunId = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^/\\\0]+$/u, 'a run is named by its folder, without slashes')

/** The axes of a sweep, each with its values as `--sweep` takes them: a list or a range. */
export const SweepRequest = z.strictObject({
  axes: z.array(z.strictObject({ key: z.string().max(100), values: z.string().max(10_000) })).max(8),
  /** Side by side instead of every combination. */
  paired: z.boolean(),
})
export type SweepRequest = z.infer<typeof SweepRequest>

/** A table of every epoch as CSV or Parquet, the weights as NPZ, or all of it as one zip. */
export const EXPORT_KINDS = ['zip', 'csv', 'parquet', 'npz'] as const
export type ExportKind = (typeof EXPORT_KINDS)[number]

/** At most what a lab of ten thousand experiments may have chosen at once. */
const RunIds = z.array(RunId).min(1).max(50_000)

const PaperId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'a paper is named in small letters, digits and dashes')

const TemplateName = z.string().trim().min(1).max(100)

const Paths = z.array(z.string().trim().min(1).max(4096)).max(100)
const ImportArgument = {
  /** A table, arrays, or one folder. */
  paths: Paths.min(1),
  /** The same for testing; empty where one set of files has both, or none. */
  tests: Paths,
  mapping: DataMapping,
}

/** Every call of the lab, with the schema that its argument must satisfy before a host looks at it. */
export const LAB_CALLS = {
  describe: z.strictObject({}),
  /** The newest first. In pages, so that neither side stands still over ten thousand: the next begins `after` a row. */
  list: z.strictObject({
    after: z.strictObject({ created: z.string().max(100), id: RunId }).optional(),
    limit: z.int().min(1).max(100_000).optional(),
  }),
  read: z.strictObject({ id: RunId }),
  /** The same for a file that is handed on: no path of this machine in it, and the checksums of what it left on disk. */
  readForReport: z.strictObject({ id: RunId }),
  /** Writes one file of them for other programs into the exports folder: tables, weights, or all of it; never over another. */
  export: z.strictObject({ ids: z.array(RunId).min(1).max(1000), as: z.enum(EXPORT_KINDS) }),
  /** The beginning or the end of one of its files, as text: as much as a window can show. */
  readFile: z.strictObject({ id: RunId, path: z.string().min(1).max(1000), part: z.enum(['start', 'end']) }),
  /** With a sweep: of all its experiments together. */
  forecast: z.strictObject({ experiment: z.unknown(), sweep: SweepRequest.optional() }),
  /** Reads what a file holds, for the form: nothing is started. */
  readExperiment: z.strictObject({ value: z.unknown() }),
  /** Lets the file of a rule run, as the person saw it: its SHA-256. Answers how experiments name its rule. */
  allowRule: z.strictObject({ path: z.string().min(1).max(4096), sha256: Sha256 }),
  /** Keeps an experiment under a name that no template has, or renames one (`was`); never over another. */
  saveTemplate: z.strictObject({ name: TemplateName, experiment: z.unknown(), was: TemplateName.optional() }),
  deleteTemplate: z.strictObject({ name: TemplateName }),
  /** With a sweep: queues all its experiments. */
  start: z.strictObject({ experiment: z.unknown(), sweep: SweepRequest.optional() }),
  /** Every setting of the grid that a preset was chosen from. */
  presetGrid: z.strictObject({ name: z.string().max(100) }),
  /** Queues all of them, as experiments of one sweep. */
  startGrid: z.strictObject({ name: z.string().max(100) }),
  pause: z.strictObject({ id: RunId }),
  continue: z.strictObject({ id: RunId }),
  /** Stops after the current chunk and keeps a checkpoint. A queued run leaves the queue. */
  stop: z.strictObject({ id: RunId }),
  /** Lets a running one finish its epoch, or the seeds that are trained side by side now, and then stop; null takes that back. */
  stopAfter: z.strictObject({ id: RunId, what: z.enum(['epoch', 'seeds']).nullable() }),
  /** Stops one of the seeds trained side by side, with a checkpoint; the others go on. */
  stopSeed: z.strictObject({ id: RunId, seed: z.int().min(0) }),
  /**
   * Adds seeds to an experiment of any state and queues it: they are trained after those there are, and everything done
   * is kept. What was stopped goes on too.
   */
  addSeeds: z.strictObject({ id: RunId, seeds: z.array(z.int().min(0).max(Number.MAX_SAFE_INTEGER)).min(1).max(1000) }),
  /**
   * Goes on from the checkpoint of a stopped, interrupted or failed run. With `epochs` also of a finished one, to so many in
   * all: it ends as one that had so many from the start.
   */
  resume: z.strictObject({ id: RunId, epochs: z.int().min(1).max(100_000).optional() }),
  /** What those that wait will take from beginning to end, each as forecast from this machine's measured speed. */
  forecastQueue: z.strictObject({}),
  /** What presets will take here; those are left out whose speed is not known. */
  forecastPresets: z.strictObject({}),
  /** Times a few batches of this network, if the machine is idle and until a run starts; the next forecast knows it. */
  measurePace: z.strictObject({ experiment: z.unknown() }),
  moveInQueue: z.strictObject({ id: RunId, position: z.int().min(0).max(10_000) }),
  writeNotes: z.strictObject({ id: RunId, text: z.string().max(1_000_000) }),
  /** Times an engine in a process of its own; `bench` events tell how far it is. */
  bench: z.strictObject({ engine: z.enum(ENGINE_NAMES) }),
  /** A page of samples of one class, or of all (null), read from the set's own bytes. */
  preview: z.strictObject({
    name: DataSetName,
    split: z.enum(['train', 'test']),
    label: z.int().min(0).max(10_000).nullable(),
    from: z.int().min(0).max(100_000_000),
    count: z.int().min(1).max(120),
    /** These, instead of a page. */
    samples: z.array(z.int().min(0).max(100_000_000)).max(120).optional(),
  }),
  /** Classifies the test set with a run's weights and takes its rule's measures, in a process of its own; `inspect` events tell how far it is. */
  inspect: z.strictObject({ id: RunId }),
  /** Looks into one network of a run, in a process that stays ready for the next look. The answer is of the kind asked for. */
  look: z.strictObject({ id: RunId, network: NetworkChoice, ask: LookAsk }),
  /**
   * A layer as a picture of two dimensions, in a process of its own; `embed` events tell how far it is. One made before of
   * the same weights is answered at once. Null where it was stopped.
   */
  embed: z.strictObject({ id: RunId, network: NetworkChoice, settings: EmbeddingSettings }),
  stopEmbedding: z.strictObject({ id: RunId }),
  /** What takes longer to find out than a look, in a process of its own; `study` events tell how far it is. The answer is of the kind asked for, null where it was stopped. */
  study: z.strictObject({ id: RunId, network: NetworkChoice, ask: StudyAsk }),
  stopStudy: z.strictObject({ id: RunId }),
  /** Names, tags, pins and archives experiments: labels.json in each folder. */
  label: z.strictObject({ ids: RunIds, change: LabelChange }),
  trash: z.strictObject({ ids: RunIds }),
  restore: z.strictObject({ ids: RunIds }),
  /** Named looks at the table, kept in the results folder. */
  views: z.strictObject({}),
  /** Replaces the one of that name; answers all. */
  keepView: z.strictObject({ view: SavedView }),
  forgetView: z.strictObject({ name: z.string().max(100) }),
  /** Papers: the one that comes with Apical, and those that were opened or made here. */
  papers: z.strictObject({}),
  /** The whole of one: exhibits, rows, printed numbers and curves. */
  paper: z.strictObject({ id: PaperId }),
  /** What this lab has of it: rows and curves beside the printed ones, verdicts, and what is missing. */
  paperState: z.strictObject({ id: PaperId }),
  /** Queues what these exhibits are missing: new experiments, and runs that go on. */
  runPaper: z.strictObject({ id: PaperId, exhibits: z.array(z.string().min(1).max(120)).min(1).max(1000) }),
  /** Keeps the paper that a file holds. Nothing is started; never over another. */
  openPaper: z.strictObject({ value: z.unknown() }),
  /** Makes a paper of runs: their experiments are its rows, their results its printed numbers. */
  savePaper: z.strictObject({
    title: z.string().trim().min(1).max(200),
    authors: z.string().trim().max(1000),
    runs: z
      .array(z.strictObject({ id: RunId, label: z.string().trim().min(1).max(300) }))
      .min(1)
      .max(200),
  }),
  forgetPaper: z.strictObject({ id: PaperId }),
  /** Points a data set to a folder the person has; answers its new card. */
  useDataFolder: z.strictObject({ name: z.string().max(100), folder: z.string().min(1).max(4096) }),
  /**
   * Shows the experiments of another folder: a results folder, one that holds it, or that of a single experiment. The
   * lab's own goes on meanwhile; null shows it again.
   */
  openResults: z.strictObject({ folder: z.string().trim().min(1).max(4096).nullable() }),
  /**
   * What a person's files hold, and what they would become. `import` events tell how far it is. Null where another look, or
   * stopImport, ended it.
   */
  lookAtData: z.strictObject(ImportArgument),
  /** Makes a data set of them, in a process of its own. */
  addData: z.strictObject(ImportArgument),
  /** Ends the look or the import under way; nothing of it is kept. */
  stopImport: z.strictObject({}),
  /** Deletes a set that a person added. */
  removeData: z.strictObject({ name: OwnDataSetName }),
  /** Fetches a set from its publisher, or goes on with it; `download` events tell how it goes and how it ends. */
  download: z.strictObject({ name: z.enum(DATASET_NAMES) }),
  /** Stops that; what came so far is kept for the next time. */
  stopDownload: z.strictObject({ name: z.enum(DATASET_NAMES) }),
} as const satisfies Record<string, z.ZodType>

export type LabCall = keyof typeof LAB_CALLS
export type LabArgument<C extends LabCall> = z.infer<(typeof LAB_CALLS)[C]>

/** What became of a call about several experiments. One that could be done for none is refused instead. */
export interface Several {
  readonly done: readonly string[]
  readonly refused: readonly { readonly id: string; readonly message: string; readonly next: string }[]
}

export interface LabAnswers {
  describe: LabDescription
  list: readonly ExperimentRow[]
  read: ExperimentRecord
  readForReport: ReportedRecord
  export: { readonly file: string; readonly bytes: number }
  readFile: FilePart
  forecast: Forecast
  readExperiment: ReadExperiment
  allowRule: { readonly rule: string }
  saveTemplate: TemplateCard
  deleteTemplate: null
  /** `id` is the first of `ids`. */
  start: { readonly id: string; readonly ids: readonly string[] }
  presetGrid: PresetGridCard
  startGrid: { readonly id: string; readonly ids: readonly string[] }
  pause: null
  continue: null
  stop: null
  stopAfter: null
  stopSeed: null
  addSeeds: null
  resume: null
  forecastQueue: readonly { readonly id: string; readonly seconds: number | null }[]
  forecastPresets: readonly { readonly name: string; readonly seconds: number }[]
  /** False where the machine was busy, or something else came first. */
  measurePace: { readonly measured: boolean }
  moveInQueue: null
  writeNotes: null
  bench: BenchResult
  preview: DataPreview
  inspect: Inspection
  look: LookAnswer
  study: StudyAnswer | null
  stopStudy: null
  embed: Embedding | null
  stopEmbedding: null
  label: Several
  trash: Several
  restore: Several
  views: readonly SavedView[]
  keepView: readonly SavedView[]
  forgetView: readonly SavedView[]
  papers: readonly PaperCard[]
  paper: Paper
  paperState: PaperState
  /** Of the experiments that were started or go on. */
  runPaper: { readonly ids: readonly string[] }
  openPaper: PaperCard
  savePaper: { readonly card: PaperCard; readonly paper: Paper }
  forgetPaper: null
  useDataFolder: DataSetCard
  /** `id` of the experiment when its own folder was opened; null otherwise. */
  openResults: { readonly resultsFolder: string; readonly id: string | null }
  lookAtData: DataLook | null
  /** False where it was stopped. */
  addData: { readonly added: boolean }
  stopImport: null
  removeData: null
  download: null
  stopDownload: null
}

/** The lab as every host offers it and every face sees it. */
export type Lab = { readonly [C in LabCall]: (argument: LabArgument<C>) => Promise<LabAnswers[C]> } & {
  /** Listens to everything that happens; returns the function that stops listening. */
  watch(listener: (event: LabEvent) => void): () => void
}

/** A file or folder that the system handed to the app: double-clicked, dropped on its icon, named when it was started. */
export interface HandedFile {
  readonly name: string
  readonly path: string
  readonly isFolder: boolean
  /** What is in it; null of a folder and of a file too large for anything but samples. */
  readonly bytes: Uint8Array<ArrayBuffer> | null
}

/** What the lab tells on its own. `progress` of runs is throttled: a window gets at most ten per second and run. */
export type LabEvent =
  | { readonly kind: 'run'; readonly id: string; readonly event: RunEvent }
  /** A row was added or changed (never the numbers of a running epoch: those come as `run`). */
  | { readonly kind: 'row'; readonly row: ExperimentRow }
  | { readonly kind: 'removed'; readonly id: string }
  /** Who waits in the queue, the next one first: their positions changed, and nothing else of their rows. */
  | { readonly kind: 'queue'; readonly waiting: readonly string[] }
  /** How far a benchmark is, from 0 to 1. */
  | { readonly kind: 'bench'; readonly engine: string; readonly fraction: number }
  /** How far looking at a run's networks is, from 0 to 1. */
  | { readonly kind: 'inspect'; readonly id: string; readonly fraction: number }
  /** How far a study of a network is, from 0 to 1. */
  | { readonly kind: 'study'; readonly id: string; readonly fraction: number }
  /** How far an embedding is, from 0 to 1. */
  | { readonly kind: 'embed'; readonly id: string; readonly fraction: number }
  /** Another results folder is shown from now on: everything is to be asked for again. */
  | { readonly kind: 'results'; readonly resultsFolder: string }
  /** How many samples of a person's files were read, in the first pass over them and in the second, which keeps them. */
  | { readonly kind: 'import'; readonly stage: 'reading' | 'writing'; readonly rows: number }
  /** How far a download is, a few times a second, and how it ended. */
  | { readonly kind: 'download'; readonly download: Download }
  /** Of the window's host alone. */
  | { readonly kind: 'handed'; readonly file: HandedFile }

/** Carries calls one way and events the other. Two functions: everything else is the same over every wire. */
export interface Transport {
  /** Rejects with `LabProblem` when the lab refused. */
  call(name: string, argument: unknown): Promise<unknown>
  listen(listener: (event: LabEvent) => void): () => void
}

/** A refusal in words: what is wrong and what to do next. Crosses wires as this JSON. */
export interface LabRefusal {
  readonly message: string
  readonly next: string
  readonly problems: readonly Problem[]
}

/** How a call ended, as a value: an error's own fields get lost on Electron's bridge and on wires. */
export type Answer = { readonly answer: unknown } | { readonly refusal: LabRefusal }

/** Messages on a wire that has no call of its own (WebSocket). */
export type ClientMessage = { readonly id: number; readonly call: string; readonly argument: unknown }
export type HostMessage = ({ readonly id: number } & Answer) | { readonly event: LabEvent }

/** Where a browser host offers its WebSocket. */
export const SOCKET_PATH = '/lab'
/** The `id` of a refusal that answers a message whose own `id` could not be read. */
export const NO_ID = -1

/** Channels of Electron's IPC; the preload offers these two and nothing else. */
export const IPC_CALL = 'lab:call'
export const IPC_EVENT = 'lab:event'

/** What the preload puts on the window as `apicalTransport`: a `Transport` whose refusals are still values, and paths. */
export interface ElectronBridge {
  call(name: string, argument: unknown): Promise<Answer>
  listen(listener: (event: LabEvent) => void): () => void
  /** Where a file or folder lies that was dropped on the window; '' for one that lies nowhere. */
  pathOf(file: File): string
}

export type {
  Confusion,
  Environment,
  ExperimentRecord,
  ExperimentRow,
  FilePart,
  Profile,
  ReportedRecord,
  RunState,
  SeedRecord,
  SettingValue,
} from './experiment/record.ts'
export { Experiment, ExperimentTitle, LabelChange, LabView, SavedView, Tag }
export type { ExperimentField, SettingsSchema }
export type { SettingSchema } from './rules/setting.ts'
export type { DataLook, DataMapping, DataMappingField, LookedColumn }
export type { Dash, DataPreview, DataSetCard, Download, DownloadOffer, PlanePreview }
export type { Inspection }
export type {
  Compared,
  CurveState,
  Exhibit,
  ExhibitState,
  Missing,
  Paper,
  PaperCard,
  PaperState,
  PaperVerdict,
  PublishedCurve,
  RowState,
}
export type { BenchResult, EngineCard }
export type { PresetCard, PresetGridCard }
