/**
 * A small paper made up for it, from a file to verdicts: two rules on ten glyphs. What is printed of it is what the runs'
 * own `summary.json` says.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { answered, apical, start, type Finished } from './process.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-cli-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

interface Spread {
  mean: number
  sd: number
  n: number
}

/** Ten images, a few of which are classified by a network that is small enough for seconds. */
function tiny(preset: string, epochs: number) {
  const experiment = presetNamed(preset)?.experiment
  if (experiment === undefined) throw new Error(`There is no preset ${preset}.`)
  return {
    ...experiment,
    name: preset,
    preset: null,
    widths: [784, 16, 10],
    data: { name: 'glyphs', seed: 0, limitTrain: 10, limitTest: 20 },
    training: { ...experiment.training, epochs, batchSize: 2 },
    measures: [],
    seeds: [0, 1, 2],
    engine: { name: 'reference', precision: 'float32', device: null, threads: null },
  }
}

/** @param printed training accuracy of backpropagation, whose thousands of weights learn ten images by heart */
function paperFile(name: string, printed: Spread, backprop = tiny('backprop-glyphs', 40)) {
  const published = { test: { mean: 0.1, sd: 0.05, n: 3 }, train: { mean: 0.2, sd: 0.05, n: 3 } }
  const curves = (mean: number) =>
    ['backprop', 'corinfomax'].map((row) => ({
      ...{ row, label: row, n: 3, mean: [mean, mean], low: null, high: null },
    }))
  const paper = {
    ...{ format: 'apical-paper', version: 1, id: 'tiny', title: 'A tiny paper' },
    rows: [
      { id: 'backprop', label: 'Backprop', experiment: backprop, published: { ...published, train: printed } },
      { id: 'corinfomax', label: 'CorInfoMax', experiment: tiny('corinfomax-glyphs-small', 2), published },
    ],
    exhibits: [
      ...(['test', 'train'] as const).map((quantity) => ({
        ...{ id: `${quantity}-curves`, title: `The ${quantity} curves`, section: 'Figures', kind: 'curves', quantity },
        ...{ x: { unit: 'epoch', at: [1, 2] }, band: 'sample sd', curves: curves(0.1) },
      })),
      {
        ...{ id: 'table', title: 'The table', section: 'Tables', kind: 'table', quantity: 'train' },
        rows: ['backprop', 'corinfomax'],
      },
    ],
  }
  const path = join(scratch, `${name}.json`)
  writeFileSync(path, JSON.stringify(paper))
  return path
}

const byHeart = { mean: 1, sd: 0, n: 3 }
const results = (name: string) => join(scratch, name)
const only = ({ lines }: Finished, kind: string) => lines.filter((line) => line.kind === kind)

interface Line {
  id: string
  verdicts: Record<string, number>
  rows: { id: string; ours: Spread; published: Spread; runs: { id: string }[]; verdict: string }[]
  curves: { row: string; at: number[]; mean: number[] }[]
}
const exhibits = (finished: Finished) => only(finished, 'exhibit') as unknown as Line[]

it('a paper is listed, trained by one command, shown with its runs’ numbers, and judged', async () => {
  const out = results('journey')
  const here = ['--paper', paperFile('paper', byHeart), '--out', out]

  const listed = await apical(['paper', ...here, '--json'])
  expect([listed.code, listed.err]).toEqual([0, ''])
  expect(listed.lines.map(({ kind, id, exhibitKind }) => [kind, id, exhibitKind])).toEqual([
    ['exhibit', 'test-curves', 'curves'],
    ['exhibit', 'train-curves', 'curves'],
    ['exhibit', 'table', 'table'],
  ])
  for (const line of listed.lines)
    expect(line).toMatchObject({ verdicts: { 'not run': 2 }, missing: { experiments: 2, runs: 6, obstacles: [] } })

  const trained = await apical(['paper', 'run', 'all', ...here])
  expect(trained.code).toBe(0)
  expect(trained.out).toMatch(/^2 experiments, 6 runs to train\.$/m)
  expect(trained.out).toMatch(/^Backprop +100\.00 ± 0\.00 \(3\) +100\.00 ± 0\.00 \(3\) +\+0\.00 +0\.10 +inside/m)
  expect(trained.out.match(/^Nothing is missing here\.$/gm)).toHaveLength(3)
  const folders = readdirSync(out).filter((name) => !name.startsWith('.'))
  expect(folders).toHaveLength(2)

  // Nothing is trained twice; and in JSON what was trained is followed by what came of it.
  const again = await apical(['paper', 'run', 'table', 'test-curves', ...here, '--json'])
  expect(again.code).toBe(0)
  expect(exhibits(again).map(({ id }) => id)).toEqual(['table', 'test-curves'])
  expect(again.lines).toHaveLength(2)
  expect(readdirSync(out).filter((name) => !name.startsWith('.'))).toEqual(folders)

  const [table, test] = exhibits(again)
  const summaryOf = (folder: string) =>
    JSON.parse(readFileSync(join(out, folder, 'summary.json'), 'utf8')) as Record<string, unknown>
  for (const [line, part] of [
    [table, 'trainAccuracy'],
    [test, 'testAccuracy'],
  ] as const) {
    expect(line?.rows.map(({ id }) => id)).toEqual(['backprop', 'corinfomax'])
    for (const { id, ours, runs } of line?.rows ?? []) {
      expect(runs).toHaveLength(1)
      expect(ours, `${part} of ${id}`).toEqual(summaryOf(runs[0]?.id ?? '')[part])
    }
  }
  expect(new Set(table?.rows.flatMap(({ runs }) => runs.map(({ id }) => id)))).toEqual(new Set(folders))
  expect(test?.curves.map(({ row, at }) => [row, at])).toEqual([
    ['backprop', [1, 2]],
    ['corinfomax', [1, 2]],
  ])

  // What was printed elsewhere than it is: the exit code that scripts wait for.
  const moved = ['--paper', paperFile('moved', { ...byHeart, mean: 0.5 }), '--out', out]
  const outside = await apical(['paper', 'show', 'table', ...moved])
  expect(outside.code).toBe(1)
  expect(outside.out).toMatch(/^Backprop +50\.00 ± 0\.00 \(3\) +100\.00 ± 0\.00 \(3\) +\+50\.00 +0\.10 +outside/m)
  expect((await apical(['paper', ...moved])).code).toBe(1)
  expect((await apical(['paper', 'show', 'test-curves', ...moved])).code, 'of an exhibit without it').toBe(0)

  // One seed more in the file is one run more here, and a seed that is not asked for is none.
  const wider = tiny('backprop-glyphs', 40)
  const more = ['--paper', paperFile('more', byHeart, { ...wider, seeds: [0, 1, 2, 3, 4] }), '--out', out]
  const fourth = await apical(['paper', 'run', 'table', '--seeds', '1,4', ...more, '--json'])
  expect(only(fourth, 'started')).toMatchObject([{ seeds: [4] }])
  expect(exhibits(fourth)[0]).toMatchObject({ rows: [{ ours: { n: 4 } }, { ours: { n: 3 } }], missing: { runs: 1 } })
})

it('Ctrl-C leaves a run that the same command goes on with', async () => {
  const out = results('stopped')
  const long = tiny('backprop-glyphs', 60)
  const words = ['paper', 'run', 'all', '--paper', paperFile('long', byHeart, long), '--out', out, '--json']
  const running = start(words)
  const { folder } = await running.until(({ kind }) => kind === 'started')
  await running.until(({ kind, epoch }) => kind === 'epoch' && epoch === 2)
  running.child.kill('SIGINT')
  const stopped = await running.finished
  expect(stopped.code).toBe(130)
  expect(only(stopped, 'exhibit'), 'the other row is not begun, and nothing is judged').toEqual([])
  expect(only(stopped, 'started')).toHaveLength(1)

  const shown = await apical(['paper', 'show', 'table', '--paper', join(scratch, 'long.json'), '--out', out])
  expect(shown.out).toMatch(/^Backprop .*not finished +\d+ of 60 epochs\.$/m)

  const resumed = await apical(words)
  const begun = only(resumed, 'started') as { folder: string; fromEpoch: number }[]
  expect(begun.map((one) => basename(one.folder))[0]).toBe(basename(String(folder)))
  expect(begun[0]?.fromEpoch).toBeGreaterThanOrEqual(2)
  expect(begun[1]).toMatchObject({ fromEpoch: 0 })
  expect(readdirSync(out).filter((name) => !name.startsWith('.'))).toHaveLength(2)
  for (const line of exhibits(resumed)) expect(line).toMatchObject({ missing: { experiments: 0, underWay: 0 } })
})

it('the paper that ships is shown with the evidence that ships', async () => {
  const words = ['paper', 'show', 'mnist-test-accuracy-comparison', '--out', results('nothing')]
  const { out, code } = await apical(words)
  expect(code).toBe(0)
  expect(out).toMatch(/^\* CorInfoMax: shipped with Apical, run on .* on \d{4}-\d\d-\d\d/m)
  const printed = presetNamed('corinfomax-mnist')?.published
  const text = `${((printed?.mean ?? 0) * 100).toFixed(2)} ± ${((printed?.sd ?? 0) * 100).toFixed(2)}`
  expect(out).toMatch(
    new RegExp(`^CorInfoMax +${text.replaceAll('.', String.raw`\.`)} \\(10\\) .* \\(10\\) \\* .*inside`, 'm'),
  )
})

describe.concurrent('refuses', () => {
  const out = results('refused')
  const paper = paperFile('refused', byHeart)
  async function refused(words: readonly string[], ...said: readonly RegExp[]): Promise<void> {
    const finished = await answered(['paper', ...words, '--out', out])
    for (const sentence of said) expect(finished.err).toMatch(sentence)
    expect(finished.err, 'a person reads this: no stack').not.toMatch(/^\s+at /m)
    expect([finished.code, finished.out]).toEqual([2, ''])
  }
  const file = (name: string, text: string): string => {
    writeFileSync(join(scratch, name), text)
    return join(scratch, name)
  }

  it('an exhibit that there is not, with the nearest one', () =>
    refused(['show', 'tabel', '--paper', paper], /no exhibit "tabel"\. Did you mean "table"\?/))
  it('to run one that there is not', () =>
    refused(['run', 'table', 'none', '--paper', paper], /no exhibit "none"/, /apical paper/))
  it('to show nothing, or all at once', async () => {
    await refused(['show', '--paper', paper], /Expected the id of an exhibit, found nothing/)
    await refused(['show', 'table', 'test-curves', '--paper', paper], /found "test-curves" after it/)
  })
  it('an action that there is not', () => refused(['shwo', 'table'], /found "shwo"\. Did you mean "show"\?/))
  it.each([
    [['show', 'table', '--seeds', '1'], 'seeds'],
    [['show', 'table', '--ours-only'], 'ours-only'],
    [['run', 'table', '--ours-only'], 'ours-only'],
    [['run', 'table', '--to', 'x.pdf'], 'to'],
    [['export', 'table', '--to', 'x.pdf', '--engine', 'reference'], 'engine'],
    [['--threads', '2'], 'threads'],
  ] as const)('%j, which would do nothing', (words, option) =>
    refused([...words, '--paper', paper], new RegExp(`takes no --${option}\\.`)),
  )
  it('seeds that are none of the paper’s', () =>
    refused(['run', 'table', '--seeds', '0,7', '--paper', paper], /--seeds/, /0, 1, 2/, /found 7/))
  it('to export nowhere', () => refused(['export', 'table', '--paper', paper], /--to FILE/))
  it('an engine that there is not', () =>
    refused(['run', 'table', '--engine', 'refrence', '--paper', paper], /Did you mean "reference"\?/))
  it('a paper that the lab does not have', () => refused(['--paper', 'nobody'], /There is no paper "nobody"/))
  it('a file that is not there', () => refused(['--paper', join(scratch, 'none.json')], /none\.json cannot be read/))
  it('a folder', () => {
    mkdirSync(join(scratch, 'folder.json'))
    return refused(['--paper', join(scratch, 'folder.json')], /folder\.json cannot be read/)
  })
  it('a file that is no JSON', () => refused(['--paper', file('words.json', 'hello')], /words\.json is not JSON/))
  it('a file that is no paper', () =>
    refused(['--paper', file('other.json', '{"version": 1}')], /other\.json is not a paper/, /"apical-paper"/))
  it('a paper of a later version', () =>
    refused(['--paper', file('later.json', '{"format": "apical-paper", "version": 2}')], /version 1 or lower, found 2/))
  it('a paper that contradicts itself, with the place', () => {
    const broken = JSON.parse(readFileSync(paper, 'utf8')) as { exhibits: { rows?: string[] }[] }
    broken.exhibits[2]!.rows = ['nobody']
    return refused(['--paper', file('broken.json', JSON.stringify(broken))], /exhibits\.2/, /"nobody"/)
  })
})
