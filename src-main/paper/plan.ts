/** What this lab still has to train for an exhibit, and how. */
import type { Experiment } from '../experiment/experiment.ts'
import type { Exhibit, Paper, PaperRow } from './paper.ts'
import { questionOf, rowSeeds, takes, type RunsByQuestion } from './row-seeds.ts'
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
function demandsOf(exhibit: Exhibit): ReadonlyMap<string, readonly Wanted[]> {
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
  readonly wanted: readonly Wanted[]
}

/** One experiment for two rows of a question: the seeds of both, and what either takes, which moves nothing. */
function together(one: Experiment, other: Experiment): Experiment {
  const { measures, training, evaluation } = one
  const more = other.measures.filter(({ name }) => measures.every((measure) => measure.name !== name))
  return {
    ...one,
    seeds: [...new Set([...one.seeds, ...other.seeds])].sort((a, b) => a - b),
    measures: [...measures, ...more],
    training: { ...training, evaluateTrain: larger(training.evaluateTrain, other.training.evaluateTrain) },
    evaluation: evaluation.topK === null ? other.evaluation : evaluation,
  }
}

type Evaluated = Experiment['training']['evaluateTrain']

function larger(one: Evaluated, other: Evaluated): Evaluated {
  if (typeof one === 'number' && typeof other === 'number') return Math.max(one, other)
  return one === 'all' || other === 'off' ? one : other
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
    const known = questions.get(key)
    questions.set(key, {
      row: known?.row ?? row.id,
      experiment: known === undefined ? experiment : together(known.experiment, experiment),
      wanted: [...(known?.wanted ?? []), ...wanted],
    })
  }
  const tasks: Task[] = []
  let underWay = 0
  for (const { row, experiment, wanted: asked } of questions.values()) {
    const wanted = asked.filter((one) => takes(experiment, one, experiment))
    const never = asked.find((one) => !wanted.includes(one))
    if (never !== undefined) obstacles.push({ row, ...notTaken(never) })
    const { missing, coming } = missingSeeds(experiment, runs, wanted)
    underWay += coming
    if (missing.length === 0) continue
    const obstacle = ready(experiment.data.name)
    if (obstacle !== null) obstacles.push({ row, ...obstacle })
    else tasks.push(...tasksOf(row, experiment, runs, missing, wanted))
  }
  return { tasks, underWay, obstacles }
}

function unknownPreset({ preset }: PaperRow): { readonly message: string; readonly next: string } {
  return {
    message: `This version of Apical has no preset "${preset ?? ''}".`,
    next: 'Open the paper with a later version.',
  }
}

/** However often it is trained, it does not come. */
function notTaken({ quantity }: Wanted): { readonly message: string; readonly next: string } {
  return {
    message: `The experiment of this row does not take "${quantity}", which the exhibit shows.`,
    next: "Add it to the experiment in the paper's file.",
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
        rowSeeds(
          matching.filter((run) => takes(run.experiment, one, experiment)),
          epochs,
          one,
        )
          .filter(({ seed, epochs: done }) => done >= epochs || seed.collapsed !== null)
          .map(({ seed }) => seed.seed),
      ),
  )
  const lacking = experiment.seeds.filter((seed) => complete.some((seeds) => !seeds.has(seed)))
  const coming = new Set(
    matching
      .filter(({ moving, experiment: run }) => moving && run.training.epochs >= epochs)
      .filter(({ experiment: run }) => wanted.every((one) => takes(run, one, experiment)))
      .flatMap((run) => run.experiment.seeds),
  )
  return {
    missing: lacking.filter((seed) => !coming.has(seed)),
    coming: lacking.filter((seed) => coming.has(seed)).length,
  }
}

/** Runs that can go on and take what is wanted take the seeds that they have not finished; the others are one new run. */
function tasksOf(
  row: string,
  experiment: Experiment,
  runs: RunsByQuestion,
  missing: readonly number[],
  wanted: readonly Wanted[],
): readonly Task[] {
  const tasks: Task[] = []
  const { epochs } = experiment.training
  let left = missing
  for (const run of runs.of(experiment)) {
    const finished = run.seeds.filter(
      ({ epochs: done, collapsed }) => collapsed !== null || (done.at(-1) ?? 0) >= epochs,
    )
    // Also those that it has not begun: when it goes on it trains them anyway.
    const taken = left.filter(
      (seed) => run.experiment.seeds.includes(seed) && finished.every((one) => one.seed !== seed),
    )
    if (run.id === null || !run.resumable || run.moving || taken.length === 0) continue
    if (!wanted.every((one) => takes(run.experiment, one, experiment))) continue
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
