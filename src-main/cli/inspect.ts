/** `apical inspect`: what the trained networks of a run are like, from their weights, without a lab that serves. */
import { confusionOf } from '../experiment/confusion.ts'
import { countedNetworks, measuredLines, type MeasuredLine } from '../experiment/inspected.ts'
import type { Inspection } from '../experiment/inspection.ts'
import { spreadOf } from '../experiment/spread.ts'
import { inspectRun } from '../lab/jobs.ts'
import { findRun, keepInspection, readExperiment, resultsFolder } from '../lab/results.ts'
import { ruleNamed } from '../rules/index.ts'
import { EXIT, JSON_OPTION, OUT_OPTION, type Command } from './command.ts'
import { percent, spread, table } from './layout.ts'
import { DATA_OPTION, dataFolderIn } from './network-choice.ts'
import { withProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'

/** Confusions that are listed; the matrix has them all. */
const CONFUSIONS = 10

export const inspect: Command = {
  name: 'inspect',
  operands: 'RUN',
  summary: 'measure the trained networks of a run: accuracy by class, confusions, the measures of its rule',
  details:
    'Classifies the test set with the weights of every seed, and takes the measures of the learning rule; nothing is trained. ' +
    'Prints the accuracy of each seed and their mean ± sd, the accuracy of each class (worst first), the most frequent confusions, and the measures as mean ± sd over seeds. ' +
    'The result is kept in inspection.json in the folder of the run, where Run shows it too. ' +
    'RUN is a name that "apical runs" lists, or the path of a results folder. ' +
    'With --json, one object: what inspection.json holds, misclassified samples included.',
  options: [DATA_OPTION, OUT_OPTION, JSON_OPTION],
  async run(words, terminal) {
    const folder = findRun(resultsFolder(words.text('out')), words.only('RUN, the name of an experiment'))
    const looking = inspectRun(folder, dataFolderIn(words, folder))
    const found = await withProgress(looking, 'measuring the networks', terminal)
    // Told before it is kept: a folder that may not be written to does not lose it.
    if (terminal.json) terminal.data(found)
    else print(folder, found, terminal)
    keepInspection(folder, found)
    return EXIT.done
  },
}

function print(folder: string, found: Inspection, terminal: Terminal): void {
  const { name, rule } = readExperiment(folder)
  const { seeds, classes, samples, engine, mistaken, notes } = found
  const counted = countedNetworks(found)
  const some = `${counted.length === seeds.length ? '' : `${counted.length} of `}${seeds.length} `
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length === 0) return
    terminal.print()
    terminal.print(terminal.paint('bold', title))
    for (const line of lines) terminal.print(line)
  }
  terminal.print(terminal.paint('bold', name))
  terminal.print(terminal.paint('dim', folder))
  terminal.print(`${samples} test samples, engine ${engine}`)
  section('Test accuracy', [
    ...table(
      ['seed', '>epoch', '>test'],
      seeds.map(({ seed, epoch, accuracy }) => [String(seed), String(epoch), percent(accuracy)]),
    ),
    `test ${spread(spreadOf(counted.map(({ accuracy }) => accuracy)))} (${some}${seeds.length === 1 ? 'seed' : 'seeds'})`,
    `${mistaken} of ${samples} samples misclassified${seeds.length > 1 ? ' by at least one seed' : ''}`,
  ])
  const confusion = confusionOf(
    counted.map(({ epoch, counts }) => ({ epoch, split: 'test', classes, counts })),
    CONFUSIONS,
  )
  const over = counted.length === seeds.length ? '' : `, ${some}seeds`
  section(
    `Accuracy by class, worst first${over}`,
    table(['class', '>test'], confusion?.perClass.map(({ name, share }) => [name, percent(share)]) ?? []),
  )
  section(
    `Most frequent confusions, share of the true class${over}`,
    (confusion?.mistakes.length ?? 0) === 0
      ? []
      : table(
          ['true', 'predicted', '>share'],
          confusion?.mistakes.map(({ truth, taken, share }) => [truth, taken, percent(share)]) ?? [],
        ),
  )
  const lines = measuredLines(found, ruleNamed(rule.name)?.measures ?? [])
  section(
    seeds.length > 1 ? `Measures, mean ± sd over seeds${over}` : 'Measures',
    lines.length === 0
      ? []
      : table(
          ['measure', '', '>value', ''],
          lines.map((line) => [line.label, line.series, measuredText(line), line.unit]),
        ),
  )
  if (notes.length > 0) terminal.print()
  for (const note of notes) terminal.print(note)
}

/** '62 ± 2.8'; '0.6 → 0.2' from the first to the last iteration of what settles. */
function measuredText({ values, unit }: MeasuredLine): string {
  const shown = (value: number, digits: number): string =>
    String(Number((unit === '%' ? 100 * value : value).toPrecision(digits)))
  const [only] = values
  if (values.length !== 1 || only === undefined) return values.map(({ mean }) => shown(mean, 3)).join(' → ')
  return only.n > 1 ? `${shown(only.mean, 4)} ± ${shown(only.sd, 2)}` : shown(only.mean, 4)
}
