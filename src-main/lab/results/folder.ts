/** Where results lie and what an experiment's folder is called. */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Experiment } from '../../experiment/experiment.ts'
import { fileProblem } from '../problem.ts'
import { writeJson, writeWhole } from './files.ts'

/** The folder that holds settings, remembered data folders and, unless told otherwise, results. */
export function apicalHome(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment['APICAL_HOME']
  if (home !== undefined && home !== '') return resolve(home)
  const documents = environment['XDG_DOCUMENTS_DIR'] ?? join(homedir(), 'Documents')
  return join(documents, 'Apical')
}

/** Where results go: what the person said, else APICAL_HOME/results, else the platform's documents folder. */
export function resultsFolder(said: string | null, environment: NodeJS.ProcessEnv = process.env): string {
  return said === null ? join(apicalHome(environment), 'results') : resolve(said)
}

/** The files of one experiment. */
export function paths(folder: string) {
  const seed = (n: number, file: string): string => join(folder, `seed-${n}`, file)
  return {
    experiment: join(folder, 'experiment.json'),
    environment: join(folder, 'environment.json'),
    status: join(folder, 'status.json'),
    worker: join(folder, 'worker.json'),
    summary: join(folder, 'summary.json'),
    notes: join(folder, 'notes.md'),
    readMe: join(folder, 'README.txt'),
    log: join(folder, 'run.log'),
    seedFolder: (n: number): string => join(folder, `seed-${n}`),
    metrics: (n: number): string => seed(n, 'metrics.jsonl'),
    checkpoint: (n: number): string => seed(n, 'checkpoint.safetensors'),
    weights: (n: number): string => seed(n, 'weights.safetensors'),
  }
}

/** What the lab knows of a run beside its numbers. Written whole, by whoever owns the run at the time. */
export const Status = z.strictObject({
  state: z.enum(['queued', 'running', 'paused', 'stopped', 'interrupted', 'failed', 'collapsed', 'done']),
  /** In words, when it failed or collapsed. */
  reason: z.string().nullable(),
  next: z.string().nullable(),
  /** Where data was looked for; null for the usual places. */
  dataFolder: z.string().nullable(),
  created: z.string(),
  updated: z.string(),
})
export type Status = z.infer<typeof Status>

/** Seeds and machine aside, equal experiments have equal hashes. */
export function experimentHash({ rule, data, widths, training, measures }: Experiment): string {
  return createHash('sha256').update(JSON.stringify({ rule, data, widths, training, measures })).digest('hex').slice(0, 8)
}

/**
 * Makes the folder of a new experiment, `<date>-<time>-<rule>-<data set>-<hash>`; never one that exists already, so
 * nothing is ever overwritten, whatever the clock says.
 */
export function createFolder(results: string, experiment: Experiment, dataFolder: string | null, now: Date): { id: string; folder: string } {
  const stamp = now.toISOString().replace(/\.\d+Z$/, '').replaceAll(':', '').replace('T', '-')
  const base = `${stamp}-${experiment.rule.name}-${experiment.data.name}-${experimentHash(experiment)}`
  try {
    mkdirSync(results, { recursive: true })
  } catch (error) {
    throw fileProblem(error, 'Cannot use the results folder', results) ?? error
  }
  for (let copy = 1; ; copy++) {
    const id = copy === 1 ? base : `${base}-${copy}`
    const folder = join(results, id)
    try {
      mkdirSync(folder)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue
      throw fileProblem(error, 'Cannot use the results folder', results) ?? error
    }
    const files = paths(folder)
    for (const seed of experiment.seeds) mkdirSync(files.seedFolder(seed))
    writeJson(files.experiment, experiment)
    writeStatus(folder, { state: 'queued', reason: null, next: null, dataFolder, created: now.toISOString(), updated: now.toISOString() })
    writeWhole(files.readMe, [README])
    return { id, folder }
  }
}

export function writeStatus(folder: string, status: Status): void {
  writeJson(paths(folder).status, status)
}

const README = `This folder is one experiment of Apical: one configuration with its seeds, in plain files.

experiment.json             the question: every setting, resolved
environment.json            the machine, the engine, checksums of the data
seed-N/metrics.jsonl        one JSON object a line; kind "epoch" has the accuracies, "measure" the measures.
                            A line of kind "resumed" says that earlier lines beyond its batch were repeated.
seed-N/weights.safetensors  the learned weights after the last epoch
summary.json                mean and standard deviation over seeds
notes.md                    your notes

In Python, in this folder:

import pandas as pd
from safetensors.numpy import load_file
metrics = pd.read_json("seed-0/metrics.jsonl", lines=True)
curve = metrics[metrics.kind == "epoch"].drop_duplicates("epoch", keep="last").set_index("epoch")["testAccuracy"]
weights = load_file("seed-0/weights.safetensors")
`
