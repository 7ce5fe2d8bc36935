/**
 * The office: takes experiments in, keeps the queue, starts one worker after another, and tells whoever watches. Runs
 * live in their folders; the lab itself keeps nothing that is not there, so a crash of it loses nothing. What each call
 * does is in `office/`, one file per concern.
 *
 * Why a queue ends with its lab, dated 2026-11: whoever closes the lab wants the machine back, so what waited is shown
 * as interrupted at the next start, and "Resume" queues it again.
 */
import { resolve } from 'node:path'
import { Downloads, PUBLISHED } from './datasets.ts'
import { BenchmarkStore, EngineScout, IdlePace, JobRunner, LookDesk, MeasuredSpeeds } from './jobs.ts'
import { rootFolder } from './machine.ts'
import { admitOwnRules } from './own-rules.ts'
import { benchmarkCalls } from './office/benchmark-calls.ts'
import { embeddingCalls } from './office/embedding-calls.ts'
import { inspectionCalls } from './office/inspection-calls.ts'
import { dataSetCalls } from './office/data-set-calls.ts'
import { importCalls } from './office/import-calls.ts'
import { exportCalls } from './office/export-calls.ts'
import { descriptionCalls } from './office/description-calls.ts'
import type { FolderLab, FolderParts } from './office/folder-parts.ts'
import { forecastCalls } from './office/forecast-calls.ts'
import { LabEvents } from './office/lab-events.ts'
import { lookCalls } from './office/look-calls.ts'
import type { LabOptions } from './office/lab-options.ts'
import { ownRuleCalls } from './office/own-rule-calls.ts'
import { paperCalls } from './office/paper-calls.ts'
import { presetCalls } from './office/preset-calls.ts'
import { recordCalls } from './office/record-calls.ts'
import { RowFeed } from './office/row-feed.ts'
import { runCalls } from './office/run-calls.ts'
import { labOfShownFolder, type OpenLab } from './office/shown-folder.ts'
import { studyCalls } from './office/study-calls.ts'
import { templateAndViewCalls } from './office/template-and-view-calls.ts'
import { removeAbandoned, requireResultsFolder, resultsFolder, RowPages, SampleExperiments } from './results.ts'
import { Queue } from './runs.ts'
import { Templates } from './storage.ts'

export { labCall } from './office/checked-call.ts'
export type { LabOptions } from './office/lab-options.ts'
export { ruleCards } from './office/rule-cards.ts'
export { readAhead } from './office/read-ahead.ts'
export type { OpenLab } from './office/shown-folder.ts'

/** Opens a lab on a results folder. @throws LabProblem when that folder cannot be used */
export async function openLab(options: LabOptions): Promise<OpenLab> {
  const { dataFolder, source = PUBLISHED } = options
  admitOwnRules()
  const downloads = new Downloads(dataFolder === null || dataFolder === undefined ? null : resolve(dataFolder), source)
  const own = resultsFolder(options.resultsFolder)
  const open = (results: string): FolderLab => {
    requireResultsFolder(results)
    // What was left behind in somebody else's folder is theirs.
    if (results === own) removeAbandoned(results)
    return openFolder(options, results, downloads)
  }
  return labOfShownFolder(own, open, () => downloads.close())
}

function openFolder(options: LabOptions, results: string, downloads: Downloads): FolderLab {
  const parts = partsOf(options, results, downloads)
  const { events, queue, rows, pages, jobs, looks } = parts
  const runs = runCalls(parts)
  return {
    ...descriptionCalls(parts, options.host),
    ...presetCalls,
    ...recordCalls(parts),
    ...exportCalls(parts),
    ...forecastCalls(parts),
    ...runs,
    ...paperCalls(parts, runs),
    ...dataSetCalls(parts),
    ...importCalls(parts),
    ...templateAndViewCalls(parts),
    ...ownRuleCalls,
    ...benchmarkCalls(parts),
    ...inspectionCalls(parts),
    ...lookCalls(parts),
    ...studyCalls(parts),
    ...embeddingCalls(parts),
    watch: (listener) => events.watch(listener),
    close: async () => {
      const runs = queue.close()
      rows.close()
      jobs.close()
      looks.close()
      await runs
      events.clear()
      await pages.close()
    },
  }
}

function partsOf(options: LabOptions, results: string, downloads: Downloads): FolderParts {
  const root = options.root ?? rootFolder()
  const events = new LabEvents()
  const samples = new SampleExperiments(root, results)
  const benchmarks = new BenchmarkStore(results)
  const speeds = new MeasuredSpeeds(results, benchmarks)
  const queue = new Queue({
    root,
    stallMs: options.stallMs,
    patienceMs: options.patienceMs,
    tellRun: (id, event) => {
      events.tell({ kind: 'run', id, event })
    },
    tellChanged: (id) => {
      rows.tell(id)
    },
    tellWaiting: (waiting) => {
      events.tell({ kind: 'queue', waiting })
    },
    begins: () => pace?.cancel(),
    learn: (experiment, engine, seconds) => {
      speeds.learn(experiment, engine, seconds)
    },
  })
  const jobs = new JobRunner(root)
  const engines = new EngineScout(jobs)
  const looks = new LookDesk(root)
  const idle = (): boolean => !queue.isRunning && queue.waiting.length === 0
  const pace = options.idleMeasuring === false ? null : new IdlePace(jobs, speeds, idle)
  const rows = new RowFeed(results, queue, events)
  const pages = new RowPages(results, samples, (id) => {
    rows.tell(id)
  })
  downloads.watch((download) => {
    events.tell({ kind: 'download', download })
  })
  return {
    ...{
      root,
      results,
      events,
      samples,
      benchmarks,
      speeds,
      queue,
      rows,
      pages,
      downloads,
      jobs,
      engines,
      looks,
      pace,
    },
    dataFolder: downloads.dataFolder,
    sideBySide: options.sideBySide ?? 'auto',
    templates: new Templates(results),
  }
}
