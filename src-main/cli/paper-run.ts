/** Trains what exhibits are missing, one experiment after another; what was interrupted goes on. */
import { chooseEngine } from '../engines/index.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { requireResultsFolder } from '../lab/results.ts'
import { resumeRun, runExperiment } from '../lab/runs.ts'
import type { Exhibit, Paper } from '../paper/paper.ts'
import { planOf, type Task } from '../paper/plan.ts'
import { RunsByQuestion } from '../paper/row-seeds.ts'
import { experimentOf } from '../paper/rows.ts'
import { rowsOf } from '../paper/state.ts'
import { workText } from '../paper/words.ts'
import { EXIT, UsageProblem, type Words } from './command.ts'
import { ENGINE_CHOICES } from './experiments.ts'
import type { OpenedPaper } from './paper-open.ts'
import { parseSeeds } from './seeds.ts'
import { superviseRun } from './supervised-run.ts'
import type { Terminal } from './terminal.ts'

export async function runExhibits(
  { paper, lab, ready, results, dataFolder }: OpenedPaper,
  ids: readonly string[],
  words: Words,
  terminal: Terminal,
): Promise<number> {
  const exhibits = paper.exhibits.filter(({ id }) => ids.includes(id))
  refuseStrangeSeeds(paper, exhibits, words)
  const plan = planOf(paper, exhibits, new RunsByQuestion(lab), ready)
  const tasks = plan.tasks.flatMap((task) => withOptions(task, words))
  if (plan.obstacles.length > 0) {
    const [{ message, next } = { message: '', next: '' }] = plan.obstacles
    if (tasks.length === 0) throw new UsageProblem(message, next)
    for (const obstacle of plan.obstacles) terminal.print(`${obstacle.row}: ${obstacle.message}`)
  }
  if (tasks.length === 0) return EXIT.done
  for (const name of new Set(tasks.map(({ experiment }) => experiment.engine.name))) await chooseEngine(name)
  requireResultsFolder(results)
  const networks = tasks.reduce((sum, { experiment }) => sum + experiment.seeds.length, 0)
  terminal.print(`${workText({ experiments: tasks.length, runs: networks })} to train.`)
  let worst: number = EXIT.done
  for (const [index, { experiment, resume }] of tasks.entries()) {
    terminal.print()
    terminal.print(`${terminal.paint('bold', experiment.name)}  (${index + 1} of ${tasks.length})`)
    const { code, outcome } = await superviseRun(terminal, { resultsFolder: results, dataFolder }, (options) =>
      resume === null ? runExperiment(experiment, options) : resumed(resume, options),
    )
    if (code === EXIT.stopped) return code
    // A seed that collapsed is a result, and judged as one.
    if (outcome.ending.kind === 'failed') worst = EXIT.failed
  }
  return worst
}

/** A seed that no row of them has would do nothing. */
function refuseStrangeSeeds(paper: Paper, exhibits: readonly Exhibit[], words: Words): void {
  const text = words.text('seeds')
  if (text === undefined) return
  const asked = new Set(exhibits.flatMap(rowsOf))
  const rows = paper.rows.filter(({ id }) => asked.has(id))
  const known = new Set(rows.flatMap((row) => experimentOf(row)?.seeds ?? []))
  const strange = parseSeeds(text).find((seed) => !known.has(seed))
  if (strange === undefined) return
  const list = [...known].sort((a, b) => a - b).join(', ')
  throw new UsageProblem(`--seeds: expected seeds of the paper (${list}), found ${strange}.`)
}

type RunOptions = Parameters<typeof runExperiment>[1]

function resumed(
  { run, epochs, longer }: NonNullable<Task['resume']>,
  options: RunOptions,
): ReturnType<typeof resumeRun> {
  return longer ? resumeRun(run, options, epochs) : resumeRun(run, options)
}

/** A run that goes on keeps its engine and its seeds. */
function withOptions(task: Task, words: Words): readonly Task[] {
  if (task.resume !== null) return [task]
  const seeds = words.text('seeds')
  const wanted = seeds === undefined ? null : new Set(parseSeeds(seeds))
  const { experiment } = task
  const kept = experiment.seeds.filter((seed) => wanted?.has(seed) ?? true)
  if (kept.length === 0) return []
  const engine: Experiment['engine'] = {
    ...experiment.engine,
    name: words.choice('engine', ENGINE_CHOICES) ?? experiment.engine.name,
    threads: words.whole('threads', 1, 1024) ?? experiment.engine.threads,
  }
  return [{ ...task, experiment: { ...experiment, seeds: kept, engine } }]
}
