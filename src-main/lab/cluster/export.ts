/** A sweep as a folder that is whole in itself: an experiment file a task, a plan, scripts, a place for results. */
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import type { Experiment } from '../../experiment/experiment.ts'
import { rootFolder, versionIn } from '../machine.ts'
import { fileProblem, LabProblem } from '../problem.ts'
import { folderName, writeQuestion } from '../results.ts'
import { lookAt, makeFolders, writeJson, writeWhole } from '../storage.ts'
import { MOST_TASKS, planFile, sweepResults, taskFolder, type Plan } from './plan.ts'
import { arrayScript, readMe, shellScript, submitScript, type ScriptFacts, type SlurmLimits } from './scripts.ts'

export interface SweepExport {
  readonly experiments: readonly Experiment[]
  readonly to: string
  /** Null for a shell script. */
  readonly slurm: SlurmLimits | null
  /** Seeds that one task trains side by side; null for all of an experiment. */
  readonly seedsPerTask: number | null
  readonly data: string | null
  readonly program: ScriptFacts['program']
}

/**
 * @returns the folder and its number of tasks
 * @throws LabProblem where something is there already, there would be too many tasks, or the folder cannot be written
 */
export function exportSweep(
  asked: SweepExport,
  now: Date = new Date(),
): { readonly folder: string; readonly tasks: number } {
  const folder = resolve(asked.to)
  if (lookAt(folder) !== undefined)
    throw new LabProblem(`${folder} is there already.`, 'Choose another folder; nothing was overwritten.')
  const experiments = withCount(asked.experiments)
  const plan = planOf(experiments, asked, now)
  const unfinished = join(dirname(folder), `.new-${basename(folder)}-${randomBytes(4).toString('hex')}`)
  try {
    makeFolders(dirname(folder))
    mkdirSync(unfinished)
    for (const [task, { member, seeds }] of plan.tasks.entries()) {
      const experiment = experiments[member]
      if (experiment === undefined) continue
      mkdirSync(taskFolder(unfinished, task), { recursive: true })
      writeQuestion(taskFolder(unfinished, task), { ...experiment, seeds: [...seeds] })
    }
    writeJson(planFile(unfinished), plan)
    mkdirSync(sweepResults(unfinished))
    writeScripts(unfinished, plan, asked)
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw fileProblem(error, 'Cannot write', folder) ?? error
  }
  return { folder, tasks: plan.tasks.length }
}

/** Each says how many belong together, since they may come back one by one. */
function withCount(experiments: readonly Experiment[]): Experiment[] {
  return experiments.map((experiment) => {
    if (experiment.sweep === null) return experiment
    const { id } = experiment.sweep
    return {
      ...experiment,
      sweep: { ...experiment.sweep, members: experiments.filter(({ sweep }) => sweep?.id === id).length },
    }
  })
}

function planOf(experiments: readonly Experiment[], { slurm, seedsPerTask }: SweepExport, now: Date): Plan {
  const taken = new Set<string>()
  const members = experiments.map((experiment) => {
    const base = folderName(experiment, now)
    let folder = base
    for (let copy = 2; taken.has(folder); copy++) folder = `${base}-${copy}`
    taken.add(folder)
    return { folder, name: experiment.name, seeds: experiment.seeds }
  })
  const tasks = members.flatMap(({ folder, seeds }, member) => {
    const parts = divided(seeds, seedsPerTask ?? seeds.length)
    return parts.map((part, i) => ({
      ...{ member, seeds: part },
      folder: parts.length === 1 ? folder : `${folder}-part-${i + 1}-of-${parts.length}`,
    }))
  })
  if (tasks.length > MOST_TASKS)
    throw new LabProblem(
      `Expected at most ${MOST_TASKS} tasks, found ${tasks.length}.`,
      'Give each task more seeds, or export the sweep in parts.',
    )
  const apical = versionIn(rootFolder())
  const kind = slurm === null ? 'shell' : 'slurm'
  return { version: 1, apical, created: now.toISOString(), kind, members, tasks }
}

/** In order, so many in each, fewer in the last. */
function divided(seeds: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(seeds.length / size) }, (_, i) => seeds.slice(i * size, (i + 1) * size))
}

function writeScripts(folder: string, plan: Plan, { slurm, data, program, experiments }: SweepExport): void {
  const facts = { program, data, name: `apical-${experiments[0]?.rule.name.replaceAll(/[^\w-]/g, '-') ?? ''}` }
  const scripts =
    slurm === null
      ? { 'run.sh': shellScript(facts) }
      : { 'array.sbatch': arrayScript(facts, slurm), 'submit.sh': submitScript(facts, slurm) }
  for (const [name, text] of Object.entries(scripts)) {
    writeWhole(join(folder, name), [text])
    if (name.endsWith('.sh')) chmodSync(join(folder, name), 0o755)
  }
  if (slurm !== null) mkdirSync(join(folder, 'logs'))
  writeWhole(join(folder, 'README.txt'), [readMe(plan.kind, plan.tasks.length)])
}
