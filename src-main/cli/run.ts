/** `apical run`: trains, headless, into the same folders as the window. */
import type { Experiment } from '../experiment/experiment.ts'
import { describeDataSets } from '../lab/datasets.ts'
import { requireResultsFolder, resultsFolder } from '../lab/results.ts'
import { type Joining, newSweepId, nextGroup, runExperiment, type RunOutcome } from '../lab/runs.ts'
import { EXIT, JSON_OPTION, OUT_OPTION, UsageProblem, type Command } from './command.ts'
import { superviseRun, superviseSideBySide } from './supervised-run.ts'
import { EXPERIMENT_OPTIONS, experimentsOf } from './experiments.ts'
import { joinsOn, SIDE_BY_SIDE_OPTION, sideBySideIn } from './side-by-side.ts'
import { groupOf, tellSweep } from './sweep-report.ts'

export const run: Command = {
  name: 'run',
  operands: 'PRESET|RULE|FILE…',
  summary: 'train a preset or an experiment.json, or several one after another',
  details:
    'Trains the given experiments one after another, the seeds of each side by side where the engine can. FILE is an experiment.json ' +
    'or a results folder that holds one. The name of a learning rule (corinfomax) stands for that rule at its defaults, on glyphs; so does --rule with the file of a rule of your own, which must be allowed as it is ("apical rule allow"). With --set data.name=NAME the ends of the network fit the data, and hidden layers are as wide as suits it where it says so; widths given beside it are kept.\n\n' +
    'KEY in --set and --sweep is a setting of the rule (neuralLr) or a dotted path (training.batchSize, data.limitTrain, widths), ' +
    'an entry of a list (widths.1, lrForward.0, counted from 0), hidden (the width of every hidden layer) or depth (the number of hidden layers, repeating the last one). ' +
    'Lists are written 1,0.7 or [1,0.7], widths 784-500-10, schedules 0:0.95,15:0.9 (epoch:base), measures alignment,silent:100 (NAME or NAME:N, taken every N batches, 500 by default).\n\n' +
    'The values of a sweep are a list, a range with a step (hidden=100..500:100), a range with a number of values (neuralLr=0.01..0.1/5, or log-spaced lambda=1e-6..1e-2/5log), a range of whole numbers (depth=1..3), or a mixture. ' +
    'A sweep trains every combination of values, or with --pair the first values together, then the second ones, and so on. Each run has a folder of its own, and all carry the id of the sweep. ' +
    'Members of a sweep that differ in learning rates, but not in widths or iterations, train side by side in one session on a graphics card, and on a processor where each takes a second or two; their weights are the same as alone, and each is told when it has ended. It ends with one row per setting: the accuracy over the seeds that did not collapse. With training.validation.fraction set, it names the setting with the best validation accuracy.\n\n' +
    'Ctrl-C stops after the current batches, keeps a checkpoint and says how to resume; a second Ctrl-C stops at once. ' +
    'With --json, standard output holds the run’s events: started, progress (at most two per second), epoch, batches, measure, confusion, costs, collapsed, at-chance, checkpoint, note, ' +
    'then done, stopped or failed. Several experiments give one such sequence each, and a sweep ends with one line of kind sweep that holds its groups. Accuracies are fractions.\n\n' +
    'A seed has collapsed when its numbers are not finite or grew without bound, when it ends at chance after having been above it, or when it was never above chance in 2500 updates or more. ' +
    'One that ends at chance after fewer updates has a result, marked "at chance". At chance is an accuracy not above the share of the most frequent class by more than the sampling error (one-sided 99 %).\n\n' +
    'Exit codes: 0 every seed has a result, 1 something failed or collapsed, 2 refused before anything started, 130 stopped.',
  options: [...EXPERIMENT_OPTIONS, SIDE_BY_SIDE_OPTION, OUT_OPTION, JSON_OPTION],
  async run(words, terminal) {
    const sweepId = newSweepId()
    const experiments = experimentsOf(words, sweepId)
    const out = resultsFolder(words.text('out'))
    const dataFolder = words.text('data') ?? null
    // Everything that can be refused is refused before the first run begins, not after hours of it.
    const asked = sideBySideIn(words)
    const joins = new Map<string, Joining>()
    for (const name of new Set(experiments.map(({ engine }) => engine.name)))
      joins.set(name, await joinsOn(name, asked))
    await requireData(experiments, dataFolder)
    requireResultsFolder(out)

    let worst: number = EXIT.done
    let told = 0
    const title = (experiment: Experiment): void => {
      if (told++ > 0) terminal.print()
      const place = experiments.length > 1 ? `  (${experiments.indexOf(experiment) + 1} of ${experiments.length})` : ''
      terminal.print(terminal.paint('bold', experiment.name) + place)
    }
    const options = { resultsFolder: out, dataFolder }
    let waiting = experiments.map((experiment) => {
      return { experiment, dataFolder, joins: joins.get(experiment.engine.name) ?? 'none' }
    })
    const outcomes = new Map<Experiment, RunOutcome>()
    while (waiting.length > 0) {
      const group = nextGroup(waiting)
      waiting = waiting.filter((one) => !group.includes(one))
      const members = group.map(({ experiment }) => experiment)
      const [only] = members
      if (members.length === 1) title(only as Experiment)
      const runs =
        members.length === 1
          ? [await superviseRun(terminal, options, (more) => runExperiment(only, more))]
          : await superviseSideBySide(terminal, members, options, title)
      for (const [place, { outcome }] of runs.entries()) outcomes.set(members[place] as Experiment, outcome)
      if (runs.some(({ code }) => code === EXIT.stopped)) return EXIT.stopped
      worst = Math.max(worst, ...runs.map(({ code }) => code))
    }
    const groups = experiments.flatMap((experiment) => {
      const outcome = outcomes.get(experiment)
      return experiment.sweep === null || outcome === undefined ? [] : [groupOf(experiment, outcome)]
    })
    if (groups.length > 0) tellSweep(sweepId, groups, terminal)
    return worst
  },
}

/** A quick check of every data set that will be read; whole files are read by the worker. */
async function requireData(experiments: readonly Experiment[], folder: string | null): Promise<void> {
  const cards = await describeDataSets(folder)
  for (const name of new Set(experiments.map(({ data }) => data.name))) {
    const card = cards.find((one) => one.name === name)
    if (card?.state === 'missing' || card?.state === 'broken') throw new UsageProblem(card.detail)
  }
}
