/** Where results lie and what an experiment's folder is called. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, opendirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Experiment } from '../../experiment/experiment.ts'
import { fileProblem, LabProblem } from '../problem.ts'
import { keepRule } from './kept-rule.ts'
import { README } from './read-me.ts'
import { LOCAL, type Status, writeStatus } from './status.ts'
import { apicalHome, isTemporary, lookAt, makeFolders, ownerFile, writeJson, writeWhole } from '../storage.ts'

/** Where results go: what the person said, else APICAL_HOME/results, else the platform's documents folder. */
export function resultsFolder(said?: string | null, environment: NodeJS.ProcessEnv = process.env): string {
  return said === null || said === undefined ? join(apicalHome(environment), 'results') : resolve(said)
}

/** The files of one experiment. Most callers want one, of thousands of folders: each path is put together when asked for. */
export function paths(folder: string) {
  const seed = (n: number, file: string): string => join(folder, `seed-${n}`, file)
  return {
    get experiment(): string {
      return join(folder, 'experiment.json')
    },
    /** Of a rule that is not part of Apical. */
    get rule(): string {
      return join(folder, 'rule.json')
    },
    get changes(): string {
      return join(folder, 'changes.jsonl')
    },
    get environment(): string {
      return join(folder, 'environment.json')
    },
    get status(): string {
      return join(folder, 'status.json')
    },
    get local(): string {
      return join(folder, LOCAL)
    },
    get worker(): string {
      return ownerFile(folder)
    },
    get summary(): string {
      return join(folder, 'summary.json')
    },
    get inspection(): string {
      return join(folder, 'inspection.json')
    },
    get analyses(): string {
      return join(folder, 'analysis')
    },
    get costs(): string {
      return join(folder, 'costs.json')
    },
    get notes(): string {
      return join(folder, 'notes.md')
    },
    get labels(): string {
      return join(folder, 'labels.json')
    },
    get readMe(): string {
      return join(folder, 'README.txt')
    },
    get log(): string {
      return join(folder, 'run.log')
    },
    analysis: (name: string): string => join(folder, 'analysis', `${name}.json`),
    seedFolder: (n: number): string => join(folder, `seed-${n}`),
    metrics: (n: number): string => seed(n, 'metrics.jsonl'),
    checkpoint: (n: number): string => seed(n, 'checkpoint.safetensors'),
    weights: (n: number): string => seed(n, 'weights.safetensors'),
    /** The weights of an epoch that is over, where they were kept. */
    keptWeights: (n: number, epoch: number): string =>
      seed(n, `weights-epoch-${String(epoch).padStart(5, '0')}.safetensors`),
  }
}

/** Seeds and machine aside, equal experiments have equal hashes. */
function experimentHash({ rule, data, widths, training, measures, evaluation }: Experiment): string {
  return createHash('sha256')
    .update(JSON.stringify({ rule, data, widths, training, measures, evaluation }))
    .digest('hex')
    .slice(0, 8)
}

/**
 * Makes the folder of a new experiment, `<date>-<time>-<rule>-<data set>-<hash>` or the one name that it is to have; never
 * one that exists already, so nothing is ever overwritten, whatever the clock says. It is filled under another name first: a
 * crash leaves a whole folder or none.
 *
 * @param only the name it is to have and no other; of two processes that make it at the same instant one is refused
 */
export function createFolder(
  results: string,
  experiment: Experiment,
  status: Omit<Status, 'created' | 'updated'>,
  now: Date = new Date(),
  only: string | null = null,
): { readonly id: string; readonly folder: string } {
  return fillFolder(results, only ?? folderName(experiment, now), only !== null, (unfinished) => {
    const files = paths(unfinished)
    for (const seed of experiment.seeds) mkdirSync(files.seedFolder(seed))
    writeQuestion(unfinished, experiment)
    writeStatus(files.status, { ...status, created: now.toISOString(), updated: now.toISOString() })
    writeWhole(files.readMe, [README])
  })
}

/** What an experiment asks, and the rule of a file that it asks about: all that is needed to train it elsewhere. */
export function writeQuestion(folder: string, experiment: Experiment): void {
  writeJson(paths(folder).experiment, experiment)
  keepRule(paths(folder).rule, experiment)
}

/** Fills a folder under another name, and only then gives it the one that it is to have. */
export function fillFolder(
  results: string,
  name: string,
  only: boolean,
  fill: (unfinished: string) => void,
): { readonly id: string; readonly folder: string } {
  requireResultsFolder(results)
  const unfinished = join(results, `${UNFINISHED}${randomBytes(6).toString('hex')}`)
  try {
    mkdirSync(unfinished)
    fill(unfinished)
    return giveName(results, unfinished, name, only)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw fileProblem(error, 'Cannot write into the results folder', results) ?? error
  }
}

/** Makes the results folder where there is none yet; refuses in words where that cannot be. */
export function requireResultsFolder(results: string): void {
  try {
    makeFolders(results)
    // Some systems let a file stand for a folder until somebody looks into it; one entry tells, of ten thousand.
    const entries = opendirSync(results)
    try {
      entries.readSync()
    } finally {
      entries.closeSync()
    }
  } catch (error) {
    throw fileProblem(error, 'Cannot use the results folder', results) ?? error
  }
}

const UNFINISHED = '.new-'
const ABANDONED_AFTER_MS = 3_600_000

/** Removes what a crash left behind while a folder was being made or a file written, once it is too old to be in work. */
export function removeAbandoned(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(UNFINISHED) && !isTemporary(name)) continue
      const age = Date.now() - (lookAt(join(folder, name))?.mtimeMs ?? Date.now())
      if (age > ABANDONED_AFTER_MS) rmSync(join(folder, name), { recursive: true, force: true })
    }
  } catch {
    // What cannot be tidied is left: it takes room and harms nobody.
  }
}

/** What the folder of an experiment is called that begins now. */
export function folderName(experiment: Experiment, now: Date): string {
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(':', '')
    .replace('T', '-')
  return `${stamp}-${experiment.rule.name}-${experiment.data.name}-${experimentHash(experiment)}`
}

function giveName(results: string, from: string, base: string, only: boolean): { id: string; folder: string } {
  for (let copy = 1; ; copy++) {
    const id = copy === 1 ? base : `${base}-${copy}`
    const folder = join(results, id)
    if (only && copy > 1)
      throw new LabProblem(
        `${join(results, base)} is there already.`,
        'Move it away, or go on with it; nothing was changed.',
      )
    if (statSync(folder, { throwIfNoEntry: false }) !== undefined) continue
    try {
      renameSync(from, folder)
      return { id, folder }
    } catch (error) {
      // Another instance took the name in this moment; a folder with files in it is never replaced by a rename.
      const code = error instanceof Error && 'code' in error ? error.code : ''
      if (code !== 'EEXIST' && code !== 'ENOTEMPTY') throw error
    }
  }
}
