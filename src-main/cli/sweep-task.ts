/** `apical sweep task`: what the scripts of an exported sweep run. */
import { LONGEST_WAIT_MS, openTask } from '../lab/cluster.ts'
import { EXIT, UsageProblem, type Words } from './command.ts'
import { superviseRun } from './supervised-run.ts'
import type { Terminal } from './terminal.ts'

export async function task(folder: string, number: string, words: Words, terminal: Terminal): Promise<number> {
  if (!/^\d{1,6}$/.test(number))
    throw new UsageProblem(
      `Expected the number of a task, from 0, found "${number}".`,
      'sweep.json in the folder lists the tasks.',
    )
  const until = words.whole('until', 1, 2_000_000)
  const dataFolder = words.text('data')
  const opened = await openTask(folder, Number(number), {
    longestMs: LONGEST_WAIT_MS,
    tell: (sentence) => {
      terminal.print(sentence)
    },
  })
  const title = `Task ${number}: ${opened.name}, seed${opened.seeds.length === 1 ? '' : 's'} ${opened.seeds.join(', ')}`
  if (opened.through) {
    terminal.print(`${title}: nothing is left to train.`)
    return EXIT.done
  }
  terminal.print(terminal.paint('bold', title))
  const { code, outcome } = await superviseRun(
    terminal,
    { resultsFolder: opened.results, ...(dataFolder === undefined ? {} : { dataFolder }) },
    (options) => opened.train(options),
    { until, resume: 'The same task continues from here.' },
  )
  // A scheduler asks whether anything is left to do; that seeds collapsed is a result, which collect tells.
  return outcome.ending.kind === 'done' ? EXIT.done : code
}
