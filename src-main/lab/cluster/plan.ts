/** `sweep.json`: which tasks an exported sweep has, and which experiment each is part of. Written once, never changed. */
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { LabProblem } from '../problem.ts'
import { readJson } from '../storage.ts'

const PLAN_VERSION = 1
/** As many as a job array of Slurm takes where nobody changed its MaxArraySize. */
export const MOST_TASKS = 1000
const LARGEST_PLAN = 10_000_000

/** Becomes part of a path. */
const FolderName = z
  .string()
  .max(400)
  .regex(/^[^./\\\0][^/\\\0]*$/)

const Plan = z.strictObject({
  version: z.literal(PLAN_VERSION),
  /** The version that wrote it, and when. */
  apical: z.string(),
  created: z.string(),
  kind: z.enum(['slurm', 'shell']),
  /** One an experiment: what its results folder is called once all its seeds are there, and these, in order. */
  members: z
    .array(z.strictObject({ folder: FolderName, name: z.string(), seeds: z.array(z.int().min(0)).min(1) }))
    .min(1),
  /** In the order of their numbers, from 0: part of which member, with which of its seeds, into which results folder. */
  tasks: z
    .array(z.strictObject({ member: z.int().min(0), seeds: z.array(z.int().min(0)).min(1), folder: FolderName }))
    .min(1)
    .max(MOST_TASKS),
})
export type Plan = z.infer<typeof Plan>

export function planFile(sweep: string): string {
  return join(sweep, 'sweep.json')
}

/** Holds the experiment of one task, as a results folder does. */
export function taskFolder(sweep: string, task: number): string {
  return join(sweep, 'tasks', String(task).padStart(4, '0'))
}

/** An ordinary results folder: what the tasks train lies in it, one folder each. */
export function sweepResults(sweep: string): string {
  return join(resolve(sweep), 'results')
}

/** @throws LabProblem when the folder is no exported sweep, damaged, or of a later version */
export function readPlan(sweep: string): Plan {
  const path = planFile(sweep)
  const found = readJson(path, LARGEST_PLAN)
  if (found === null)
    throw new LabProblem(
      `${path}: expected the plan of an exported sweep, found no such file.`,
      '"apical sweep export … --to DIR" makes such a folder.',
    )
  const version = z.object({ version: z.number() }).safeParse(found).data?.version
  if (version !== undefined && version > PLAN_VERSION)
    throw new LabProblem(
      `${path}: expected version ${PLAN_VERSION} or lower, found ${version}.`,
      'It was written by a later Apical; use that one. Nothing was changed.',
    )
  const parsed = Plan.safeParse(found)
  const issue = parsed.error?.issues[0]
  if (parsed.data === undefined)
    throw new LabProblem(
      `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a plan'}.`,
      'Restore the file from a copy.',
    )
  const astray = parsed.data.tasks.findIndex(({ member }) => parsed.data.members[member] === undefined)
  if (astray >= 0)
    throw new LabProblem(
      `${path}: tasks.${astray}.member: expected a number below ${parsed.data.members.length}, found ${parsed.data.tasks[astray]?.member ?? ''}.`,
      'Restore the file from a copy.',
    )
  return parsed.data
}
