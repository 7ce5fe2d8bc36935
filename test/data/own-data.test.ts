/** A person's tables and arrays, written byte by byte here: what comes out is what stands in them, or one sentence. */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkExperiment } from '../../src-main/experiment/check.ts'
import type { DataMapping } from '../../src-main/experiment/data-mapping.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { describeDataSets, loadDataSet, removeOwn } from '../../src-main/lab/datasets.ts'
import { idxFile } from './idx-file.ts'
import { OwnData } from './own-data.ts'

let own: OwnData
beforeAll(() => {
  own = new OwnData()
})
afterAll(() => {
  own.remove()
})

/** x is 10·i, z is i/4; the class of row i is a, b, a, b …; every fourth row is for testing. */
const ROWS = Array.from({ length: 12 }, (_, i) => ({
  x: 10 * i,
  z: i / 4,
  kind: i % 2 === 0 ? 'b' : 'a',
  part: i % 4 === 3 ? 'test' : 'train',
}))
const TRAIN = ROWS.filter(({ part }) => part === 'train')
const table = (line: (row: (typeof ROWS)[number]) => string, head = 'x,z,kind,part\n', end = '\n'): string =>
  head.replaceAll('\n', end) + ROWS.map((row) => line(row) + end).join('')
const PLAIN = table(({ x, z, kind, part }) => `${x},${z},${kind},${part}`)
const BY_PART: Partial<DataMapping> = { split: 'column', splitColumn: 'part' }
const BOM = '\ufeff'
const comma = (value: number): string => String(value).replace('.', ',')

describe('a table means the same however it is written', () => {
  const written: readonly (readonly [string, string | Uint8Array, Partial<DataMapping>?])[] = [
    ['plainly', PLAIN],
    ['with a BOM and CRLF', BOM + table(({ x, z, kind, part }) => `${x},${z},${kind},${part}`, undefined, '\r\n')],
    [
      'with semicolons and decimal commas',
      table(({ x, z, kind, part }) => `${x};${comma(z)};${kind};${part}`, 'x;z;kind;part\n'),
    ],
    ['with tabs', table(({ x, z, kind, part }) => `${x}\t${z}\t${kind}\t${part}`, 'x\tz\tkind\tpart\n')],
    ['with everything in quotes', table(({ x, z, kind, part }) => `"${x}","${z}","${kind}","${part}"`)],
    ['with blank lines and spaces', table(({ x, z, kind, part }) => `\n ${x} , ${z}, ${kind} ,${part}`)],
    ['without a last line feed', PLAIN.trimEnd()],
    ['in gzip', gzipSync(PLAIN)],
    ['in UTF-16', Buffer.from(BOM + PLAIN, 'utf16le')],
    [
      'without names',
      table(({ x, z, kind, part }) => `${x},${z},${kind},${part}`, ''),
      { splitColumn: '4', labelColumn: '3' },
    ],
    ['with exponents', table(({ x, z, kind, part }) => `${x.toExponential()},${z}e0,${kind},${part}`)],
  ]
  it.each(written.map(([how, content, over = {}]) => ({ how, content, over })))('$how', async ({ content, over }) => {
    const { data, record } = await own.add(own.write('table.csv', content), {
      ...BY_PART,
      labelColumn: 'kind',
      scaling: 'none',
      ...over,
    })
    expect(data.classNames).toEqual(['a', 'b'])
    expect([...data.train.pixels]).toEqual(TRAIN.flatMap(({ x, z }) => [x, z]))
    expect([...data.train.labels]).toEqual(TRAIN.map(({ kind }) => (kind === 'a' ? 0 : 1)))
    expect(data.test.count).toBe(3)
    expect(data.train.features).toBe(2)
    expect(record.sources).toEqual([
      {
        file: 'table.csv',
        bytes: Buffer.byteLength(content),
        sha256: createHash('sha256').update(content).digest('hex'),
      },
    ])
  })

  it('also over several lines of a quoted cell, whose lines are counted', async () => {
    const text = 'x,note,kind\n1,"two\nlines",a\n2,"said ""so""",b\n3,plain,a\nfour,plain,b\n'
    await expect(
      own.add(own.write('lines.csv', text), { leaveOut: ['note'], labelColumn: 'kind' }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/line 6, column "x": expected a number, found "four"/) as string,
    })
  })
})

describe('scaling knows the training samples alone', () => {
  const xs = TRAIN.map(({ x }) => x)
  const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length
  const deviation = Math.sqrt(xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length)
  const path = (): string => own.write('scaled.csv', PLAIN)

  it('standardised', async () => {
    const { data } = await own.add(path(), { ...BY_PART, scaling: 'standard' })
    TRAIN.forEach(({ x }, i) => expect(data.train.pixels[2 * i]).toBeCloseTo((x - mean) / deviation, 6))
    // Row 3, the first of the test part.
    expect(data.test.pixels[0]).toBeCloseTo((30 - mean) / deviation, 6)
  })

  it('to 0–1', async () => {
    const { data } = await own.add(path(), { ...BY_PART, scaling: 'unit' })
    const most = Math.max(...xs)
    TRAIN.forEach(({ x }, i) => expect(data.train.pixels[2 * i]).toBeCloseTo(x / most, 6))
    // The last row is for testing, and larger than all that is trained on.
    expect(data.test.pixels[4]).toBeCloseTo(110 / most, 6)
    expect(110 / most).toBeGreaterThan(1)
  })

  it('keeps the digits of large numbers: dates in seconds lie a second apart', async () => {
    const text = `t,kind\n${Array.from({ length: 40 }, (_, i) => `${1_700_000_000 + i},${i % 2}\n`).join('')}`
    const { data, record } = await own.add(own.write('dates.csv', text), { testFraction: 0.5, scaling: 'unit' })
    const { offset, divisor } = record.columns?.[0] ?? { offset: NaN, divisor: NaN }
    const dates = [...data.train.pixels, ...data.test.pixels].map((kept) => kept * divisor + offset)
    dates.sort((a, b) => a - b).forEach((date, i) => expect(date - (1_700_000_000 + i)).toBeCloseTo(0, 4))
  })

  it('of images by their whole range, and keeps their bytes', async () => {
    const text = `kind,${[1, 2, 3, 4].join(',')}\n0,0,50,100,200\n1,200,0,0,0\n0,0,0,0,0\n1,1,2,3,4\n`
    const { data } = await own.add(own.write('image.csv', text), {
      image: { height: 2, width: 2, channels: 1 },
      labelColumn: 'kind',
      testFraction: 0.5,
    })
    expect(data.train.pixels).toBeInstanceOf(Uint8Array)
    const [scale = 0, offset = 0] = [data.train.scaling.scale[0], data.train.scaling.offset[0]]
    expect(Math.max(...data.train.pixels) * scale + offset).toBeCloseTo(1)
    expect(data.train.image).toEqual({ height: 2, width: 2, channels: 1 })
  })
})

describe('test samples', () => {
  const many = `x,kind\n${Array.from({ length: 100 }, (_, i) => `${i},${i % 5 === 0 ? 'rare' : 'common'}\n`).join('')}`

  it('are the same fraction of every class, none of them trained on', async () => {
    const { data, record } = await own.add(own.write('many.csv', many), { testFraction: 0.25, scaling: 'none' })
    expect(record.testCounts).toEqual([20, 5])
    const seen = [...data.train.pixels, ...data.test.pixels].sort((a, b) => a - b)
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('are drawn anew with another seed, and the same with the same', async () => {
    const [a, b, c] = [
      await own.add(own.write('many.csv', many), { scaling: 'none' }),
      await own.add(own.write('many.csv', many), { scaling: 'none' }),
      await own.add(own.write('many.csv', many), { scaling: 'none', splitSeed: 1 }),
    ]
    expect(a.data.test.pixels).toEqual(b.data.test.pixels)
    expect(a.data.test.pixels).not.toEqual(c.data.test.pixels)
  })

  it('come from a file of their own, in the same classes', async () => {
    const { data } = await own.add(own.write('a.csv', 'x,kind\n1,p\n2,q\n'), { scaling: 'none' }, [
      own.write('b.csv', 'x,kind\n3,q\n'),
    ])
    expect([[...data.test.pixels], [...data.test.labels]]).toEqual([[3], [1]])
  })
})

describe('arrays and images', () => {
  const pixels = Uint8Array.from({ length: 6 * 4 }, (_, i) => i * 10)
  const labels = Uint8Array.of(0, 1, 0, 1, 0, 1)

  it('IDX by any name, packed or not', async () => {
    const { data } = await own.add(
      [
        own.write('my.images', gzipSync(idxFile(2051, [6, 2, 2], pixels))),
        own.write('my-labels.idx1-ubyte', idxFile(2049, [6], labels)),
      ],
      { testFraction: 0.34, scaling: 'none' },
    )
    expect(data.train.image).toEqual({ height: 2, width: 2, channels: 1 })
    expect([...data.train.pixels, ...data.test.pixels].sort((a, b) => a - b)).toEqual([...pixels])
  })

  it('a folder of PNG images per class: grey, colour by planes', async () => {
    const colour = Uint8Array.of(1, 2, 3, 4, 5, 6)
    for (const [label, many] of [
      ['cat', 3],
      ['dog', 3],
    ] as const)
      for (let i = 0; i < many; i++)
        own.write(`pets/${label}/${i}.png`, encode({ width: 2, height: 1, data: colour, channels: 3, depth: 8 }))
    const { data } = await own.add(join(own.home, 'files', 'pets'), { testFraction: 0.34 })
    expect(data.classNames).toEqual(['cat', 'dog'])
    expect([...data.train.pixels.subarray(0, 6)]).toEqual([1, 4, 2, 5, 3, 6])
    expect(data.train.scaling.scale.map((scale) => 255 * scale)).toEqual([1])
    own.write('pets/dog/9.png', encode({ width: 1, height: 1, data: Uint8Array.of(1), channels: 1, depth: 8 }))
    await expect(own.add(join(own.home, 'files', 'pets'))).rejects.toThrow(
      /9\.png: expected an image of 1×2 in colour, as the first one, found 1×1 in grey/,
    )
  })
})

/** What was tried, and what is said: the file, where in it, what was expected there, what was found. */
const REFUSED: readonly (readonly [string, string | Uint8Array, RegExp, Partial<DataMapping>?])[] = [
  ['an empty file', '', /expected a file with data, found an empty one/],
  ['blank lines alone', '\n\n \n', /expected lines with the columns of a table, found none/],
  ['one column', 'kind\na\nb\n', /found one column/],
  ['a header alone', 'x,kind\n', /expected at least one sample, found none/],
  ['a ragged line', 'x,z,kind\n1,2,a\n1,b\n', /line 3: expected 3 cells, as the first line has, found 2/],
  ['an open quote', 'x,kind\n1,"a\n2,b\n', /line 2: expected a quoted cell that ends with a quote/],
  ['NaN', 'x,kind\n1,a\nNaN,b\n', /line 3, column "x": expected a number, found "NaN"/],
  ['nothing in a cell', 'x,kind\n1,a\n,b\n', /line 3, column "x": expected a number, found nothing/],
  ['infinity', 'x,kind\n1,a\ninf,b\n', /line 3, column "x": expected a number, found "inf"/],
  ['hexadecimal', 'x,kind\n1,a\n 0x10,b\n', /line 3, column "x": expected a number, found "0x10"/],
  [
    'thousands',
    'x;kind\n1,5;a\n1.234,5;b\n',
    /line 3, column "x": expected a number, found "1.234,5"/,
    { decimal: 'comma' },
  ],
  [
    'words as a feature',
    'x,colour,kind\n1,red,a\n2,blue,b\n',
    /column "colour": expected a number, found "red"/,
    { labelColumn: 'kind' },
  ],
  ['a missing label', 'x,kind\n1,a\n2,\n3,b\n', /line 3, the label: expected a label, found nothing/],
  ['one class', 'x,kind\n1,a\n2,a\n', /column "kind": expected classes, found one class, "a", in every row/],
  [
    'quantities',
    `x,target\n${Array.from({ length: 50 }, (_, i) => `${i},${i * 1.5}\n`).join('')}`,
    /column "target": expected classes, found quantities, such as 1.5/,
  ],
  [
    'names',
    `x,kind\n${Array.from({ length: 50 }, (_, i) => `${i},n${i}\n`).join('')}`,
    /expected classes, found 50 different words in 50 rows, which are names/,
  ],
  ['a class with one sample', 'x,kind\n1,a\n2,a\n3,a\n4,b\n', /found too few: class "b" has 1/],
  ['the same name twice', 'x,x,kind\n1,2,a\n', /expected a name of its own for each column, found "x" twice/],
  ['another encoding', Buffer.from([0x78, 0x2c, 0x6b, 0x0a, 0x31, 0x2c, 0xe9, 0x0a]), /expected text in UTF-8/],
  ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]), /found a JPEG image/],
  ['a pickle', Buffer.from([0x80, 0x04, 0x95, 0]), /found a Python pickle/],
  ['an array of objects', npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 0), /found Python objects/],
  [
    'a cut NPY',
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9, 2), }", 10),
    /one array of samples and one of their labels/,
  ],
  [
    'a damaged zip',
    Buffer.from('PK\u0003\u0004 and then nothing of it'),
    /expected a whole NPZ file, found one that is damaged/,
  ],
  ['a damaged Parquet', Buffer.from('PAR1 and then nothing of it PAR1'), /expected a whole Parquet file/],
  [
    'a damaged gzip',
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 9, 9, 9, 9, 9]),
    /a \.gz file, found one that is damaged/,
  ],
  ['a gzip that is cut short', gzipSync(Buffer.from(PLAIN.repeat(3))).subarray(0, 90), /cut short|damaged/],
]

function npy(header: string, bytes: number): Uint8Array {
  const length = header.length + 1
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 255, length >> 8]),
    Buffer.from(`${header}\n`),
    Buffer.alloc(bytes),
  ])
}

describe('refused with one sentence, and nothing is kept', () => {
  it.each(REFUSED.map(([what, content, sentence, over = {}]) => ({ what, content, sentence, over })))(
    '$what',
    async ({ what, content, sentence, over }) => {
      const path = own.write(`refused-${what.replaceAll(' ', '-')}`, content)
      const before = readdirSync(join(own.home, 'data', 'own'))
      const problem = await own.add(path, over).then(
        () => null,
        (error: unknown) => error as Error & { next?: string },
      )
      expect(problem?.message).toMatch(sentence)
      expect(problem?.message).toContain(what === 'a cut NPY' ? 'refused-a-cut-NPY' : path)
      expect(problem?.next).toMatch(/\.$/)
      expect(readdirSync(join(own.home, 'data', 'own'))).toEqual(before)
    },
  )

  it('but samples without a number can be left out, and are counted', async () => {
    const path = own.write('gaps.csv', 'x,kind\n1,a\n?,b\n3,a\n4,b\nNA,a\n5,b\n6,\n')
    const { record } = await own.add(path, { missing: 'drop', testFraction: 0.5 })
    expect(record.trainCounts.concat(record.testCounts).reduce((sum, count) => sum + count)).toBe(4)
    expect(record.notes).toContain('3 samples were left out for a missing value.')
  })
})

describe('a look', () => {
  it('says what stands in the columns, and warns of what numbers the rows', async () => {
    const text = `id,x,flat,kind\n${Array.from({ length: 20 }, (_, i) => `${i + 1},${i % 3},7,${'ab'[i % 2] ?? ''}\n`).join('')}`
    const look = await own.look(own.write('look.csv', text))
    expect(look.columns.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'id feature',
      'x feature',
      'flat feature',
      'kind label',
    ])
    expect(look.columns[0]).toMatchObject({ range: [1, 20], mean: 10.5, missing: 0 })
    expect(look.notes.join(' ')).toMatch(/“id” seems to number the rows.*“flat” has the same value/)
    expect([look.trainCount, look.testCount, look.constant, look.problem]).toEqual([16, 4, 1, null])
    expect(look.samples[1]).toEqual({ label: 'b', values: [2, 1, 7] })
  })

  it('names what is wrong instead of failing', async () => {
    const look = await own.look(own.write('words.csv', 'x,colour,kind\n1,red,a\n2,blue,b\n'), { labelColumn: 'kind' })
    expect(look.problem?.message).toMatch(/"colour": expected a number/)
    expect(look.columns[1]).toMatchObject({ words: 2, range: null })
  })

  it('takes a square of many features for images, as a guess', async () => {
    const row = (kind: string): string => `${Array.from({ length: 64 }, (_, i) => i).join(',')},${kind}\n`
    const look = await own.look(own.write('square.csv', row('a') + row('b') + row('a') + row('b')), {
      testFraction: 0.5,
    })
    expect([look.image, look.imageIsGuess]).toEqual([{ height: 8, width: 8, channels: 1 }, true])
  })
})

describe('once kept', () => {
  it('is a card and a data set of experiments, until it is removed', async () => {
    const { name, record, fingerprint } = await own.add(own.write('kept.csv', PLAIN), { ...BY_PART, title: 'Kept' })
    expect(fingerprint).toEqual(record.files)
    for (const [file, sum] of Object.entries(record.files))
      expect(
        createHash('sha256')
          .update(readFileSync(join(own.home, 'data', 'own', name, file)))
          .digest('hex'),
      ).toBe(sum)
    const card = (await describeDataSets()).find((one) => one.name === name)
    expect(card).toMatchObject({
      label: 'Kept',
      state: 'present',
      own: true,
      features: 2,
      classes: 2,
      trainCount: 9,
      testCount: 3,
    })
    const preset = presetNamed('backprop-glyphs')?.experiment
    const asked = (widths: readonly number[]) =>
      checkExperiment({ ...preset, preset: null, data: { name }, widths, seeds: [0] }).problems?.map(({ path }) => path)
    expect(asked([2, 9, 2])).toBeUndefined()
    expect(asked([3, 9, 4])).toEqual(['widths.0', 'widths.2'])
    removeOwn(name)
    expect(asked([2, 9, 2])).toEqual(['data.name'])
    expect((await describeDataSets()).some((one) => one.name === name)).toBe(false)
  })

  it('is never written over, nor takes the name of one that comes with Apical', async () => {
    const path = own.write('twice.csv', PLAIN)
    await own.add(path, { ...BY_PART, name: 'twice' })
    const before = readFileSync(join(own.home, 'data', 'own', 'twice', 'data-set.json'))
    await expect(own.add(path, { ...BY_PART, name: 'twice', scaling: 'none' })).rejects.toThrow(
      /There is a data set twice already/,
    )
    expect(readFileSync(join(own.home, 'data', 'own', 'twice', 'data-set.json'))).toEqual(before)
    await expect(own.add(path, { name: 'mnist' })).rejects.toThrow(/comes with Apical/)
  })

  it('is refused when a byte of it has changed', async () => {
    const { name } = await own.add(own.write('changed.csv', PLAIN), BY_PART)
    appendFileSync(join(own.home, 'data', 'own', name, 'train.safetensors'), 'x')
    await expect(loadDataSet(name, { seed: 0 })).rejects.toThrow(
      /train\.safetensors: expected the file that was written/,
    )
  })

  it('is a broken card when its record is gone, beside the others', async () => {
    mkdirSync(join(own.home, 'data', 'own', 'hollow'))
    const cards = await describeDataSets()
    expect(cards.find(({ name }) => name === 'hollow')).toMatchObject({ state: 'broken', own: true })
    expect(cards.find(({ name }) => name === 'glyphs')?.state).toBe('built in')
    removeOwn('hollow')
  })

  it('is never looked for outside its folder', async () => {
    expect(() => removeOwn('../files')).toThrow(/no data set/)
    expect(existsSync(join(own.home, 'files'))).toBe(true)
    await expect(loadDataSet('../files', { seed: 0 })).rejects.toThrow(/expected one of/)
  })
})
