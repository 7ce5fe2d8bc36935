/**
 * Finished runs brought from one results folder into another: as they are, or several that trained the seeds of one
 * experiment apart, as the one run that they are. Seeds never influence each other, so a seed's folder is what it would be had
 * all been trained together, and it is copied byte for byte. Nothing is taken away from where it came from.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Experiment } from '../../experiment/experiment.ts'
import { LabProblem } from '../problem.ts'
import { fillFolder, paths, writeQuestion } from './folder.ts'
import { outcomeIn } from './outcome.ts'
import { readEnvironment, readExperiment, readState } from './read.ts'
import { README } from './read-me.ts'
import { LOCAL, writeStatus } from './status.ts'
import { isTemporary, LineFile, lookAt, ownerFile, readBytes, readJson, writeJson, writeWhole } from '../storage.ts'

/** Bytes; what a seed's state may have at most. */
const LARGEST = 2 ** 31 - 1

/**
 * Copies a finished run into a results folder, under the name that it has or another one.
 *
 * @throws LabProblem where something of that name is there
 */
export function bringRun(from: string, results: string, name: string): string {
  return fillFolder(results, name, true, (unfinished) => {
    // What is true of the machine or of the process that trained it alone.
    copyFolder(from, unfinished, new Set([LOCAL, ownerFile('')]))
  }).folder
}

/**
 * Makes one run of finished ones that differ in their seeds alone. What each was trained on is kept in `changes.jsonl`; what
 * its measures cost, and what was found in its networks afterwards, stays with each.
 *
 * @param parts their folders
 * @param seeds of all of them, in the order of the experiment
 * @returns the folder, and a sentence where the parts were not computed alike
 * @throws LabProblem where they are not of one experiment or one data set, or something of that name is there
 */
export function joinRuns(
  parts: readonly string[],
  seeds: readonly number[],
  { results, name, apical, now = new Date() }: JoinedRun,
): { readonly folder: string; readonly warning: string | null } {
  const experiment = commonExperiment(parts, seeds)
  const warning = requireSameBasis(parts)
  const { folder } = fillFolder(results, name, true, (unfinished) => {
    const files = paths(unfinished)
    writeQuestion(unfinished, experiment)
    for (const part of parts)
      for (const seed of readExperiment(part).seeds) {
        mkdirSync(files.seedFolder(seed))
        copyFolder(paths(part).seedFolder(seed), files.seedFolder(seed), new Set())
      }
    keepCircumstances(parts, unfinished, apical, now)
    const states = parts.map((part) => readState(part))
    const created = states.map((state) => state.created).sort()[0] ?? now.toISOString()
    const none = states.every(({ state }) => state === 'collapsed')
    writeStatus(files.status, {
      ...{ state: none ? 'collapsed' : 'done', reason: none ? (states[0]?.reason ?? null) : null, next: null },
      ...{ dataFolder: null, queuedBy: null, created, updated: now.toISOString() },
    })
    writeWhole(files.readMe, [README])
    const outcome = outcomeIn(unfinished, secondsOf(parts), readEnvironment(unfinished)?.engine ?? '')
    writeJson(files.summary, { ...outcome, folder: undefined })
  })
  return { folder, warning }
}

interface JoinedRun {
  readonly results: string
  readonly name: string
  /** The version that joins them. */
  readonly apical: string
  readonly now?: Date
}

function commonExperiment(parts: readonly string[], seeds: readonly number[]): Experiment {
  const [first, ...others] = parts.map((folder) => ({ folder, experiment: readExperiment(folder) }))
  if (first === undefined) throw new RangeError('nothing to join')
  const asked = ({ experiment }: { experiment: Experiment }): string => JSON.stringify({ ...experiment, seeds: [] })
  const other = others.find((part) => asked(part) !== asked(first))
  if (other !== undefined)
    throw new LabProblem(
      `${other.folder}: expected the experiment of ${first.folder} with other seeds, found another one.`,
      'One of the two was changed or exchanged since it was exported; restore it from a copy.',
    )
  const found = [first, ...others].flatMap(({ experiment }) => experiment.seeds)
  if (found.toSorted(ascending).join() !== seeds.toSorted(ascending).join())
    throw new LabProblem(
      `${first.folder} and its like: expected the seeds ${seeds.join(', ')}, found ${found.join(', ')}.`,
      'Seeds were added to one of them since; its folder has them all.',
    )
  return { ...first.experiment, seeds: [...seeds] }
}

function ascending(a: number, b: number): number {
  return a - b
}

/** @returns a sentence where engines or devices differ, which can move the last digits of a result */
function requireSameBasis(parts: readonly string[]): string | null {
  const [first, ...others] = parts.map((folder) => ({ folder, environment: readEnvironment(folder) }))
  for (const { folder, environment } of others) {
    const before = first?.environment?.data ?? {}
    const changed = Object.entries(environment?.data ?? {}).find(([file, sum]) => (before[file] ?? sum) !== sum)
    if (changed !== undefined)
      throw new LabProblem(
        `${folder}: expected the ${changed[0]} that ${first?.folder ?? ''} was trained on, found another one.`,
        'The tasks read different data; delete the results of those with the wrong one and train them again.',
      )
  }
  for (const key of ['engine', 'device', 'precision', 'apical'] as const) {
    const values = new Set([first, ...others].map((part) => part?.environment?.[key] ?? 'unknown'))
    if (values.size > 1) return `its seeds were trained with different values of ${key}: ${[...values].join('; ')}`
  }
  return null
}

/** Who trained which seeds: the first part's machine stands for the run, and each one's is written down. */
function keepCircumstances(parts: readonly string[], into: string, apical: string, now: Date): void {
  const files = paths(into)
  const environment = readEnvironment(parts[0] ?? '')
  if (environment !== null) writeJson(files.environment, environment)
  const changes = new LineFile(files.changes)
  try {
    for (const part of parts) {
      const { seeds } = readExperiment(part)
      changes.append({
        ...{ kind: 'seeds-joined', at: now.toISOString(), seeds, apical },
        environment: readJson(paths(part).environment),
      })
    }
    changes.flush()
  } finally {
    changes.close()
  }
  const logs = parts.flatMap((part) => readBytes(paths(part).log, LARGEST) ?? [])
  if (logs.length > 0) writeWhole(files.log, logs)
}

/** Of all parts together: what they took of machines, not from the first start to the last end. */
function secondsOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => {
    const summary = readJson(paths(part).summary)
    const seconds = typeof summary === 'object' && summary !== null && 'seconds' in summary ? summary.seconds : 0
    return sum + (typeof seconds === 'number' ? seconds : 0)
  }, 0)
}

function copyFolder(from: string, to: string, without: ReadonlySet<string>): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (isTemporary(entry.name) || without.has(entry.name)) continue
    if (entry.isDirectory()) {
      if (lookAt(target) === undefined) mkdirSync(target)
      copyFolder(source, target, without)
    } else {
      const bytes = readBytes(source, LARGEST)
      if (bytes !== null) writeWhole(target, [bytes])
    }
  }
}
