/** `apical report`: everything about one experiment, or several beside each other, as one file to hand on. */
import { basename } from 'node:path'
import { resultsFolder } from '../lab/results.ts'
import { EXIT, JSON_OPTION, OUT_OPTION, UsageProblem, type Command } from './command.ts'
import { checklistOf, reportFile, runFolders, writeReport } from './report-file.ts'

export const report: Command = {
  name: 'report',
  operands: 'RUN… --to FILE.html|--checklist',
  summary: 'one HTML file of an experiment, or of several compared: figures, tables, how to reproduce it',
  details:
    'Writes one self-contained HTML file: results, figures, seeds, configuration, machine, the command and the experiment that reproduce it, checksums, notes. ' +
    'Of several runs it is a comparison: curves over each other, one table, paired tests against the first, what differs, and then each run. ' +
    'The file opens offline in any browser, runs no script, and prints well; paths of this machine are left out. ' +
    '--checklist prints the paragraph that a reproducibility checklist asks for instead, made from what was recorded: runs and seeds, split, how the setting was selected, what the spread is, hardware, hours, software. ' +
    'RUN is a name that "apical runs" lists, or the path of a results folder. "apical paper report" does the same for a paper.',
  options: [
    { name: 'to', value: 'FILE', help: 'the file, which ends in .html; never over one that is there' },
    { name: 'checklist', value: null, help: 'print the paragraph for a reproducibility checklist; takes no --to' },
    { name: 'with-collapsed', value: null, help: 'of several runs: means and tests include collapsed seeds' },
    OUT_OPTION,
    JSON_OPTION,
  ],
  async run(words, terminal) {
    if (words.operands.length === 1 && words.has('with-collapsed'))
      throw new UsageProblem('--with-collapsed is for several runs, found one.')
    const folders = runFolders(resultsFolder(words.text('out')), words.operands)
    if (words.has('checklist')) {
      const other = words.text('to') === undefined ? 'with-collapsed' : 'to'
      if (words.text('to') !== undefined || words.has('with-collapsed'))
        throw new UsageProblem(`--${other} does not go with --checklist.`, 'Leave one of the two out.')
      const paragraphs = await checklistOf(folders)
      terminal.data({ kind: 'checklist', runs: folders.map((folder) => basename(folder)), paragraphs })
      terminal.print(paragraphs.join('\n\n'))
      return EXIT.done
    }
    const file = reportFile(words.text('to'))
    const runs = await writeReport(file, folders, words.has('with-collapsed'))
    terminal.data({ kind: 'report', file, runs })
    terminal.print(`Wrote ${file}`)
    return EXIT.done
  },
}
