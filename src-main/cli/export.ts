/** `apical export`: runs as tables, arrays or one zip for other programs, and a results folder as an RO-Crate. */
import { resolve } from 'node:path'
import type { ExportKind } from '../contract.ts'
import { exportRuns, makeCrate, readForExport, TABLE_NAMES, type ExportedRun } from '../lab/exports.ts'
import { resultsFolder } from '../lab/results.ts'
import { EXIT, JSON_OPTION, OUT_OPTION, UsageProblem, type Command, type Words } from './command.ts'
import { size } from './layout.ts'
import { fileIn } from './new-file.ts'
import { reportOf, runFolders } from './report-file.ts'
import type { Terminal } from './terminal.ts'

const ENDINGS = ['.zip', '.csv', '.parquet', '.npz'] as const satisfies readonly `.${ExportKind}`[]

export const exportCommand: Command = {
  name: 'export',
  operands: 'RUN… --to FILE',
  summary: 'runs for other programs: tables as CSV or Parquet, weights as NPZ, or all of it as one zip',
  details:
    'The ending of FILE decides. .csv and .parquet are a table: a row for every epoch of every seed, or with --table results a row for every seed, ' +
    'or with --table measures a row for every value of a measure; settings are columns, accuracies shares from 0 to 1. ' +
    '.npz holds the weights as numpy.load reads them, named as in weights.safetensors: of several seeds seed-N/NAME, of several runs RUN/seed-N/NAME. ' +
    '.zip holds the tables, the weights and the results folders, ro-crate-metadata.json, which tells what was done in the form of an RO-Crate (Process Run Crate), ' +
    'and manifest-sha256.txt, which "sha256sum -c" checks; local.json, run.log and checkpoints stay here. ' +
    '--crate writes ro-crate-metadata.json into the results folder of each RUN instead. ' +
    'RUN is a name that "apical runs" lists, or the path of a results folder.',
  options: [
    { name: 'to', value: 'FILE', help: `a file that ends in ${ENDINGS.join(', ')}; never over one that is there` },
    { name: 'table', value: TABLE_NAMES.join('|'), help: 'with .csv and .parquet: which table (default: epochs)' },
    { name: 'report', value: null, help: 'with .zip: add report.html, with figures' },
    { name: 'crate', value: null, help: 'make the results folder itself an RO-Crate; takes no --to' },
    { name: 'author', value: 'NAME', help: 'with .zip and --crate: whom the crate names; nobody otherwise' },
    { name: 'licence', value: 'URL', help: 'with .zip and --crate: the licence of the results; none otherwise' },
    OUT_OPTION,
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const folders = runFolders(resultsFolder(words.text('out')), words.operands)
    const read = (): Promise<readonly ExportedRun[]> =>
      readForExport(folders.map((folder) => ({ folder, kind: 'run' })))
    if (words.has('crate')) await crate(words, read, terminal)
    else await toFile(words, folders, read, terminal)
    return EXIT.done
  },
}

type Read = () => Promise<readonly ExportedRun[]>

async function crate(words: Words, read: Read, terminal: Terminal): Promise<void> {
  for (const name of ['to', 'table'])
    if (words.text(name) !== undefined)
      throw new UsageProblem(`--${name} does not go with --crate.`, 'Leave one of the two out.')
  if (words.has('report')) throw new UsageProblem('--report does not go with --crate.', 'Leave one of the two out.')
  for (const run of await read()) {
    const file = await makeCrate(run, named(words))
    terminal.data({ kind: 'crate', run: run.record.row.id, file })
    terminal.print(`Wrote ${file}`)
  }
}

async function toFile(words: Words, folders: readonly string[], read: Read, terminal: Terminal): Promise<void> {
  const { file, ending } = fileIn(words, ENDINGS)
  const kind = ending.slice(1) as ExportKind
  const isTable = kind === 'csv' || kind === 'parquet'
  const table = words.choice('table', TABLE_NAMES)
  if (table !== undefined && !isTable) throw new UsageProblem(`--table goes with .csv and .parquet, found "${file}".`)
  for (const name of ['author', 'licence'])
    if (words.text(name) !== undefined && kind !== 'zip')
      throw new UsageProblem(`--${name} goes with .zip and --crate, found "${file}".`)
  if (words.has('report') && kind !== 'zip') throw new UsageProblem(`--report goes with .zip, found "${file}".`)
  const besides = words.has('report') ? [{ path: 'report.html', pieces: [await reportOf(folders, false)] }] : []
  const runs = await read()
  const bytes = await exportRuns(runs, {
    ...{ kind, file: resolve(file), table: table ?? 'epochs', besides, ...named(words) },
    tell: (name) => terminal.status(`packing ${name}`),
  })
  terminal.status('')
  terminal.data({ kind: 'export', file, bytes, runs: runs.map(({ record }) => record.row.id) })
  terminal.print(`Wrote ${file}, ${size(bytes)}`)
}

function named(words: Words): { readonly author: string | null; readonly licence: string | null } {
  return { author: words.text('author') ?? null, licence: words.text('licence') ?? null }
}
