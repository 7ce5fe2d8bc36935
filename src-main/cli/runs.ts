/** `apical runs`: the experiments in the results folder. */
import type { ExperimentRow } from '../contract.ts'
import { listRows, resultsFolder } from '../lab/results.ts'
import { EXIT, JSON_OPTION, OUT_OPTION, type Command } from './command.ts'
import { duration, spread, table } from './layout.ts'

export const runs: Command = {
  name: 'runs',
  operands: '',
  summary: 'list the experiments in the results folder',
  details:
    'Lists every experiment in the results folder, newest first. A name in the first column is what "show" and "resume" take. ' +
    'With --json, one object per experiment, with the columns of the Lab table.',
  options: [OUT_OPTION, JSON_OPTION],
  run(words, terminal) {
    words.none()
    const folder = resultsFolder(words.text('out'))
    const rows = listRows(folder)
    for (const row of rows) terminal.data(row)
    if (!terminal.json && rows.length === 0)
      terminal.print(`No experiments in ${folder} yet; "apical run corinfomax-glyphs-small" makes one in a minute.`)
    else if (!terminal.json)
      for (const line of table(
        ['run', 'state', 'network', '>test', '>seeds', '>epochs', '>time', 'engine', 'name'],
        rows.map(cells),
      ))
        terminal.print(line)
    return Promise.resolve(EXIT.done)
  },
}

/** '3', or '2 of 3' where not all count: the others collapsed or are not as far. */
function countedOf({ testAccuracy, seeds }: ExperimentRow): string {
  const n = testAccuracy?.n ?? seeds.length
  return n === seeds.length ? String(n) : `${n} of ${seeds.length}`
}

function cells(row: ExperimentRow): string[] {
  const collapsed =
    row.collapsedSeeds.length > 0 ? `, ${row.collapsedSeeds.length} of ${row.seeds.length} collapsed` : ''
  const share = row.seeds.length === 1 ? '' : `${row.chanceSeeds.length} of ${row.seeds.length} `
  const chance = row.chanceSeeds.length === 0 ? '' : `, ${share}at chance`
  return [
    row.id,
    `${row.state}${collapsed}${chance}`,
    row.widths.join('-'),
    spread(row.testAccuracy),
    countedOf(row),
    `${row.epochsDone}/${row.epochs}`,
    duration(row.seconds),
    row.engine,
    row.name,
  ]
}
