/** `apical data`: lists the data sets, downloads one, verifies a folder, adds a set of one's own files. */
import type { DataSetCard } from '../contract.ts'
import { DATASET_NAMES, type DataSetName } from '../experiment/experiment.ts'
import {
  croissantOf,
  describeDataSets,
  downloadSet,
  NotFetched,
  offerOf,
  publishers,
  Rate,
  type VerifiedDataSet,
  verifyDataSet,
} from '../lab/datasets.ts'
import { suggestion } from '../experiment/nearest.ts'
import { add, ADD_OPTIONS, remove } from './data-add.ts'
import { writeJson } from '../lab/storage.ts'
import { EXIT, JSON_OPTION, UsageProblem, type Command, type Words } from './command.ts'
import { duration, size, table, wrap } from './layout.ts'
import { fileIn } from './new-file.ts'
import { explain } from './refusal.ts'
import type { Terminal } from './terminal.ts'

const ACTIONS = ['list', 'get', 'verify', 'card', 'add', 'remove']

export const data: Command = {
  name: 'data',
  operands: 'list|get NAME|verify DIR|card NAME|add FILE…|remove NAME',
  summary: 'list the data sets, download one, verify a folder, or add your own',
  details:
    'Built in and without files are glyphs (drawn digits), spirals and xor (toys of two features) and digits-8x8 (small handwritten digits, UCI). ' +
    '"data list" says of every data set whether it is built in, present and where, missing, or broken and why. ' +
    '"data get NAME" downloads one from its publisher over HTTPS, checks it against its published SHA-256 and keeps it where the lab finds it; ' +
    'after an interruption or Ctrl-C the same command continues where it stopped. Nothing else in Apical uses the network. ' +
    '"data verify DIR" reads every file of the data sets in DIR, compares checksums with the published files, and refuses damaged ones ' +
    'with exit code 2. "data card NAME --to FILE.json" writes what is known of one as Croissant, the JSON-LD of ML Commons: files with their SHA-256, classes, licence, columns of a table. "data add FILE…" makes a data set of your own files: a table (CSV and its kin, Parquet), arrays (NPZ, NPY, IDX) or a folder ' +
    'with a folder of PNG images per class; what is not said is recognised, and --look shows it first. It is kept in the lab’s own folder and used by its name. ' +
    '"data remove NAME" takes one of these away. With --json, one object per data set.',
  options: [
    {
      name: 'data',
      value: 'DIR',
      help: 'list: look here instead of the usual places (APICAL_DATA, the lab’s own folder); get: keep it in a folder here',
    },
    { name: 'to', value: 'FILE', help: 'card: a file that ends in .json; never over one that is there' },
    ...ADD_OPTIONS,
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const [action, folder, ...more] = words.operands
    if (action === 'add') return add(words, terminal)
    if (action === 'remove') return remove(words, terminal)
    if (action === 'list' && folder === undefined) {
      tellCards(await describeDataSets(words.text('data') ?? null), terminal)
      return EXIT.done
    }
    if (action === 'get' && folder !== undefined && more.length === 0)
      return get(named(folder), words.text('data') ?? null, terminal)
    if (action === 'card' && folder !== undefined && more.length === 0) return card(folder, words, terminal)
    if (action === 'verify' && folder !== undefined && more.length === 0) {
      for (const set of await verifyDataSet(folder)) tellVerified(set, terminal)
      return EXIT.done
    }
    const found = words.operands.length === 0 ? 'nothing' : `"${words.operands.join(' ')}"`
    throw new UsageProblem(
      `Expected "data list", "data get NAME", "data verify DIR", "data card NAME", "data add FILE…" or "data remove NAME", found ${found}.${action === undefined || ACTIONS.includes(action) ? '' : suggestion(action, ACTIONS)}`,
      action === 'verify'
        ? 'DIR is the folder with the files, for example one with train-images-idx3-ubyte.gz in it.'
        : action === 'get'
          ? `NAME is one of ${publishedNames().join(', ')}.`
          : '',
    )
  },
}

function card(name: string, words: Words, terminal: Terminal): number {
  const found = croissantOf(name)
  const { file } = fileIn(words, ['.json'])
  writeJson(file, found)
  terminal.data({ kind: 'card', name, file })
  terminal.print(`Wrote ${file}`)
  return EXIT.done
}

/** Those that somebody publishes. */
const publishedNames = (): readonly DataSetName[] => DATASET_NAMES.filter((name) => publishers(name).length > 0)

function named(text: string): DataSetName {
  const names = publishedNames()
  const name = names.find((one) => one === text)
  if (name === undefined)
    throw new UsageProblem(`"data get" takes one of ${names.join(', ')}; found "${text}".${suggestion(text, names)}`)
  return name
}

async function get(name: DataSetName, dataFolder: string | null, terminal: Terminal): Promise<number> {
  const offer = offerOf(name, dataFolder)
  if (offer === null) throw new UsageProblem(`${name} is built in; it needs no download.`)
  const { bytes: total, have, hosts, folder } = offer
  terminal.print(
    `${name}: ${size(total)} from ${hosts[0] ?? ''} into ${folder}${have > 0 ? `; ${size(have)} already downloaded` : ''}`,
  )
  const stop = new AbortController()
  const onSignal = (): void => {
    stop.abort()
  }
  for (const signal of SIGNALS) process.once(signal, onSignal)
  const rate = new Rate(have)
  let told = -Infinity
  try {
    await downloadSet(name, {
      dataFolder,
      signal: stop.signal,
      tell: (state, bytes) => {
        const bytesPerSecond = rate.note(bytes)
        if (performance.now() - told < (terminal.live ? 100 : 1000)) return
        told = performance.now()
        terminal.data({ kind: 'download', name, state, bytes, total, bytesPerSecond })
        const speed =
          bytesPerSecond === null || bytesPerSecond === 0
            ? ''
            : `, ${size(bytesPerSecond)}/s, ${duration((total - bytes) / bytesPerSecond)} left`
        terminal.status(state === 'fetching' ? `${size(bytes)} of ${size(total)}${speed}` : `${state}…`)
      },
    })
  } catch (error) {
    if (!stop.signal.aborted) {
      const code = explain(error, 'data get', terminal)
      // A machine that is not reached is no wrong input.
      return Number.isFinite(told) || (error instanceof Error && error.cause instanceof NotFetched) ? EXIT.failed : code
    }
    terminal.status('')
    terminal.complain('Stopped. What was downloaded so far is kept; the same command continues from there.')
    return EXIT.stopped
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  terminal.status('')
  terminal.data({ kind: 'downloaded', name, folder })
  terminal.print(terminal.paint('green', `${name} is in ${folder}, as published.`))
  return EXIT.done
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function tellCards(cards: readonly DataSetCard[], terminal: Terminal): void {
  for (const card of cards) {
    terminal.data(card)
    if (terminal.json) continue
    const colour = { 'built in': 'green', present: 'green', missing: 'dim', broken: 'red' } as const
    const counts = `${card.trainCount.toLocaleString('en')} + ${card.testCount.toLocaleString('en')} samples, ${card.classes} classes`
    terminal.print(
      `${terminal.paint('bold', card.name.padEnd(14))} ${terminal.paint(colour[card.state], card.state.padEnd(9))} ${counts}`,
    )
    for (const line of wrap(
      [card.folder ?? '', card.detail].filter(Boolean).join(': '),
      Math.min(100, terminal.width),
      ' '.repeat(15),
    ))
      terminal.print(line)
  }
}

function tellVerified(set: VerifiedDataSet, terminal: Terminal): void {
  terminal.data(set)
  if (terminal.json) return
  const verdict = set.published
    ? terminal.paint('green', 'as published')
    : terminal.paint('yellow', 'valid, but not the published files')
  terminal.print(`${terminal.paint('bold', set.label)}: ${verdict}`)
  terminal.print(
    `${set.trainCount.toLocaleString('en')} training and ${set.testCount.toLocaleString('en')} test samples in ${set.folder}`,
  )
  if (set.subset !== null) terminal.print(terminal.paint('yellow', `Only a subset: ${set.subset}.`))
  const rows = set.files.map(({ file, bytes, sha256, is }) => [file, size(bytes), sha256.slice(0, 16), is])
  for (const line of table(['file', '>size', 'sha256', ''], rows)) terminal.print(line)
}
