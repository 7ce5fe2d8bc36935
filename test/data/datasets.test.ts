/** Data sets on disk, in real folders: where they are looked for, what is wrong with them, what is remembered. */
import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DATASET_NAMES } from '../../src-main/experiment/experiment.ts'
import { DataProblem } from '../../src-main/data/problem.ts'
import { describeDataSets, loadDataSet, useDataFolder, verifyDataSet } from '../../src-main/lab/datasets.ts'
import { idxFile, imagesFile, labelsFile, pattern } from './idx-file.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-data-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

let folders = 0
function folder(files: Readonly<Record<string, Uint8Array>> = {}): string {
  const path = join(scratch, String(folders++))
  mkdirSync(path)
  write(path, files)
  return path
}

function write(path: string, files: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes)
}

/** Small, whole, in IDX. */
const small = (train = 30, test = 12): Record<string, Uint8Array> => ({
  'train-images-idx3-ubyte': imagesFile(train),
  'train-labels-idx1-ubyte': labelsFile(train),
  't10k-images-idx3-ubyte': imagesFile(test),
  't10k-labels-idx1-ubyte': labelsFile(test),
})

const packed = (files: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]))

const load = (path: string | null, name: (typeof DATASET_NAMES)[number] = 'mnist') =>
  loadDataSet(name, { seed: 0, folder: path })

/** Of glyphs, the two toys and the 8×8 digits. */
const BUILT_IN = Array.from({ length: 4 }, () => 'built in')

async function refusal(work: Promise<unknown>): Promise<DataProblem> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(DataProblem)
  return error as DataProblem
}

beforeEach(() => {
  vi.stubEnv('APICAL_HOME', folder())
  vi.stubEnv('APICAL_DATA', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a folder of IDX files', () => {
  it.each(['plain', 'packed'])('%s, loads with the SHA-256 of each file', async (kind) => {
    const files = kind === 'plain' ? small() : packed(small())
    const { data, fingerprint, warnings } = await load(folder(files))
    expect(data).toMatchObject({ name: 'mnist', train: { count: 30, features: 784, classes: 10 }, test: { count: 12 } })
    expect(data.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    expect(data.train.pixels).toEqual(pattern(30 * 784))
    expect([...data.test.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    expect(fingerprint).toEqual(
      Object.fromEntries(
        Object.entries(files).map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
      ),
    )
    // Nobody may take results on these for results on MNIST.
    expect(warnings.join(' ')).toMatch(/train-images-idx3-ubyte(\.gz)? is not the published file of MNIST/)
  })

  it.each([
    ['packed without the ending', (name: string) => name, gzipSync, /idx3-ubyte is compressed with gzip/],
    ['plain with the ending', (name: string) => `${name}.gz`, (bytes: Uint8Array) => bytes, /\.gz is not compressed/],
    ['packed with another ending', (name: string) => `${name}.xz`, gzipSync, /with gzip, not with xz/],
  ])('%s, is told by its first bytes, read and noted', async (_, spelt, contents, said) => {
    const files = Object.entries(small()).map(([name, bytes]) => [spelt(name), contents(bytes)] as const)
    const path = folder(Object.fromEntries(files))
    const { data, notes } = await load(path)
    expect(data.train.pixels).toEqual(pattern(30 * 784))
    expect(data.test.labels).toHaveLength(12)
    expect(notes).toHaveLength(4)
    expect(notes.join(' ')).toMatch(said)
    const card = (await describeDataSets(path)).find(({ name }) => name === 'mnist')
    expect(card).toMatchObject({ state: 'present', trainCount: 30, detail: expect.stringMatching(said) as string })
    expect((await verifyDataSet(path))[0]).toMatchObject({ trainCount: 30, testCount: 12 })
  })

  it('may be spelt as mirrors spell it', async () => {
    const files = Object.fromEntries(
      Object.entries(small()).map(([name, bytes]) => [name.replace('-idx', '.idx'), bytes]),
    )
    expect((await load(folder(files))).data.train.count).toBe(30)
  })

  it('wastes no memory on pixels from a pool', async () => {
    const { pixels } = (await load(folder(packed(small(1, 1))))).data.test
    expect(pixels.buffer.byteLength).toBe(16 + 784)
  })
})

describe('is looked for', () => {
  it('where the person said: the folder itself, or the one in it that is named for the set', async () => {
    const parent = folder(small(5, 1))
    expect((await load(parent)).data.train.count).toBe(5)
    mkdirSync(join(parent, 'fashion-mnist'))
    write(join(parent, 'fashion-mnist'), small(7, 1))
    expect((await load(parent, 'fashion-mnist')).data.train.count).toBe(7)
    expect((await load(parent)).data.train.count).toBe(5)
  })

  it('then where it was remembered, then in APICAL_DATA, then in the home of the lab', async () => {
    const nowhere = await refusal(load(null))
    expect(nowhere.next).toMatch(/http.*--data.*APICAL_DATA/)

    const home = process.env['APICAL_HOME'] ?? ''
    mkdirSync(join(home, 'data', 'mnist'), { recursive: true })
    write(join(home, 'data', 'mnist'), small(3, 1))
    expect((await load(null)).data.train.count).toBe(3)

    const data = folder()
    mkdirSync(join(data, 'mnist'))
    write(join(data, 'mnist'), small(4, 1))
    vi.stubEnv('APICAL_DATA', data)
    expect((await load(null)).data.train.count).toBe(4)

    const own = folder(small(5, 1))
    expect(await useDataFolder('mnist', own)).toMatchObject({
      state: 'present',
      trainCount: 5,
      folder: own,
    })
    expect((await load(null)).data.train.count).toBe(5)
    expect((await load(data)).data.train.count).toBe(4)
  })

  it('not elsewhere when the person said where', async () => {
    vi.stubEnv('APICAL_DATA', folder(small()))
    const empty = folder()
    const { message, next } = await refusal(load(empty))
    expect(message).toContain(`${empty}: expected a folder with train-images-idx3-ubyte`)
    expect(next).toMatch(/^Get MNIST from http/)
    expect((await refusal(load(join(empty, 'gone')))).found).toBe('no such folder')
  })
})

describe('refused in one sentence', () => {
  const without = (name: string) => Object.fromEntries(Object.entries(small()).filter(([other]) => other !== name))
  /** Header of gigabytes, small when packed. */
  const bomb = gzipSync(idxFile(2051, [30, 28, 28], new Uint8Array(5_000_000)))
  const liar = gzipSync(idxFile(2051, [4_000_000_000, 28, 28], new Uint8Array(1000)))

  it.each([
    [
      'a missing file',
      without('t10k-labels-idx1-ubyte'),
      /t10k-labels-idx1-ubyte \(or t10k-labels-idx1-ubyte\.gz\) beside/,
      /no such file/,
    ],
    [
      'a cut file',
      { ...small(), 'train-images-idx3-ubyte': imagesFile(30).subarray(0, 9000) },
      /23,536 bytes \(30 images/,
      /9,000 bytes/,
    ],
    [
      'a longer file',
      { ...small(), 'train-images-idx3-ubyte': new Uint8Array([...imagesFile(30), 1]) },
      /23,536 bytes/,
      /more/,
    ],
    [
      'a cut .gz',
      { ...packed(small()), 'train-images-idx3-ubyte.gz': gzipSync(imagesFile(30)).subarray(0, 200) },
      /whole \.gz/,
      /cut short/,
    ],
    ['a .gz that is none', { ...packed(small()), 'train-labels-idx1-ubyte.gz': pattern(30) }, /\.gz file/, /not gzip/],
    ['a bomb', { ...packed(small()), 'train-images-idx3-ubyte.gz': bomb }, /23,536 bytes once unpacked/, /more/],
    [
      'a header that claims terabytes',
      { ...packed(small()), 'train-images-idx3-ubyte.gz': liar },
      /at most 268,435,456 bytes/,
      /3,136,000,000,016/,
    ],
    ['another magic number', { ...small(), 't10k-images-idx3-ubyte': labelsFile(30) }, /2051/, /2049/],
    ['images of another size', { ...small(), 'train-images-idx3-ubyte': imagesFile(30, 20, 20) }, /28×28/, /20×20/],
    ['labels of another count', { ...small(), 'train-labels-idx1-ubyte': labelsFile(29) }, /30 labels/, /29 labels/],
    [
      'a label beyond the classes',
      { ...small(), 'train-labels-idx1-ubyte': labelsFile(30, 11) },
      /0 to 9/,
      /10 as label 10/,
    ],
    ['an empty file', { ...small(), 'train-images-idx3-ubyte': new Uint8Array(0) }, /header/, /0 bytes/],
  ])('%s', async (_, files, expected, found) => {
    const path = folder(files)
    const problem = await refusal(load(path))
    expect(problem.expected).toMatch(expected)
    expect(problem.found).toMatch(found)
    expect(problem.file.startsWith(path)).toBe(true)
    expect(problem.next).toMatch(/\.$/)
    expect((await refusal(verifyDataSet(path))).found).toMatch(found)
  })

  it('whatever bytes a packed file holds', async () => {
    const good = packed(small(2, 1))
    const bytes = good['train-images-idx3-ubyte.gz'] ?? new Uint8Array()
    const path = folder(good)
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(2 * bytes.length), async (edits, cut) => {
        const changed = bytes.slice(0, Math.min(bytes.length, cut))
        for (const [at, to] of edits) if (at < changed.length) changed[at] = to
        write(path, { 'train-images-idx3-ubyte.gz': changed })
        await load(path).then(
          ({ data }) => expect(data.train.pixels.length).toBe(2 * 784),
          (error: unknown) => expect(error).toBeInstanceOf(DataProblem),
        )
      }),
      { numRuns: 150 },
    )
  })
})

describe('cards', () => {
  const stateOf = async (name: string, path: string | null = null) =>
    (await describeDataSets(path)).find((card) => card.name === name)

  it('are there for every set, with those that are built in always ready', async () => {
    const cards = await describeDataSets()
    expect(cards.map(({ name }) => name)).toEqual([...DATASET_NAMES])
    expect(cards.map(({ state }) => state)).toEqual([...BUILT_IN, 'missing', 'missing', 'missing', 'missing'])
    expect(cards[0]).toMatchObject({ trainCount: 10_000, testCount: 2_000, features: 784, classes: 10 })
    expect(cards.map(({ features, classes }) => [features, classes]).slice(-2)).toEqual([
      [3072, 10],
      [3072, 100],
    ])
    for (const { licence, detail } of cards) expect([licence, detail].every((text) => text.length > 5)).toBe(true)
  })

  it('tell what is there, what is incomplete and what is broken', async () => {
    const path = folder(packed(small()))
    expect(await stateOf('mnist', path)).toMatchObject({
      state: 'present',
      trainCount: 30,
      testCount: 12,
      detail: expect.stringMatching(/30 training.*not the published/) as string,
    })
    rmSync(join(path, 'train-labels-idx1-ubyte.gz'))
    expect(await stateOf('mnist', path)).toMatchObject({
      state: 'broken',
      detail: expect.stringContaining('train-labels-idx1-ubyte') as string,
    })
    write(path, { 'train-labels-idx1-ubyte.gz': gzipSync(imagesFile(1)) })
    expect(await stateOf('mnist', path)).toMatchObject({
      state: 'broken',
      detail: expect.stringContaining('magic') as string,
    })
  })

  it('survive a damaged memory of folders, which the next choice mends', async () => {
    const memory = join(process.env['APICAL_HOME'] ?? '', 'data-folders.json')
    for (const text of ['{', '[]', '{"mnist": 3}', '{"__proto__": "/"}']) {
      writeFileSync(memory, text)
      expect((await describeDataSets()).map(({ state }) => state)).toEqual([
        ...BUILT_IN,
        ...new Array<string>(4).fill(text === '{"__proto__": "/"}' ? 'missing' : 'broken'),
      ])
    }
    writeFileSync(memory, '{')
    await useDataFolder('mnist', folder(small()))
    expect(await stateOf('mnist')).toMatchObject({ state: 'present' })
    expect(Object.keys(JSON.parse(readFileSync(memory, 'utf8')) as object)).toEqual(['mnist'])
  })

  it('a folder is remembered only for a known set that it holds', async () => {
    expect((await refusal(useDataFolder('mnist', folder()))).message).toMatch(/train-images-idx3-ubyte/)
    expect((await refusal(useDataFolder('__proto__', folder()))).message).toMatch(/"__proto__"/)
    for (const name of ['glyphs', 'xor', 'digits-8x8'])
      expect((await refusal(useDataFolder(name, folder()))).message).toMatch(/built in/)
  })
})

describe('CIFAR', () => {
  const records = (count: number, labelBytes: number): Uint8Array => new Uint8Array(count * (3072 + labelBytes))
  const noXz = (() => {
    try {
      execFileSync('xz', ['--version'], { stdio: 'ignore' })
      return false
    } catch {
      return true
    }
  })()

  it('of a part of the published length is refused, there being no header to say that it is whole', async () => {
    const batches = Object.fromEntries(
      ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'].map((name) => [
        `${name}.bin`,
        records(1, 1),
      ]),
    )
    expect((await describeDataSets(folder(batches))).find(({ name }) => name === 'cifar-10')).toMatchObject({
      state: 'broken',
      detail: expect.stringContaining('30,730,000 bytes') as string,
    })
    expect((await refusal(load(folder(batches), 'cifar-10'))).message).toMatch(
      /expected 30,730,000 bytes \(as published\), found 3,073 bytes/,
    )
  })

  it('with the wrong ending is told by its first bytes too', async () => {
    const path = folder({ 'train_first25.bin': gzipSync(records(2500, 2)), 'test.bin.gz': records(10_000, 2) })
    const { data, notes } = await load(path, 'cifar-100')
    expect([data.train.count, data.test.count]).toEqual([2500, 10_000])
    expect(notes.join(' ')).toMatch(/train_first25\.bin is compressed with gzip.*test\.bin\.gz is not compressed/)
  })

  it('-100 takes the first 25 of each class for its training set, and says so everywhere', async () => {
    const path = folder({ 'train_first25.bin': records(2500, 2), 'test.bin.gz': gzipSync(records(10_000, 2)) })
    const { data, fingerprint, warnings } = await load(path, 'cifar-100')
    expect(data.train.count).toBe(2500)
    expect(fingerprint['subset']).toMatch(/2,500 of 50,000/)
    expect(warnings[0]).toMatch(/not results on CIFAR-100.*2,500 of 50,000/)
    expect((await describeDataSets(path)).at(-1)).toMatchObject({
      state: 'present',
      trainCount: 2500,
      detail: expect.stringContaining('2,500 of 50,000') as string,
    })
    expect(await verifyDataSet(path)).toMatchObject([
      {
        name: 'cifar-100',
        trainCount: 2500,
        published: false,
        subset: expect.stringContaining('2,500 of 50,000') as string,
      },
    ])
  })

  it.skipIf(noXz)(`is unpacked from .xz, within bounds${noXz ? ' (skipped: no xz on this machine)' : ''}`, async () => {
    const path = folder({ 'train_first25.bin': records(2500, 2), 'test.bin': records(10_000, 2) })
    execFileSync('xz', ['-0', join(path, 'test.bin')])
    expect((await load(path, 'cifar-100')).data.test.count).toBe(10_000)

    const whole = readFileSync(join(path, 'test.bin.xz'))
    write(path, { 'test.bin.xz': whole.subarray(0, whole.length - 40) })
    expect((await refusal(load(path, 'cifar-100'))).message).toMatch(
      /test\.bin\.xz: expected a whole \.xz file, found .*[Uu]nexpected end/,
    )
    write(path, { 'test.bin.xz': pattern(500) })
    expect((await refusal(load(path, 'cifar-100'))).message).toMatch(/whole \.xz file/)

    rmSync(join(path, 'test.bin.xz'))
    write(path, { 'test.bin': records(12_000, 2) })
    execFileSync('xz', ['-0', join(path, 'test.bin')])
    expect((await refusal(load(path, 'cifar-100'))).message).toMatch(/30,740,000 bytes once unpacked, found more/)
  })

  it('without xz says what to install', async () => {
    const path = folder({ 'train_first25.bin.xz': pattern(100), 'test.bin.xz': pattern(100) })
    vi.stubEnv('PATH', folder())
    const problem = await refusal(load(path, 'cifar-100'))
    expect(problem.expected).toMatch(/program xz/)
    expect(problem.next).toMatch(/Install xz-utils/)
  })
})

describe('verify', () => {
  it('reads every set in the folder and tells strangers from published files', async () => {
    const parent = folder(small(6, 2))
    mkdirSync(join(parent, 'fashion-mnist'))
    write(join(parent, 'fashion-mnist'), packed(small(8, 3)))
    const sets = await verifyDataSet(parent)
    expect(sets).toMatchObject([
      { name: 'fashion-mnist', trainCount: 8, testCount: 3, published: false },
      { name: null, trainCount: 6, testCount: 2, published: false },
    ])
    for (const { files } of sets)
      for (const file of files) expect(file).toMatchObject({ published: false, is: 'not a published file' })
  })

  it('refuses folders without any set', async () => {
    expect((await refusal(verifyDataSet(folder()))).expected).toMatch(/MNIST, Fashion-MNIST, CIFAR-10, CIFAR-100/)
    expect((await refusal(verifyDataSet(join(scratch, 'gone')))).found).toBe('no such folder')
  })
})

const windows = process.platform === 'win32'
describe.skipIf(windows)(`a place that cannot be looked into${windows ? ' (skipped: Windows)' : ''}`, () => {
  it('breaks the card of its own set, with the reason, and no other', async () => {
    const data = folder()
    symlinkSync(join(data, 'mnist'), join(data, 'mnist'))
    vi.stubEnv('APICAL_DATA', data)
    const cards = await describeDataSets()
    const broken = cards.filter(({ state }) => state === 'broken')
    expect(broken.map(({ name }) => name)).toEqual(['mnist'])
    expect(broken[0]?.detail).toContain('links lead back to themselves')
    expect(cards).toHaveLength(DATASET_NAMES.length)
    expect((await refusal(load(null))).message).toContain(join(data, 'mnist'))
  })

  it('does not hide the same set in the next usual place, and is named there', async () => {
    const data = folder()
    symlinkSync(join(data, 'mnist'), join(data, 'mnist'))
    vi.stubEnv('APICAL_DATA', data)
    const own = join(process.env['APICAL_HOME'] ?? '', 'data', 'mnist')
    mkdirSync(own, { recursive: true })
    write(own, small())
    const { folder: used, notes } = await load(null)
    expect(used).toBe(own)
    expect(notes).toEqual([expect.stringMatching(/links lead back to themselves.* is used\.$/)])
    const card = (await describeDataSets()).find(({ name }) => name === 'mnist')
    expect(card).toMatchObject({ state: 'present', folder: own, detail: expect.stringContaining('is used') as string })
    // Named by the person: the folder of several may be closed, and the set lie beside it.
    write(data, small(6, 2))
    expect((await load(data)).data.train.count).toBe(6)
  })

  it('also a file where a folder is expected is no reason to stop', async () => {
    const data = folder({ mnist: new Uint8Array(3) })
    vi.stubEnv('APICAL_DATA', data)
    expect((await describeDataSets()).find(({ name }) => name === 'mnist')?.state).toBe('missing')
    expect((await refusal(load(join(data, 'mnist')))).found).toBe('no such folder')
  })

  const root = process.getuid?.() === 0
  it.skipIf(root)(`a folder that may not be entered${root ? ' (skipped: root may enter all)' : ''}`, async () => {
    const data = folder()
    mkdirSync(join(data, 'mnist'), { mode: 0 })
    vi.stubEnv('APICAL_DATA', data)
    const cards = await describeDataSets()
    expect(cards.filter(({ state }) => state === 'broken').map(({ name }) => name)).toEqual(['mnist'])
  })

  it('or a FIFO in place of a file: refused in words, and nobody waits', async () => {
    const path = folder(small())
    rmSync(join(path, 'train-labels-idx1-ubyte'))
    execFileSync('mkfifo', [join(path, 'train-labels-idx1-ubyte')])
    expect((await refusal(load(path))).message).toContain('train-labels-idx1-ubyte')
    vi.stubEnv('APICAL_DATA', path)
    execFileSync('mkfifo', [join(process.env['APICAL_HOME'] ?? '', 'data-folders.json')])
    expect((await describeDataSets()).find(({ name }) => name === 'mnist')?.detail).toContain('FIFO')
  })
})
