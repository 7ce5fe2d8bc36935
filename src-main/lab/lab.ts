/**
 * The office: takes experiments in, keeps the queue, starts one worker after another, and tells whoever watches. Runs
 * live in their folders; the lab itself keeps nothing that is not there, so a crash of it loses nothing.
 *
 * Why a queue ends with its lab, dated 2026-11: whoever closes the lab wants the machine back, so what waited is shown
 * as interrupted at the next start, and "Resume" queues it again.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ExperimentRecord, ExperimentRow, LabAnswers, LabArgument, LabDescription, LabEvent } from '../contract.ts'
import { engineCards } from '../engines/index.ts'
import { forecastExperiment } from '../experiment/forecast.ts'
import { checkExperiment } from '../experiment/check.ts'
import { Experiment as ExperimentSchema, type Experiment } from '../experiment/experiment.ts'
import { presetCards } from '../experiment/presets.ts'
import { forecastSweep } from '../experiment/sweep-forecast.ts'
import { Benches } from './benches.ts'
import { DataProblem, describeDataSets, useDataFolder } from './datasets.ts'
import { experimentFields } from '../experiment/fields.ts'
import { ruleCards } from './description.ts'
import { Downloads, PUBLISHED } from './datasets/downloads.ts'
import { Errands } from './errands.ts'
import { rootFolder, versionIn } from './installation.ts'
import type { LabOptions } from './lab-options.ts'
import { Listing } from './listing.ts'
import {
  createRun,
  markQueued,
  readAxes,
  requireIdle,
  requireResumable,
  requireRunnable,
  resolveExperiment,
  resolveExperiments,
  withSeeds,
} from './preparation.ts'
import { LabProblem } from './problem.ts'
import { Queue } from './queue.ts'
import {
  changeLabels,
  findRun,
  forgetView,
  growExperiment,
  keepView,
  livingOwner,
  moveToTrash,
  paths,
  readExperiment,
  readRecord,
  readViews,
  removeAbandoned,
  requireResultsFolder,
  restoreFromTrash,
  resultsFolder,
  rowIn,
  runIds,
  writeWhole,
} from './results.ts'
import { Samples } from './samples.ts'
import { several } from './several.ts'
import { showLab, type FolderLab, type OpenLab } from './shown-lab.ts'
import { MeasuredSpeeds } from './speeds.ts'
import { Templates } from './templates.ts'
import type { TrainingWorker } from './workers.ts'

export { labCall } from './call.ts'
export { resumeRun, runExperiment } from './headless.ts'
export { LabProblem } from './problem.ts'
export { findRun, listRows, readRecord, resultsFolder } from './results.ts'
export type { LabOptions } from './lab-options.ts'
export type { OpenLab } from './shown-lab.ts'
export type { Ending, RunOptions, RunOutcome } from './run-options.ts'
export { listSamples } from './samples.ts'

/** Opens a lab on a results folder. @throws LabProblem when that folder cannot be used */
export async function openLab(options: LabOptions): Promise<OpenLab> {
  const { dataFolder, source = PUBLISHED } = options
  const downloads = new Downloads(dataFolder === null || dataFolder === undefined ? null : resolve(dataFolder), source)
  const own = resultsFolder(options.resultsFolder)
  const open = (results: string): FolderLab => {
    requireResultsFolder(results)
    // What was left behind in somebody else's folder is theirs.
    if (results === own) removeAbandoned(results)
    return new Office(options, results, downloads)
  }
  return showLab(own, open, () => downloads.close())
}

/** How often runs of other processes on the same folder are looked at. */
const LOOK_MS = 2000

class Office implements FolderLab {
  readonly #options: LabOptions
  readonly #root: string
  readonly #results: string
  readonly #dataFolder: string | null
  readonly #samples: Samples
  readonly #speeds: MeasuredSpeeds
  readonly #templates: Templates
  readonly #benches: Benches
  readonly #errands: Errands
  readonly #downloads: Downloads
  #benching = false
  readonly #queue: Queue
  readonly #listeners = new Set<(event: LabEvent) => void>()
  /** Folders known so far, and the state last told of those that another process works on. */
  #known: Set<string>
  readonly #elsewhere = new Map<string, string>()
  readonly #looking: NodeJS.Timeout
  readonly #listing: Listing

  constructor(options: LabOptions, results: string, downloads: Downloads) {
    this.#options = options
    this.#root = options.root ?? rootFolder()
    this.#results = results
    this.#dataFolder = downloads.dataFolder
    this.#samples = new Samples(this.#root, results)
    this.#listing = new Listing(results, this.#samples, (id) => {
      this.#tellRow(id)
    })
    this.#templates = new Templates(results)
    this.#benches = new Benches(results)
    this.#speeds = new MeasuredSpeeds(results, this.#benches)
    this.#errands = new Errands(this.#root)
    this.#downloads = downloads
    downloads.watch((download) => {
      this.#tell({ kind: 'download', download })
    })
    this.#queue = new Queue({
      root: this.#root,
      stallMs: options.stallMs,
      tellRun: (id, event) => {
        this.#tell({ kind: 'run', id, event })
      },
      tellChanged: (id) => {
        this.#tellRow(id)
      },
      learn: (experiment, engine, seconds) => {
        this.#speeds.learn(experiment, engine, seconds)
      },
    })
    this.#known = new Set(runIds(results))
    // A worker whose host died may still be writing its checkpoint; it is shown as running until it is gone.
    for (const id of this.#known)
      if (existsSync(paths(join(results, id)).worker) && livingOwner(join(results, id)) !== null)
        this.#elsewhere.set(id, '')
    this.#looking = setInterval(() => {
      this.#lookAround()
    }, LOOK_MS)
    this.#looking.unref()
  }

  async describe(): Promise<LabDescription> {
    const [dataSets, engines] = await Promise.all([
      describeDataSets(this.#dataFolder, this.#downloads.source),
      engineCards(),
    ])
    return {
      version: versionIn(this.#root),
      host: this.#options.host,
      resultsFolder: this.#results,
      ownResultsFolder: null,
      rules: ruleCards(),
      fields: experimentFields(),
      presets: presetCards(),
      templates: this.#templates.list(),
      dataSets,
      engines,
      benches: this.#benches.list(),
      downloads: this.#downloads.list(),
    }
  }

  async list({ after, limit }: LabArgument<'list'>): Promise<readonly ExperimentRow[]> {
    return (await this.#listing.page(after, limit)).map((row) => this.#seenFromHere(row))
  }

  async read({ id }: LabArgument<'read'>): Promise<ExperimentRecord> {
    const sample = this.#samples.folderOf(id)
    if (sample !== null) return readRecord(sample, 'sample')
    const record = readRecord(findRun(this.#results, id))
    return { ...record, row: this.#seenFromHere(record.row) }
  }

  async forecast({ experiment, sweep }: LabArgument<'forecast'>): Promise<LabAnswers['forecast']> {
    const first = forecastExperiment(experiment, null)
    if (first.problems.length > 0) return { ...first, basis: null, experiments: 0 }
    try {
      const members = resolveExperiments(experiment, sweep)
      const pace = (member: Experiment): number | null => this.#speeds.of(member)?.secondsPerFlop ?? null
      const axes = sweep === undefined || members[0] === undefined ? undefined : readAxes(members[0], sweep)
      return {
        ...forecastSweep(members, pace),
        basis: members[0] === undefined ? null : (this.#speeds.of(members[0])?.basis ?? null),
        experiments: members.length,
        ...(axes === undefined ? {} : { axes }),
      }
    } catch (error) {
      if (!(error instanceof LabProblem)) throw error
      return { ...first, problems: error.problems, basis: null, experiments: 0 }
    }
  }

  async readExperiment({ value }: LabArgument<'readExperiment'>): Promise<LabAnswers['readExperiment']> {
    const { experiment, problems } = checkExperiment(value)
    if (experiment !== undefined) return { experiment, problems: [] }
    const shaped = ExperimentSchema.safeParse(value)
    return { experiment: shaped.success ? shaped.data : null, problems }
  }

  async saveTemplate({ name, experiment, was }: LabArgument<'saveTemplate'>): Promise<LabAnswers['saveTemplate']> {
    return this.#templates.save(name, resolveExperiment(experiment), was)
  }

  async deleteTemplate({ name }: LabArgument<'deleteTemplate'>): Promise<null> {
    this.#templates.delete(name)
    return null
  }

  async start({ experiment, sweep }: LabArgument<'start'>): Promise<LabAnswers['start']> {
    const members = resolveExperiments(experiment, sweep)
    // A look at files and engines for each kind of member, not for each of a thousand.
    const kinds = new Map(members.map((member) => [JSON.stringify([member.data, member.engine]), member]))
    for (const member of kinds.values()) await this.#runnable(() => requireRunnable(member, this.#dataFolder, 'glance'))
    const runs = members.map((member) => ({
      ...createRun(this.#results, member, this.#dataFolder),
      experiment: member,
      dataFolder: this.#dataFolder,
    }))
    for (const run of runs) {
      this.#known.add(run.id)
      this.#queue.add(run)
    }
    const ids = runs.map(({ id }) => id)
    return { id: ids[0] ?? '', ids }
  }

  async resume({ id }: LabArgument<'resume'>): Promise<null> {
    this.#refuseSample(id, 'is finished and cannot be resumed')
    await this.#queue.untilGone(id)
    if (this.#queue.has(id))
      throw new LabProblem(`"${id}" runs or waits in the queue already.`, 'There is nothing to resume.')
    const { folder, experiment, dataFolder } = requireResumable(this.#results, id)
    const from = dataFolder ?? this.#dataFolder
    await this.#runnable(() => requireRunnable(experiment, from, 'glance'))
    markQueued(folder, from)
    this.#queue.add({ id, folder, experiment, dataFolder: from })
    return null
  }

  async addSeeds({ id, seeds }: LabArgument<'addSeeds'>): Promise<null> {
    this.#refuseSample(id, 'came with Apical and takes no seeds')
    await this.#queue.untilGone(id)
    const apical = versionIn(this.#root)
    if (!this.#queue.has(id)) {
      const { folder, experiment, dataFolder } = requireIdle(this.#results, id)
      const from = dataFolder ?? this.#dataFolder
      await this.#runnable(() => requireRunnable(withSeeds(experiment, seeds), from, 'glance'))
      // Looking took a moment, in which the person may have resumed it.
      if (!this.#queue.has(id)) {
        const grown = withSeeds(experiment, seeds)
        growExperiment(folder, grown, seeds, apical)
        markQueued(folder, from)
        this.#queue.add({ id, folder, experiment: grown, dataFolder: from })
        return null
      }
    }
    const folder = findRun(this.#results, id)
    const grown = withSeeds(readExperiment(folder), seeds)
    growExperiment(folder, grown, seeds, apical)
    this.#queue.grow(id, grown)
    return null
  }

  async stopAfter({ id, what }: LabArgument<'stopAfter'>): Promise<null> {
    this.#requireRunning(id)
    this.#queue.stopAfter(id, what)
    return null
  }

  async stopSeed({ id, seed }: LabArgument<'stopSeed'>): Promise<null> {
    const worker = this.#requireRunning(id)
    if (!readExperiment(findRun(this.#results, id)).seeds.includes(seed))
      throw new LabProblem(`"${id}" has no seed ${seed}.`, 'Choose one of its seeds.')
    worker.stopSeed(seed)
    return null
  }

  async pause({ id }: LabArgument<'pause'>): Promise<null> {
    this.#requireRunning(id).pause()
    return null
  }

  async continue({ id }: LabArgument<'continue'>): Promise<null> {
    this.#requireRunning(id).continue()
    return null
  }

  async stop({ id }: LabArgument<'stop'>): Promise<null> {
    if (!this.#queue.leave(id)) this.#requireRunning(id).stop('stopped')
    return null
  }

  async forecastQueue(): Promise<LabAnswers['forecastQueue']> {
    const forecasts: { id: string; seconds: number | null }[] = []
    for (const { id, experiment } of this.#queue.waiting) {
      // A forecast compiles the network; what a sweep asks of a host is spread over many turns.
      await nextTurn()
      const speed = this.#speeds.of(experiment)
      forecasts.push({ id, seconds: speed && forecastExperiment(experiment, speed.secondsPerFlop).seconds })
    }
    return forecasts
  }

  async moveInQueue({ id, position }: LabArgument<'moveInQueue'>): Promise<null> {
    if (!this.#queue.move(id, position))
      throw new LabProblem(`"${id}" does not wait in the queue.`, 'It runs or ran already.')
    return null
  }

  async writeNotes({ id, text }: LabArgument<'writeNotes'>): Promise<null> {
    this.#refuseSample(id, 'came with Apical and takes no notes')
    writeWhole(paths(findRun(this.#results, id)).notes, [text])
    this.#tellRow(id)
    return null
  }

  async label({ ids, change }: LabArgument<'label'>): Promise<LabAnswers['label']> {
    return several(ids, (id) => {
      this.#refuseSample(id, 'came with Apical and takes no tags')
      changeLabels(findRun(this.#results, id), change)
      this.#tellRow(id)
    })
  }

  async trash({ ids }: LabArgument<'trash'>): Promise<LabAnswers['trash']> {
    return several(ids, async (id) => {
      if (this.#samples.folderOf(id) !== null) this.#samples.hide(id)
      else {
        const folder = findRun(this.#results, id)
        await this.#queue.untilGone(id)
        if (this.#queue.has(id) || livingOwner(folder) !== null)
          throw new LabProblem(`"${id}" runs or waits in the queue.`, 'Stop it first.')
        moveToTrash(this.#results, id)
        this.#known.delete(id)
      }
      this.#tell({ kind: 'removed', id })
    })
  }

  async restore({ ids }: LabArgument<'restore'>): Promise<LabAnswers['restore']> {
    return several(ids, (id) => {
      if (this.#samples.folderOf(id) !== null) {
        this.#samples.show(id)
        for (const row of this.#samples.list()) if (row.id === id) this.#tell({ kind: 'row', row })
        return
      }
      restoreFromTrash(this.#results, id)
      this.#known.add(id)
      this.#tellRow(id)
    })
  }

  async views(): Promise<LabAnswers['views']> {
    return readViews(this.#results)
  }

  async keepView({ view }: LabArgument<'keepView'>): Promise<LabAnswers['keepView']> {
    return keepView(this.#results, view)
  }

  async forgetView({ name }: LabArgument<'forgetView'>): Promise<LabAnswers['forgetView']> {
    return forgetView(this.#results, name)
  }

  async bench({ engine }: LabArgument<'bench'>): Promise<LabAnswers['bench']> {
    if (this.#benching)
      throw new LabProblem('A benchmark is being measured already.', 'Two at once would slow each other; wait for it.')
    this.#benching = true
    try {
      const busy = (): boolean => this.#queue.isRunning
      const before = busy()
      const apical = versionIn(this.#root)
      const figures = await this.#errands.send({ kind: 'bench', engine, apical }, (fraction) => {
        this.#tell({ kind: 'bench', engine, fraction })
      })
      const result = { ...figures, besideRun: before || busy() }
      this.#benches.keep(result)
      return result
    } finally {
      this.#benching = false
    }
  }

  async preview(asked: LabArgument<'preview'>): Promise<LabAnswers['preview']> {
    return this.#errands.send({ kind: 'preview', ...asked, dataFolder: this.#dataFolder })
  }

  async useDataFolder({ name, folder }: LabArgument<'useDataFolder'>): Promise<LabAnswers['useDataFolder']> {
    return this.#runnable(() => useDataFolder(name, folder))
  }

  async download({ name }: LabArgument<'download'>): Promise<null> {
    this.#downloads.start(name)
    return null
  }

  async stopDownload({ name }: LabArgument<'stopDownload'>): Promise<null> {
    await this.#downloads.stop(name)
    return null
  }

  watch(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#looking)
    this.#errands.close()
    await this.#queue.close()
    this.#listeners.clear()
    await this.#listing.close()
  }

  #requireRunning(id: string): Pick<TrainingWorker, 'pause' | 'continue' | 'stop' | 'stopSeed'> {
    const worker = this.#queue.workerOf(id)
    if (worker !== null) return worker
    this.#refuseSample(id, 'came with Apical and does not run')
    const living = livingOwner(findRun(this.#results, id))
    if (living !== null)
      throw new LabProblem(
        `"${id}" is run by another Apical (process ${living}).`,
        'Stop it where it was started, or end that process.',
      )
    throw new LabProblem(`"${id}" is not running.`, 'It may have ended meanwhile.')
  }

  #refuseSample(id: string, why: string): void {
    if (this.#samples.folderOf(id) !== null)
      throw new LabProblem(`"${id}" ${why}.`, 'Duplicate it to make an experiment of your own.')
  }

  /** What is wrong with data is the person's to put right, and a refusal like any other. */
  async #runnable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DataProblem)) throw error
      throw new LabProblem(error.message, error.next, [{ path: 'data.name', message: error.message }], error)
    }
  }

  /** Laid over what the files say: only the queue knows who waits for what, and who is just being started. */
  #seenFromHere(row: ExperimentRow): ExperimentRow {
    const queuePosition = this.#queue.positionOf(row.id)
    if (queuePosition !== null) return { ...row, state: 'queued', queuePosition, reason: null }
    if (this.#queue.workerOf(row.id) === null) return row
    const stopsAfter = this.#queue.stopsAfter
    return row.state === 'queued' ? { ...row, state: 'running', stopsAfter } : { ...row, stopsAfter }
  }

  #tellRow(id: string): void {
    const row = rowIn(join(this.#results, id))
    if (row !== null) this.#tell({ kind: 'row', row: this.#seenFromHere(row) })
    else if (this.#known.delete(id)) this.#tell({ kind: 'removed', id })
  }

  #tell(event: LabEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Finds what other processes did in the same folder: new experiments, ended ones, folders taken away. */
  #lookAround(): void {
    if (this.#listeners.size === 0) return
    let now: Set<string>
    try {
      now = new Set(runIds(this.#results))
    } catch {
      // The share is away for a moment; the next look finds out.
      return
    }
    const before = this.#known
    this.#known = now
    for (const id of before) if (!now.has(id)) this.#tell({ kind: 'removed', id })
    for (const id of now) {
      if (this.#queue.has(id) || (before.has(id) && !this.#elsewhere.has(id))) continue
      const row = rowIn(join(this.#results, id))
      if (row === null) continue
      const moving = row.state === 'running' || row.state === 'paused' || row.state === 'queued'
      const said = `${row.state} ${row.epochsDone}`
      if (!before.has(id) || this.#elsewhere.get(id) !== said) this.#tell({ kind: 'row', row })
      if (moving) this.#elsewhere.set(id, said)
      else this.#elsewhere.delete(id)
    }
  }
}
