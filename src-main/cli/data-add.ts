/** `apical data add` and `data remove`: a person's own files made a data set, and taken away again. */
import { sum } from 'd3-array'
import type { DataLook } from '../experiment/data-look.ts'
import { DataMapping, DECIMALS, MISSING, SCALINGS, SEPARATORS, SPLITS } from '../experiment/data-mapping.ts'
import { dataSetName, dataSetTitle } from '../experiment/data-set-name.ts'
import { removeOwn } from '../lab/datasets.ts'
import { addDataSet, lookAtFiles } from '../lab/imports.ts'
import { EXIT, type Option, UsageProblem, type Words } from './command.ts'
import { size, table, wrap } from './layout.ts'
import type { Terminal } from './terminal.ts'

const help = (key: keyof typeof DataMapping.shape): string => {
  const { help: text = '', empty } = (DataMapping.shape[key].meta() ?? {}) as { help?: string; empty?: string }
  return `add: ${text.slice(0, 1).toLowerCase()}${text.slice(1).replace(/\.$/, '')}${empty === undefined ? '' : ` (default: ${empty})`}`
}

export const ADD_OPTIONS: readonly Option[] = [
  { name: 'test', value: 'FILE', many: true, help: 'add: a file with the test samples' },
  { name: 'name', value: 'NAME', help: `${help('name')} (default: that of the file)` },
  { name: 'title', value: 'TEXT', help: help('title') },
  { name: 'label', value: 'COLUMN', help: help('labelColumn') },
  { name: 'leave-out', value: 'COLUMN', many: true, help: help('leaveOut') },
  { name: 'header', value: 'yes|no', help: help('header') },
  { name: 'separator', value: SEPARATORS.join('|'), help: help('separator') },
  { name: 'decimal', value: DECIMALS.join('|'), help: help('decimal') },
  { name: 'missing', value: MISSING.join('|'), help: `${help('missing')} (default: refuse)` },
  { name: 'scaling', value: SCALINGS.join('|'), help: help('scaling') },
  { name: 'split', value: SPLITS.join('|'), help: help('split') },
  { name: 'test-fraction', value: 'SHARE', help: `${help('testFraction')} (default: 0.2)` },
  {
    name: 'unstratified',
    value: null,
    help: 'add: draws test samples from all alike, not the same fraction of every class',
  },
  { name: 'split-seed', value: 'N', help: `${help('splitSeed')} (default: 0)` },
  { name: 'split-column', value: 'COLUMN', help: help('splitColumn') },
  { name: 'test-value', value: 'TEXT', help: `${help('testValue')} (default: test)` },
  { name: 'shape', value: 'HxW[x3]', help: help('image') },
  { name: 'look', value: null, help: 'add: say what the files hold, and add nothing' },
]

function readMapping(words: Words, first: string): DataMapping {
  const name = words.text('name') ?? dataSetName(dataSetTitle(first))
  const fraction = words.text('test-fraction')
  const header = words.choice('header', ['yes', 'no'])
  const splitColumn = words.text('split-column')
  const parsed = DataMapping.safeParse({
    name,
    title: words.text('title') ?? name,
    labelColumn: words.text('label') ?? null,
    leaveOut: words.all('leave-out'),
    header: header === undefined ? null : header === 'yes',
    separator: words.choice('separator', SEPARATORS) ?? null,
    decimal: words.choice('decimal', DECIMALS) ?? null,
    missing: words.choice('missing', MISSING),
    scaling: words.choice('scaling', SCALINGS) ?? null,
    split: words.choice('split', SPLITS) ?? (splitColumn === undefined ? null : 'column'),
    testFraction: fraction === undefined ? undefined : Number(fraction),
    stratified: !words.has('unstratified'),
    splitSeed: words.whole('split-seed', 0, Number.MAX_SAFE_INTEGER),
    splitColumn: splitColumn ?? null,
    testValue: words.text('test-value'),
    image: shapeOf(words.text('shape')),
  })
  if (parsed.success) return parsed.data
  const field = String(parsed.error.issues[0]?.path[0] ?? '')
  if (field === 'name') throw new UsageProblem(`--name takes lower-case letters, digits and hyphens, found "${name}".`)
  if (field === 'testFraction')
    throw new UsageProblem(`--test-fraction takes a share above 0 and up to 0.5, found "${fraction ?? ''}".`)
  throw new UsageProblem(`${field}: ${parsed.error.issues[0]?.message ?? ''}.`)
}

function shapeOf(text: string | undefined): DataMapping['image'] {
  if (text === undefined) return null
  const [, height, width, channels = '1'] = /^(\d{1,4})x(\d{1,4})(?:x([13]))?$/.exec(text) ?? []
  if (height === undefined || Number(height) < 1 || Number(width) < 1 || Number(height) > 4096 || Number(width) > 4096)
    throw new UsageProblem(`--shape takes height x width, 28x28, or 32x32x3 for colour, found "${text}".`)
  return { height: Number(height), width: Number(width), channels: channels === '3' ? 3 : 1 }
}

export async function add(words: Words, terminal: Terminal): Promise<number> {
  const [, ...paths] = words.operands
  const [first] = paths
  if (first === undefined)
    throw new UsageProblem(
      'Expected "data add FILE…", found no file.',
      'FILE is a table (CSV, Parquet), arrays (NPZ, NPY, IDX), or a folder with a folder of PNG images per class.',
    )
  const mapping = readMapping(words, first)
  const tests = words.all('test')
  let told = performance.now()
  const tell = (stage: string, rows: number): void => {
    if (performance.now() - told < 200) return
    told = performance.now()
    terminal.status(`${stage}: ${rows.toLocaleString('en')} samples`)
  }
  if (words.has('look')) {
    const look = await lookAtFiles(paths, tests, mapping, (rows) => tell('reading', rows))
    terminal.status('')
    tellLook(look, terminal)
    return look.problem === null ? EXIT.done : EXIT.refused
  }
  const made = await addDataSet(paths, tests, mapping, tell)
  terminal.status('')
  terminal.data({ kind: 'added', ...made })
  terminal.print(
    `${terminal.paint('green', made.name)}: ${sum(made.trainCounts).toLocaleString('en')} training and ${sum(made.testCounts).toLocaleString('en')} test samples, ${features(made.features)}, ${made.classNames.length} classes`,
  )
  for (const note of made.notes) terminal.print(terminal.paint('yellow', note))
  terminal.print(
    `Use it with "--set data.name=${made.name} --set widths=[${made.features},100,${made.classNames.length}]", or on the screen “New experiment”.`,
  )
  return EXIT.done
}

function features(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'feature' : 'features'}`
}

function tellLook(look: DataLook, terminal: Terminal): void {
  terminal.data({ kind: 'look', ...look, samples: look.samples.length })
  if (terminal.json) return
  const { mapping } = look
  terminal.print(
    `${look.trainCount.toLocaleString('en')} training and ${look.testCount.toLocaleString('en')} test samples, ${features(look.features)}, ${size(look.bytes)} once kept`,
  )
  terminal.print(
    `label: ${mapping.labelColumn ?? 'the array of labels'} · scaling: ${mapping.scaling ?? ''} · test samples: ${mapping.split ?? ''}${look.image === null ? '' : ` · ${look.imageIsGuess ? 'could be images of' : 'images of'} ${look.image.height}×${look.image.width}`}`,
  )
  if (look.columns.length > 0)
    for (const line of table(
      ['column', 'role', '>least', '>most', '>missing', '>words'],
      look.columns.map(({ name, role, range, missing, words }) => [
        name,
        role,
        range === null ? '' : String(+range[0].toPrecision(6)),
        range === null ? '' : String(+range[1].toPrecision(6)),
        String(missing),
        String(words),
      ]),
    ))
      terminal.print(line)
  for (const line of table(
    ['class', '>training', '>test'],
    look.classes.map(({ name, train, test }) => [name, train.toLocaleString('en'), test.toLocaleString('en')]),
  ))
    terminal.print(line)
  for (const note of look.notes) terminal.print(terminal.paint('yellow', note))
  if (look.problem !== null)
    for (const line of wrap(`${look.problem.message} ${look.problem.next}`, Math.min(100, terminal.width), ''))
      terminal.print(terminal.paint('red', line))
}

export function remove(words: Words, terminal: Terminal): number {
  const [, name, ...more] = words.operands
  if (name === undefined || more.length > 0) throw new UsageProblem('Expected "data remove NAME", with one name.')
  const folder = removeOwn(name)
  terminal.data({ kind: 'removed', name, folder })
  terminal.print(`${name} is removed; its results stay, but cannot be resumed.`)
  return EXIT.done
}
