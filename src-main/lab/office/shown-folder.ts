/**
 * The lab that windows see: its own results folder, or another one that a person opened to look at. Every folder once
 * opened stays open, so that nothing that runs in one is stopped by looking at another.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LAB_CALLS, type ExperimentRow, type Lab, type LabAnswers, type LabEvent } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { paths, runIds } from '../results.ts'
import { lookAt } from '../storage.ts'
import type { FolderLab } from './folder-parts.ts'
import { LabEvents } from './lab-events.ts'

export interface OpenLab extends Lab {
  /** Rows of every folder that is open, shown or not. */
  allRows(): Promise<readonly ExperimentRow[]>
  /** Closes all that is open; running experiments keep a checkpoint. */
  close(): Promise<void>
}

/** @throws LabProblem when its own folder cannot be used */
export function labOfShownFolder(
  ownFolder: string,
  open: (results: string) => FolderLab,
  closeRest: () => Promise<void>,
): OpenLab {
  const own = open(ownFolder)
  const opened = new Map([[ownFolder, own]])
  const events = new LabEvents()
  const tell = (event: LabEvent): void => {
    events.tell(event)
  }
  let shown = own
  let ignore: (() => void) | null = null

  /** A folder that nobody looks at is not watched for what other processes do in it. */
  const listen = (): void => {
    ignore?.()
    ignore = events.isWatched ? shown.watch(tell) : null
  }

  const show = (folder: string): void => {
    const lab = opened.get(folder) ?? open(folder)
    opened.set(folder, lab)
    if (lab === shown) return
    shown = lab
    listen()
    tell({ kind: 'results', resultsFolder: folder })
  }

  const special = {
    describe: async () => ({
      ...(await shown.describe({})),
      ownResultsFolder: shown === own ? null : ownFolder,
    }),
    openResults: async ({ folder }: { readonly folder: string | null }): Promise<LabAnswers['openResults']> => {
      const found = folder === null ? { resultsFolder: ownFolder, id: null } : resultsIn(resolve(folder))
      show(found.resultsFolder)
      return found
    },
    watch: (listener: (event: LabEvent) => void) => {
      const stop = events.watch(listener)
      if (ignore === null) listen()
      return () => {
        stop()
        if (!events.isWatched) listen()
      }
    },
    allRows: async () => (await Promise.all([...opened.values()].map((lab) => lab.list({})))).flat(),
    close: async () => {
      // Workers are told first; whatever else is to be closed may take its time beside them.
      const labs = [...opened.values()].map((lab) => lab.close())
      await Promise.all([...labs, closeRest()])
      events.clear()
    },
  }
  const passedOn = Object.keys(LAB_CALLS)
    .filter((name) => !(name in special))
    // Argument and answer belong together by name, which the compiler cannot follow through a list of names.
    .map((name) => [name, (argument: never) => shown[name as keyof typeof shown](argument)])
  return { ...(Object.fromEntries(passedOn) as Lab), ...special }
}

/** The results folder that a folder is or lies in, and the experiment when it is the folder of one. @throws LabProblem */
function resultsIn(folder: string): { readonly resultsFolder: string; readonly id: string | null } {
  if (!isFolder(folder))
    throw new LabProblem(
      `${folder} is not a folder on this machine.`,
      'Choose a results folder: one with a folder for each experiment.',
    )
  if (isExperiment(folder)) return { resultsFolder: dirname(folder), id: basename(folder) }
  // What `apicalHome` has, and a copy of it.
  for (const results of [folder, join(folder, 'results')])
    if (isFolder(results) && runIds(results).some((id) => isExperiment(join(results, id))))
      return { resultsFolder: results, id: null }
  throw new LabProblem(
    `${folder} holds no experiments.`,
    'Choose a results folder: one with a folder for each experiment, each with an experiment.json.',
  )
}

function isFolder(path: string): boolean {
  return lookAt(path)?.isDirectory() ?? false
}

function isExperiment(folder: string): boolean {
  return existsSync(paths(folder).experiment)
}
