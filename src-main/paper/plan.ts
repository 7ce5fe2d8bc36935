/** What this lab still has to train for an exhibit, and how. */
import type { Experiment } from '../experiment/experiment.ts'
import type { Exhibit, Paper, PaperRow } from './paper.ts'
import { questionOf, rowSeeds, type RunsByQuestion } from './row-seeds.ts'
import { experimentOf } from './rows.ts'
import { wantedOf } from './curves.ts'
import type { Wanted } from './values.ts'

export interface Task {
  readonly row: string
  /** A run that goes on, with so many epochs in all, `longer` where that is more than it was to have; null for a new one. */
  readonly resume: { readonly run: string; readonly epochs: number; readonly longer: boolean } | null
  /** With the seeds that are trained by it. */
  readonly experiment: Experiment
}

/** Why a row cannot be trained here, with the next step. */
export interface Obstacle {
  readonly row: string
  readonly message: string
  readonly next: string
}

export interface Plan {
  readonly tasks: readonly Task[]
  /** Seeds that runs are training or wait to train. */
  readonly underWay: number
  readonly obstacles: readonly Obstacle[]
}

/** Whether a data set can be read here; why not, and what to do, where it cannot. */
export type ReadyData = (name: string) => { readonly message: string; readonly next: string } | null

/** What an exhibit asks of each of its rows. */
export function demandsOf(exhibit: Exhibit): ReadonlyMap<string, readonly Wanted[]> {
  const demands = new Map<string, Wanted[]>()
  const ask = (row: string, wanted: Wanted): void => {
    demands.set(row, [...(demands.get(row) ?? []), wanted])
  }
  for (const curve of exhibit.curves) ask(curve.row, wantedOf(exhibit, curve))
  for (const row of exhibit.rows) ask(row, { quantity: exhibit.quantity, series: null })
  return demands
}

/** Rows that ask one question: the same experiment, wherever in the paper it stands. */
interface Question {
  readonly row: string
  readonly experiment: Experiment
  readonly seeds: Set<number>
  readonly wanted: Wanted[]
  /** Taken for all of them: a measure moves nothing. */
  readonly measures: Map<string, Experiment['measures'][number]>
}

/**
 * Of several exhibits together. What several rows ask is trained once: an ablation's row is often that of another figure with
 * other seeds.
 */
export function planOf(paper: Paper, exhibits: readonly Exhibit[], runs: RunsByQuestion, ready: ReadyData): Plan {
  const demands = new Map<string, Wanted[]>()
  for (const exhibit of exhibits)
    for (const [row, wanted] of demandsOf(exhibit)) demands.set(row, [...(demands.get(row) ?? []), ...wanted])
  const questions = new Map<string, Question>()
  const obstacles: Obstacle[] = []
  for (const row of paper.rows) {
    const wanted = demands.get(row.id)
    if (wanted === undefined) continue
    const experiment = experimentOf(row)
    if (experiment === null) {
      obstacles.push({ row: row.id, ...unknownPreset(row) })
      continue
    }
    const key = `${experiment.training.epochs} ${questionOf(experiment)}`
    const question: Question = questions.get(key) ?? {
      row: row.id,
      experiment,
      seeds: new Set(),
      wanted: [],
      measures: new Map(),
    }
    for (const seed of experiment.seeds) question.seeds.add(seed)
    for (const measure of experiment.measures)
      if (!question.measures.has(measure.name)) question.measures.set(measure.name, measure)
    question.wanted.push(...wanted)
    questions.set(key, question)
  }
  const tasks: Task[] = []
  let underWay = 0
  for (const { row, experiment: first, seeds, wanted, measures } of questions.values()) {
    const experiment = { ...first, seeds: [...seeds].sort((a, b) => a - b), measures: [...measures.values()] }
    const { missing, coming } = missingSeeds(experiment, runs, wanted)
    underWay += coming
    if (missing.length === 0) continue
    const obstacle = ready(experiment.data.name)
    if (obstacle !== null) obstacles.push({ row, ...obstacle })
    else tasks.push(...tasksOf(row, experiment, runs, missing))
  }
  return { tasks, underWay, obstacles }
}

function unknownPreset({ preset }: PaperRow): { readonly message: string; readonly next: string } {
  return {
    message: `This version of Apical has no preset "${preset ?? ''}".`,
    next: 'Open the paper with a later version.',
  }
}

/** Seeds of the paper that no run of this lab has trained to the end with everything wanted, and how many of them are coming. */
function missingSeeds(
  experiment: Experiment,
  runs: RunsByQuestion,
  wanted: readonly Wanted[],
): { readonly missing: readonly number[]; readonly coming: number } {
  const matching = runs.of(experiment)
  const { epochs } = experiment.training
  const complete = wanted.map(
    (one) =>
      new Set(
        rowSeeds(matching, epochs, one)
          .filter(({ seed, epochs: done }) => done >= epochs || seed.collapsed !== null)
          .map(({ seed }) => seed.seed),
      ),
  )
  const lacking = experiment.seeds.filter((seed) => complete.some((seeds) => !seeds.has(seed)))
  const coming = new Set(
    matching
      .filter(({ moving, experiment: run }) => moving && run.training.epochs >= epochs)
      .flatMap((run) => run.experiment.seeds),
  )
  return {
    missing: lacking.filter((seed) => !coming.has(seed)),
    coming: lacking.filter((seed) => coming.has(seed)).length,
  }
}

/** Runs that can go on take the seeds that they have begun; the others are one new run. */
function tasksOf(
  row: string,
  experiment: Experiment,
  runs: RunsByQuestion,
  missing: readonly number[],
): readonly Task[] {
  const tasks: Task[] = []
  const { epochs } = experiment.training
  let left = missing
  for (const run of runs.of(experiment)) {
    const begun = run.seeds.filter(({ epochs: done, collapsed }) => collapsed === null && (done.at(-1) ?? 0) < epochs)
    const taken = left.filter((seed) => begun.some((one) => one.seed === seed))
    if (run.id === null || !run.resumable || run.moving || taken.length === 0) continue
    const experimentOfRun = { ...run.experiment, seeds: taken }
    tasks.push({
      row,
      resume: {
        run: run.id,
        epochs: Math.max(epochs, run.experiment.training.epochs),
        longer: epochs > run.experiment.training.epochs,
      },
      experiment: experimentOfRun,
    })
    left = left.filter((seed) => !taken.includes(seed))
  }
  if (left.length > 0) tasks.push({ row, resume: null, experiment: { ...experiment, sweep: null, seeds: [...left] } })
  return tasks
}
