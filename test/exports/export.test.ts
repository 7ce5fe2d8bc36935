/**
 * `apical export`: every number beside the line of metrics.jsonl that says it, every weight beside the bytes of its
 * safetensors file, every checksum computed again; and that nothing is overwritten or left half written.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import yauzl from 'yauzl'
import { npyPieces, readNpyHeader } from '../../src-main/data/npy.ts'
import type { ExportKind } from '../../src-main/contract.ts'
import { exportRuns, readForExport, type TableName } from '../../src-main/lab/exports.ts'
import { answered } from '../cli/process.ts'
import { ODD_NAME, Runs, SEEDS } from './runs.ts'

let runs: Runs
beforeAll(() => {
  runs = new Runs()
})
afterAll(() => {
  runs.remove()
})

async function exported(names: readonly string[], name: string, table: TableName = 'epochs'): Promise<string> {
  const file = runs.at(`written/${name}`)
  const read = await readForExport(names.map((run) => ({ folder: runs.folder(run), kind: 'run' })))
  const kind = name.slice(name.lastIndexOf('.') + 1) as ExportKind
  await exportRuns(read, { ...{ kind, file, table, besides: [], author: null, licence: null } })
  return file
}

type Row = Readonly<Record<string, string>>

function rowsOf(text: string): readonly Row[] {
  const { data, errors } = Papa.parse<Row>(text.trimEnd(), { header: true })
  expect(errors).toEqual([])
  return data
}

describe('tables', () => {
  it('have every epoch of every seed as metrics.jsonl has it, done again where it was', async () => {
    const rows = rowsOf(readFileSync(await exported(['plain', 'odd'], 'epochs.csv'), 'utf8'))
    const expected = ['plain', 'odd'].flatMap((run) =>
      SEEDS.flatMap((seed) =>
        runs.lines(run, seed).map(({ epoch, trainAccuracy, testAccuracy, seconds }) => ({
          ...{ run, seed, epoch, trainAccuracy, testAccuracy, validationAccuracy: '', seconds },
        })),
      ),
    )
    expect(rows.length).toBe(2 * 5 * 10)
    for (const [at, row] of rows.entries())
      expect(row).toMatchObject(Object.fromEntries(Object.entries(expected[at] ?? {}).map(([k, v]) => [k, String(v)])))
    // The seconds of what was done again, not of what was lost.
    expect(rows.find(({ run, seed, epoch }) => run === 'odd' && seed === '10' && epoch === '10')?.['seconds']).not.toBe(
      rows.find(({ run, seed, epoch }) => run === 'plain' && seed === '10' && epoch === '10')?.['seconds'],
    )
  })

  it('have settings as columns, and no cell that a spreadsheet would run', async () => {
    const text = readFileSync(await exported(['plain', 'odd'], 'settings.csv', 'results'), 'utf8')
    const rows = rowsOf(text)
    expect(rows.map(({ beta }) => beta)).toEqual([...Array<string>(5).fill('1'), ...Array<string>(5).fill('0.25')])
    expect(rows[0]).toMatchObject({ 'training.batchSize': '20', widths: '784-128-10', lrForward: '1,0.7' })
    expect(new Set(rows.slice(5).map(({ name }) => name))).toEqual(new Set([`'${ODD_NAME}`]))
  })

  it('have a row for each seed, and say which ones the mean is of', async () => {
    const rows = rowsOf(readFileSync(await exported(['odd'], 'results.csv', 'results'), 'utf8'))
    expect(rows.map(({ seed, status, counted }) => `${seed ?? ''} ${status ?? ''} ${counted ?? ''}`)).toEqual([
      ...['0 done true', '10 done true', '20 collapsed false', '30 done true', '40 done true'],
    ])
    for (const row of rows)
      expect(Number(row['testAccuracy'])).toBe(runs.lines('odd', Number(row['seed'])).at(-1)?.testAccuracy)
  })

  it('have every value of a measure', async () => {
    const rows = rowsOf(readFileSync(await exported(['plain'], 'measures.csv', 'measures'), 'utf8'))
    const written = SEEDS.flatMap((seed) =>
      readFileSync(join(runs.folder('plain'), `seed-${seed}/metrics.jsonl`), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{"kind":"measure"'))
        .map((line) => JSON.parse(line) as { batch: number; measure: string; values: Record<string, number> })
        .flatMap(({ batch, measure, values }) =>
          Object.entries(values).map(([series, value]) => [seed, batch, measure, series, value].join(' ')),
        ),
    )
    expect(written.length).toBeGreaterThan(0)
    const found = rows.map(({ seed, batch, measure, series, value }) => [seed, batch, measure, series, value].join(' '))
    expect(found.sort()).toEqual(written.sort())
  })

  it('are the same as Parquet, with types', async () => {
    const csv = rowsOf(readFileSync(await exported(['plain', 'odd'], 'same.csv'), 'utf8'))
    const file = await asyncBufferFromFile(await exported(['plain', 'odd'], 'same.parquet'))
    const rows = await parquetReadObjects({ file })
    expect(rows.length).toBe(csv.length)
    for (const [at, row] of rows.entries())
      for (const [name, value] of Object.entries(row))
        expect(String(value ?? ''), name).toBe(name === 'name' ? csv[at]?.[name]?.replace(/^'/, '') : csv[at]?.[name])
    expect(rows[0]).toMatchObject({ seed: 0n, epoch: 1n, beta: 1, threePhase: false, validationAccuracy: null })
  })
})

describe('weights', () => {
  it('are the bytes of weights.safetensors, named by seed', async () => {
    const entries = await entriesOf(await exported(['plain'], 'weights.npz'))
    const names = [...entries.keys()]
    expect(names).toEqual([...new Set(names)])
    let compared = 0
    for (const seed of SEEDS)
      for (const [name, { shape, bytes }] of tensorsIn(
        join(runs.folder('plain'), `seed-${seed}/weights.safetensors`),
      )) {
        const npy = entries.get(`seed-${seed}/${name}.npy`) ?? Buffer.alloc(0)
        const { shape: found, start, columnMajor } = readNpyHeader(npy, name)
        expect([found, columnMajor, start % 64]).toEqual([shape, false, 0])
        expect(npy.subarray(start).equals(bytes), name).toBe(true)
        compared++
      }
    expect(names.length).toBe(compared)
  })

  it('say the run where there are several', async () => {
    const names = [...(await entriesOf(await exported(['plain', 'odd'], 'both.npz'))).keys()]
    expect(names.filter((name) => name.startsWith('odd/seed-40/'))).toEqual(
      names.filter((name) => name.startsWith('plain/seed-40/')).map((name) => name.replace('plain', 'odd')),
    )
  })

  it('refuse a shape that does not fit', () => {
    expect(() => npyPieces([2, 3], new Float32Array(5))).toThrow('2 × 3 has 6 entries, found 5')
  })
})

describe('a zip', () => {
  it('has the checksum of all that is in it, and nothing of this machine', async () => {
    const path = runs.at('written/all.zip')
    const { code, lines } = await runs.apical(['export', 'plain', 'odd', '--to', path, '--report', '--json'])
    expect([code, lines]).toEqual([
      0,
      [{ kind: 'export', file: path, bytes: statSync(path).size, runs: ['plain', 'odd'] }],
    ])
    const entries = await entriesOf(path)
    const manifest = entries.get('manifest-sha256.txt')?.toString() ?? ''
    const sums = new Map(
      manifest
        .trimEnd()
        .split('\n')
        .map((line) => [line.slice(66), line.slice(0, 64)]),
    )
    expect([...sums.keys(), 'manifest-sha256.txt'].sort()).toEqual([...entries.keys()].sort())
    for (const [path, sum] of sums)
      expect(
        createHash('sha256')
          .update(entries.get(path) ?? '')
          .digest('hex'),
        path,
      ).toBe(sum)
    const names = [...entries.keys()]
    for (const path of [
      'epochs.csv',
      'results.parquet',
      'measures.csv',
      'weights.npz',
      'report.html',
      'odd/labels.json',
    ])
      expect(names).toContain(path)
    expect(names.filter((name) => /local\.json|run\.log|checkpoint|worker/.test(name))).toEqual([])
    for (const [path, bytes] of entries) expect(bytes.includes(runs.home), path).toBe(false)
    // Byte for byte what the folder has.
    const own = join(runs.folder('odd'), 'seed-10/metrics.jsonl')
    expect(entries.get('odd/seed-10/metrics.jsonl')?.equals(readFileSync(own))).toBe(true)
  })

  it('tells in its crate of each file, and only what was recorded', async () => {
    const entries = await entriesOf(await exported(['plain', 'odd'], 'crate.zip'))
    const { '@graph': graph } = JSON.parse(entries.get('ro-crate-metadata.json')?.toString() ?? '') as {
      '@graph': readonly Record<string, unknown>[]
    }
    const files = graph.filter((entity) => entity['@type'] === 'File')
    expect(files.map((file) => file['@id']).sort()).toEqual(
      [...entries.keys()].filter((name) => !/^(manifest-sha256\.txt|ro-crate-metadata\.json)$/.test(name)).sort(),
    )
    const actions = graph.filter((entity) => entity['@type'] === 'CreateAction')
    const recorded = (file: string): Record<string, string> =>
      JSON.parse(readFileSync(join(runs.folder('plain'), file), 'utf8')) as Record<string, string>
    expect(actions.map((action) => action['name'])).toContain(`Training of ${ODD_NAME}`)
    for (const action of actions) {
      expect(Date.parse(String(action['startTime']))).toBe(Date.parse(recorded('environment.json')['started'] ?? ''))
      expect(Date.parse(String(action['endTime']))).toBe(Date.parse(recorded('status.json')['updated'] ?? ''))
      expect(action).not.toHaveProperty('agent')
    }
    expect(graph.filter((entity) => entity['@type'] === 'Person')).toEqual([])
    expect(graph.find((entity) => entity['@id'] === './')?.['license']).toBe('No licence is stated.')
  })
})

it('a results folder becomes a crate in place, once', async () => {
  const crate = join(runs.folder('plain'), 'ro-crate-metadata.json')
  const words = ['export', 'plain', '--crate', '--author', 'Ada Example', '--licence', 'https://example.org/licence']
  expect((await runs.apical(words)).code).toBe(0)
  const text = readFileSync(crate, 'utf8')
  expect(text).toContain('"name": "Ada Example"')
  expect(text).not.toContain(runs.home)
  const again = await runs.apical(words)
  expect([again.code, again.err]).toEqual([2, expect.stringMatching(/is there already/)])
  expect(readFileSync(crate, 'utf8')).toBe(text)
})

describe.concurrent('refuses', () => {
  async function refused(words: readonly string[], said: RegExp): Promise<void> {
    const { code, out, err } = await answered(['export', ...words, '--out', runs.results])
    expect(err).toMatch(said)
    expect([code, out]).toEqual([2, ''])
  }
  const to = (name: string): string => runs.at(`written/${name}`)

  it('no run', () => refused(['--to', to('no.zip')], /Expected RUN/))
  it('a file of another kind', () =>
    refused(['plain', '--to', to('no.txt')], /\.zip, \.csv, \.parquet or \.npz, found/))
  it('a run given twice', () => refused(['plain', runs.folder('plain'), '--to', to('no.zip')], /every run once/))
  it('a run that is not there, and writes nothing', async () => {
    await refused(['plain', 'third', '--to', to('no.zip')], /no experiment "third"/)
    expect(existsSync(to('no.zip'))).toBe(false)
  })
  it('options that would do nothing', async () => {
    await Promise.all([
      refused(['plain', '--to', to('no.npz'), '--table', 'results'], /--table goes with/),
      refused(['plain', '--to', to('no.csv'), '--author', 'A'], /--author goes with/),
      refused(['plain', '--crate', '--to', to('no.zip')], /does not go with --crate/),
    ])
  })
  it('to write over a file', async () => {
    writeFileSync(to('mine.csv'), 'mine')
    await refused(['plain', '--to', to('mine.csv')], /is there already/)
    expect(readFileSync(to('mine.csv'), 'utf8')).toBe('mine')
  })
})

it('leaves nothing half written where weights are missing', async () => {
  const folder = runs.folder('bare')
  cpSync(runs.folder('odd'), folder, { recursive: true })
  for (const seed of SEEDS) rmSync(join(folder, `seed-${seed}/weights.safetensors`))
  const before = readdirSync(runs.at('written'))
  await expect(exported(['bare'], 'bare.npz')).rejects.toThrow(/has no weights yet/)
  expect(readdirSync(runs.at('written'))).toEqual(before)
})

async function entriesOf(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const zip = await yauzl.openPromise(path)
  const entries = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry())
    entries.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
  return entries
}

/** By the format's own description: a length, a header in JSON, bytes. */
function tensorsIn(path: string): ReadonlyMap<string, { shape: number[]; bytes: Buffer }> {
  const file = readFileSync(path)
  const begins = 8 + Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, begins)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            shape,
            data_offsets: [from, to],
          },
        ]) => [name, { shape, bytes: file.subarray(begins + from, begins + to) }],
      ),
  )
}
