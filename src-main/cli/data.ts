/** `apical data`: which data sets are there, and whether a folder holds one that can be trained on. */
import type { DataSetCard } from '../contract.ts'
import { describeDataSets, verifyDataSet, type VerifiedDataSet } from '../lab/datasets.ts'
import { suggestion } from '../experiment/nearest.ts'
import { EXIT, JSON_OPTION, UsageProblem, type Command } from './command.ts'
import { size, table, wrap } from './layout.ts'
import type { Terminal } from './terminal.ts'

const ACTIONS = ['list', 'verify']

export const data: Command = {
  name: 'data',
  operands: 'list|verify DIR',
  summary: 'which data sets are there; whether a folder holds a sound one',
  details:
    '"data list" tells every data set: built in, present and where, missing, or broken and why. ' +
    '"data verify DIR" reads every file of the sets in DIR whole, compares checksums with the published files, and refuses what is damaged ' +
    'with exit code 2. With --json, one object a data set.',
  options: [
    {
      name: 'data',
      value: 'DIR',
      help: 'list: look here instead of the usual places (APICAL_DATA, the lab’s own folder)',
    },
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const [action, folder, ...more] = words.operands
    if (action === 'list' && folder === undefined) {
      tellCards(await describeDataSets(words.text('data') ?? null), terminal)
      return EXIT.done
    }
    if (action === 'verify' && folder !== undefined && more.length === 0) {
      for (const set of await verifyDataSet(folder)) tellVerified(set, terminal)
      return EXIT.done
    }
    const found = words.operands.length === 0 ? 'nothing' : `"${words.operands.join(' ')}"`
    throw new UsageProblem(
      `Expected "data list" or "data verify DIR", found ${found}.${action === undefined || ACTIONS.includes(action) ? '' : suggestion(action, ACTIONS)}`,
      action === 'verify'
        ? 'DIR is the folder with the files, for example one with train-images-idx3-ubyte.gz in it.'
        : '',
    )
  },
}

function tellCards(cards: readonly DataSetCard[], terminal: Terminal): void {
  for (const card of cards) {
    terminal.data(card)
    if (terminal.json) continue
    const colour = { 'built in': 'green', present: 'green', missing: 'dim', broken: 'red' } as const
    const counts = `${card.trainCount.toLocaleString('en')} + ${card.testCount.toLocaleString('en')} samples, ${card.classes} classes`
    terminal.print(
      `${terminal.paint('bold', card.name.padEnd(14))} ${terminal.paint(colour[card.state], card.state.padEnd(9))} ${counts}`,
    )
    for (const line of wrap(card.detail, Math.min(100, terminal.width), ' '.repeat(15))) terminal.print(line)
  }
}

function tellVerified(set: VerifiedDataSet, terminal: Terminal): void {
  terminal.data(set)
  if (terminal.json) return
  const verdict = set.published
    ? terminal.paint('green', 'as published')
    : terminal.paint('yellow', 'sound, but not the published files')
  terminal.print(`${terminal.paint('bold', set.label)}: ${verdict}`)
  terminal.print(
    `${set.trainCount.toLocaleString('en')} training and ${set.testCount.toLocaleString('en')} test samples in ${set.folder}`,
  )
  if (set.subset !== null) terminal.print(terminal.paint('yellow', `Only a part: ${set.subset}.`))
  const rows = set.files.map(({ file, bytes, sha256, is }) => [file, size(bytes), sha256.slice(0, 16), is])
  for (const line of table(['file', '>size', 'sha256', ''], rows)) terminal.print(line)
}
