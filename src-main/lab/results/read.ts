/** Rows and records of experiments, from their folders alone. What cannot be read becomes a row that says why. */
import { readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { z } from 'zod'
import type { Environment, ExperimentRecord, ExperimentRow, RunState, SeedRecord } from '../../contract.ts'
import { labelOfDataSet } from '../../experiment/data-sets.ts'
import type { MeasureCost, SeedOutcome } from '../../experiment/event.ts'
import { Experiment, EXPERIMENT_VERSION } from '../../experiment/experiment.ts'
import { flatSettings } from '../../experiment/flat-settings.ts'
import { earlyFor, publishedFor } from '../../experiment/presets.ts'
import { runCommand } from '../../experiment/run-command.ts'
import { comparedOf, comparedTopK, resultOf } from '../../experiment/outcome.ts'
import { compareEarly, comparePublished } from '../../experiment/published.ts'
import { selectedIndex } from '../../experiment/selection.ts'
import { ruleNamed } from '../../rules/index.ts'
import { LabProblem } from '../problem.ts'
import { paths } from './folder.ts'
import { historySteps } from './history.ts'
import { readInspection } from './inspection.ts'
import { admitKeptRule } from './kept-rule.ts'
import { readLabels } from './labels.ts'
import { lastWordIn } from './last-word.ts'
import { SeedReading } from './seed-reading.ts'
import { readStatus, stampOf } from './status.ts'
import { atOnce, inTurns } from './steps.ts'
import { isTemporary, isProcessAlive, liveOwner, lookAt, readJson, readText } from '../storage.ts'

const LARGEST_NOTES = 4_000_000
/** Characters of the notes that a row carries to be searched. */
const LONGEST_SEARCHED = 4000

/** What an experiment's folder asks, refused in words when it is of a later version or damaged. */
export function readExperiment(folder: string): Experiment {
  const path = paths(folder).experiment
  const found = readJson(path)
  if (found === null)
    throw new LabProblem(`${path} is missing.`, 'This is not a results folder of Apical, or its file was deleted.')
  const version = z.object({ version: z.number() }).safeParse(found)
  if (version.success && version.data.version > EXPERIMENT_VERSION)
    throw new LabProblem(
      `${path}: expected version ${EXPERIMENT_VERSION} or lower, found ${version.data.version}.`,
      'It was written by a later Apical; open it with that one. Nothing was changed.',
    )
  const parsed = Experiment.safeParse(withoutConfusion(found))
  if (parsed.success) {
    admitKeptRule(paths(folder).rule, parsed.data)
    return withEverySetting(parsed.data)
  }
  const issue = parsed.error.issues[0]
  throw new LabProblem(
    `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an experiment'}.`,
    'Restore the file from a copy, or move the folder away.',
  )
}

/** A file from before confusion matrices were counted has none, and gets none when it is resumed. */
function withoutConfusion(found: unknown): unknown {
  if (typeof found !== 'object' || found === null) return found
  const { evaluation = {} } = found as { evaluation?: unknown }
  if (typeof evaluation !== 'object' || evaluation === null) return found
  return { ...found, evaluation: { confusionEveryEpochs: null, ...evaluation } }
}

/** Settings that a rule has had only since the file was written are as they were taken for then: their defaults. */
function withEverySetting(experiment: Experiment): Experiment {
  const { name, settings } = experiment.rule
  const filled = ruleNamed(name)?.settings.safeParse(settings)
  return filled?.success === true
    ? { ...experiment, rule: { name, settings: filled.data as Record<string, unknown> } }
    : experiment
}

interface ActualState {
  readonly state: RunState
  readonly reason: string | null
  readonly next: string | null
  readonly created: string
  readonly dataFolder: string | null
}

/**
 * The state as it truly is: a run that says it is running but has no living worker was interrupted, and so was one that
 * waited in the queue of a process that is gone.
 */
export function readState(folder: string): ActualState {
  const status = readStatus(paths(folder).status)
  if (status === null) {
    const damaged = { reason: 'its status.json is missing or damaged', next: 'Resume it; its checkpoints are kept.' }
    return {
      state: liveOwner(folder) === null ? 'interrupted' : 'running',
      ...damaged,
      created: created(folder),
      dataFolder: null,
    }
  }
  const { state, reason, next, created: since, dataFolder } = status
  const interrupted = (why: string): ActualState => ({
    state: 'interrupted',
    reason: why,
    next: 'Resume it.',
    created: since,
    dataFolder,
  })
  if ((state === 'running' || state === 'paused') && liveOwner(folder) === null) {
    // A worker that ended since the status was read has said how in a new one, before it let go of the folder.
    if (readStatus(paths(folder).status)?.updated !== status.updated) return readState(folder)
    const said = lastWordIn(folder)
    if (said !== null) return { ...said, created: since, dataFolder }
    return interrupted('Its worker exited without reporting: it was killed, or the machine went down.')
  }
  if (state === 'queued') {
    if (liveOwner(folder) !== null) return { state: 'running', reason: null, next: null, created: since, dataFolder }
    // On another machine nobody can be asked; a queue there counts as living for as long as a worker would.
    const recent = (): boolean => Math.abs(Date.now() - Date.parse(status.updated)) < 120_000
    if (status.queuedBy === null || !isProcessAlive(status.queuedBy, recent))
      return interrupted('It waited in a queue, and Apical was closed before its turn came.')
  }
  return { state, reason, next, created: since, dataFolder }
}

export function readRow(folder: string, kind: 'run' | 'sample' = 'run'): ExperimentRow {
  try {
    return atOnce(rowSteps(folder, kind, readExperiment(folder), 'accuracies', [])).row
  } catch (error) {
    return unreadable(folder, error instanceof Error ? error.message : String(error))
  }
}

/** The same with turns for other work of the process. */
export async function readRowInTurns(folder: string): Promise<ExperimentRow> {
  try {
    return (await inTurns(rowSteps(folder, 'run', readExperiment(folder), 'accuracies', []))).row
  } catch (error) {
    return unreadable(folder, error instanceof Error ? error.message : String(error))
  }
}

export function readRecord(folder: string, kind: 'run' | 'sample' = 'run'): ExperimentRecord {
  return atOnce(recordSteps(folder, kind))
}

/** The same with turns for other work of the process: two million epochs take many seconds. */
export function readRecordInTurns(folder: string, kind: 'run' | 'sample' = 'run'): Promise<ExperimentRecord> {
  return inTurns(recordSteps(folder, kind))
}

function* recordSteps(folder: string, kind: 'run' | 'sample'): Generator<undefined, ExperimentRecord> {
  const experiment = readExperiment(folder)
  const warnings: string[] = []
  const { row, seeds, outcomes, notes } = yield* rowSteps(folder, kind, experiment, 'everything', warnings)
  const named = { ...experiment, name: row.name }
  return {
    row,
    folder,
    experiment: named,
    environment: environmentOf(folder, warnings),
    seeds,
    outcomes,
    costs: costsOf(folder, warnings),
    notes,
    inspection: readInspection(folder, warnings),
    files: filesOf(folder, warnings),
    command: runCommand(named),
    warnings,
  }
}

function* rowSteps(
  folder: string,
  kind: 'run' | 'sample',
  experiment: Experiment,
  want: 'everything' | 'accuracies',
  warnings: string[],
): Generator<undefined, { row: ExperimentRow; seeds: SeedRecord[]; outcomes: SeedOutcome[]; notes: string }> {
  const status = readState(folder)
  const state = kind === 'sample' ? 'sample' : status.state
  const { epochs, selection } = experiment.training
  const early = earlyFor(experiment)
  const reading = new SeedReading(experiment, want, early?.mean.length ?? 0)
  for (const seed of experiment.seeds) {
    const { record, warnings: more } = yield* historySteps(folder, seed, want, reading.mostPoints)
    for (const warning of more) warnings.push(warning)
    reading.take(record, outcomeOf(record, experiment.training, status))
  }
  if (reading.stride > 1 && want === 'everything')
    warnings.push(
      `${experiment.seeds.length} seeds of ${epochs} epochs are more than can be shown at once: one epoch in ${reading.stride} is, and the last; metrics.jsonl has all.`,
    )
  const { outcomes, seeds } = reading
  const finished = state === 'done' || state === 'sample' || state === 'collapsed'
  const notes = notesOf(folder, warnings)
  const { tags, pinned, archived, name } = readLabels(folder)
  const row: ExperimentRow = {
    id: basename(folder),
    name: name ?? experiment.name,
    rule: experiment.rule.name,
    ruleLabel: ruleNamed(experiment.rule.name)?.label ?? experiment.rule.name,
    dataset: experiment.data.name,
    datasetLabel: labelOfDataSet(experiment.data.name),
    widths: experiment.widths,
    preset: experiment.preset,
    sweep: experiment.sweep,
    state,
    queuePosition: null,
    reason: status.reason,
    seeds: experiment.seeds,
    collapsedSeeds: outcomes.filter((outcome) => outcome.status === 'collapsed').map(({ seed }) => seed),
    chanceSeeds: outcomes.filter((outcome) => outcome.atChance).map(({ seed }) => seed),
    ...resultOf(outcomes),
    selection,
    best: reading.best,
    curve: reading.curve(),
    epochsDone: reading.epochsDone ?? epochs,
    epochs,
    seconds: reading.seconds,
    engine: environmentOf(folder, [])?.engine ?? experiment.engine.name,
    created: status.created,
    // A run cut short is not held against a number that took all its epochs.
    published: finished ? comparePublished(comparedOf(outcomes), publishedFor(experiment)) : null,
    topK: comparedTopK(experiment, outcomes, finished ? publishedFor(experiment) : null),
    early: compareEarly(reading.beginnings, early),
    note: firstLine(notes),
    notes: notes.slice(0, LONGEST_SEARCHED),
    tags,
    pinned,
    archived,
    settings: flatSettings(experiment),
  }
  return { row, seeds, outcomes, notes }
}

function outcomeOf(
  seed: SeedRecord,
  { epochs, selection }: Experiment['training'],
  status: { readonly state: RunState; readonly reason: string | null },
): SeedOutcome {
  const whole = (seed.epochs.at(-1) ?? 0) >= epochs
  const failed = status.state === 'failed'
  const reported = selectedIndex(selection, seed.validationAccuracy)
  return {
    seed: seed.seed,
    status: seed.collapsed !== null ? 'collapsed' : whole ? 'done' : failed ? 'failed' : 'stopped',
    testAccuracy: seed.testAccuracy[reported] ?? null,
    trainAccuracy: seed.trainAccuracy[reported] ?? null,
    validationAccuracy: seed.validationAccuracy[reported] ?? null,
    ...topKOf(seed, reported),
    epoch: seed.epochs[reported] ?? null,
    epochs: seed.epochs.at(-1) ?? 0,
    atChance: whole && seed.collapsed === null && seed.atChance !== null,
    reason: seed.collapsed?.reason ?? (whole ? (seed.atChance?.reason ?? null) : failed ? status.reason : null),
  }
}

/** At the epoch whose accuracies are reported; absent where it is not counted, null where not after that epoch. */
function topKOf({ epochs, measures }: SeedRecord, reported: number): Pick<SeedOutcome, 'topK'> {
  const values = measures['top-k']?.['test']?.value
  if (values === undefined) return {}
  // Counted after every epoch it stands beside the accuracies; counted less often, the last one is of the last epoch.
  const each = values.length === epochs.length
  return { topK: (each ? values[reported] : reported === epochs.length - 1 ? values.at(-1) : null) ?? null }
}

/** A run is shown without notes that cannot be read: nothing that a person may leave out makes it unreadable. */
function notesOf(folder: string, warnings: string[]): string {
  try {
    return readText(paths(folder).notes, LARGEST_NOTES) ?? ''
  } catch (error) {
    warnings.push(`${error instanceof Error ? error.message : String(error)} The run is shown without its notes.`)
    return ''
  }
}

const CostsFile = z.array(z.object({ measure: z.string(), seconds: z.number().min(0), percent: z.number().min(0) }))

function costsOf(folder: string, warnings: string[]): readonly MeasureCost[] {
  const path = paths(folder).costs
  try {
    const found = readJson(path)
    if (found === null) return []
    const parsed = CostsFile.safeParse(found)
    if (parsed.success) return parsed.data
    warnings.push(`${path}: expected what each measure cost, found something else.`)
  } catch (error) {
    warnings.push(error instanceof Error ? error.message : String(error))
  }
  return []
}

const EnvironmentFile = z.object({
  apical: z.string(),
  node: z.string(),
  os: z.string(),
  cpu: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  engine: z.string(),
  device: z.string(),
  precision: z.string(),
  data: z.record(z.string(), z.string()),
  started: z.string(),
  beside: z.number().optional(),
})

/** What was trained before, and on which data; null where it is not known (any more). */
export function readEnvironment(folder: string): Environment | null {
  return environmentOf(folder, [])
}

function environmentOf(folder: string, warnings: string[]): Environment | null {
  const path = paths(folder).environment
  try {
    const found = readJson(path)
    if (found === null) return null
    const parsed = EnvironmentFile.safeParse(found)
    if (parsed.success) return parsed.data
    warnings.push(`${path}: expected the description of a machine, found something else.`)
  } catch (error) {
    warnings.push(error instanceof Error ? error.message : String(error))
  }
  return null
}

export function filesOf(folder: string, warnings: string[]): { path: string; bytes: number }[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !isTemporary(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .flatMap((path) => {
        // A running worker may have renamed it meanwhile.
        const found = lookAt(path)
        return found === undefined ? [] : [{ path: relative(folder, path), bytes: found.size }]
      })
      .sort((a, b) => a.path.localeCompare(b.path))
  } catch (error) {
    warnings.push(`The files of ${folder} cannot be listed: ${error instanceof Error ? error.message : String(error)}.`)
    return []
  }
}

function firstLine(notes: string): string {
  return notes.split('\n')[0]?.slice(0, 200) ?? ''
}

function created(folder: string): string {
  return stampOf(folder) ?? (lookAt(folder)?.birthtime ?? new Date(0)).toISOString()
}

function unreadable(folder: string, reason: string): ExperimentRow {
  return {
    id: basename(folder),
    rule: '',
    ruleLabel: '',
    dataset: '',
    datasetLabel: '',
    widths: [],
    preset: null,
    sweep: null,
    state: 'unreadable',
    queuePosition: null,
    reason,
    seeds: [],
    collapsedSeeds: [],
    chanceSeeds: [],
    testAccuracy: null,
    trainAccuracy: null,
    validationAccuracy: null,
    resultEpoch: null,
    selection: 'last-epoch',
    best: null,
    curve: [],
    epochsDone: 0,
    epochs: 0,
    seconds: 0,
    engine: '',
    created: created(folder),
    published: null,
    topK: null,
    early: null,
    note: '',
    notes: '',
    ...labelsOfUnreadable(folder),
    settings: {},
  }
}

function labelsOfUnreadable(folder: string): Pick<ExperimentRow, 'name' | 'tags' | 'pinned' | 'archived'> {
  const { tags, pinned, archived, name } = readLabels(folder)
  return { name: name ?? basename(folder), tags, pinned, archived }
}
