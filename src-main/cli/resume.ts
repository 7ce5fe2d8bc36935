/** `apical resume`: continues a run that was stopped, interrupted or failed, or one that is finished with more epochs. */
import { findRun, resultsFolder } from '../lab/results.ts'
import { resumeRun } from '../lab/runs.ts'
import { JSON_OPTION, OUT_OPTION, type Command } from './command.ts'
import { superviseRun } from './supervised-run.ts'

export const resume: Command = {
  name: 'resume',
  operands: 'RUN',
  summary: 'resume a stopped, interrupted or failed run; with --epochs also a finished one',
  details:
    'Continues from the last checkpoint and ends with the same weights, bit for bit, as an uninterrupted run (on the same engine and machine). ' +
    'With --epochs N, a finished or stopped run continues to N epochs in all, and ends with the weights of a run that had N from the start: schedules count epochs from the start. changes.jsonl in its folder records it, and a published result is compared by the total. ' +
    'RUN is a name that "apical runs" lists, or the path of a results folder. Output and exit codes are those of "run".',
  options: [
    { name: 'epochs', value: 'N', help: 'epochs in all, more than are trained (default: as the run has them)' },
    { name: 'data', value: 'DIR', help: "the data set's folder (default: where the run found it)" },
    OUT_OPTION,
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const results = resultsFolder(words.text('out'))
    const folder = findRun(results, words.only('RUN, the name of an experiment'))
    const epochs = words.whole('epochs', 1, 100_000)
    const dataFolder = words.text('data')
    const { code } = await superviseRun(
      terminal,
      { resultsFolder: results, ...(dataFolder === undefined ? {} : { dataFolder }) },
      (options) => resumeRun(folder, options, epochs),
    )
    return code
  },
}
