/** IDX read from bytes made by hand: what is right comes out as it went in, every lie is one sentence. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readIdx, readIdxHeader, readIdxImages, readIdxLabels } from '../../src-main/data/idx.ts'
import { DataProblem } from '../../src-main/data/problem.ts'
import { idxFile, imagesFile, labelsFile, pattern } from './idx-file.ts'

const read = (images: Uint8Array, labels: Uint8Array) =>
  readIdx({ file: 'a-images', bytes: images }, { file: 'a-labels', bytes: labels }, 10)

function problemOf(work: () => unknown): DataProblem {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(DataProblem)
    return error as DataProblem
  }
  throw new Error('was taken for good data')
}

describe('a whole file', () => {
  it('gives its images row by row and its labels', () => {
    const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    const samples = read(idxFile(2051, [2, 2, 3], pixels), idxFile(2049, [2], Uint8Array.of(9, 0)))
    expect(samples).toMatchObject({ count: 2, features: 6, classes: 10, image: { height: 2, width: 3, channels: 1 } })
    expect([...samples.pixels]).toEqual([...pixels])
    expect([...samples.labels]).toEqual([9, 0])
    // Bytes to [0, 1], as the published configurations have it.
    expect(samples.scaling.scale.map((scale) => 255 * scale)).toEqual([1])
    expect(samples.scaling.offset).toEqual([0])
  })

  it('is not copied', () => {
    const [images, labels] = [imagesFile(3), labelsFile(3)]
    const samples = read(images, labels)
    expect(samples.pixels.buffer).toBe(images.buffer)
    expect(samples.labels.buffer).toBe(labels.buffer)
  })

  it('may lie anywhere in a larger piece of memory', () => {
    const whole = imagesFile(2)
    const within = new Uint8Array(whole.length + 14)
    within.set(whole, 7)
    const { pixels } = readIdxImages(within.subarray(7, 7 + whole.length), 'within')
    expect([...pixels]).toEqual([...pattern(2 * 784)])
  })
})

describe('refused, naming file, expectation and finding', () => {
  const cases: readonly (readonly [string, () => unknown, string, RegExp, RegExp])[] = [
    ['an empty file', () => readIdxImages(new Uint8Array(0), 'f'), 'f', /header of 16 bytes/, /^0 bytes/],
    ['a cut header', () => readIdxImages(imagesFile(1).subarray(0, 15), 'f'), 'f', /header of 16 bytes/, /15 bytes/],
    ['labels for images', () => readIdxImages(labelsFile(40), 'f'), 'f', /2051/, /2049, which is that of labels/],
    ['images for labels', () => readIdxLabels(imagesFile(1), 'f', 10), 'f', /2049/, /2051, which is that of images/],
    ['a packed file', () => readIdxImages(Uint8Array.of(0x1f, 0x8b, 8, 0), 'f'), 'f', /2051/, /gzip/],
    ['another format', () => readIdxImages(idxFile(0x0d03, [1, 1, 1], Uint8Array.of(0)), 'f'), 'f', /2051/, /3331/],
    [
      'one byte too few',
      () => readIdxImages(imagesFile(2).subarray(0, 16 + 2 * 784 - 1), 'f'),
      'f',
      /1,584 bytes \(2 images of 28×28/,
      /1,583 bytes.*cut short/,
    ],
    [
      'one byte too many',
      () => readIdxLabels(Uint8Array.of(...labelsFile(4), 0), 'f', 10),
      'f',
      /12 bytes \(4 labels/,
      /13 bytes.*longer/,
    ],
    [
      'no images',
      () => readIdxImages(idxFile(2051, [0, 28, 28], new Uint8Array(0)), 'f'),
      'f',
      /at least one/,
      /0 of 28×28/,
    ],
    [
      'images without columns',
      () => readIdxImages(idxFile(2051, [3, 28, 0], new Uint8Array(0)), 'f'),
      'f',
      /at least one/,
      /3 of 28×0/,
    ],
    [
      'a label that is no class',
      () => readIdxLabels(idxFile(2049, [3], Uint8Array.of(9, 10, 11)), 'f', 10),
      'f',
      /0 to 9/,
      /10 as label 1 /,
    ],
    [
      'more images than labels',
      () => read(imagesFile(3), labelsFile(2)),
      'a-labels',
      /3 labels, one for each image of a-images/,
      /2 labels/,
    ],
    [
      'dimensions beyond all memory',
      () => readIdxImages(idxFile(2051, [0xffffffff, 0xffffffff, 0xffffffff], pattern(100)), 'f'),
      'f',
      /4,294,967,295 images/,
      /116 bytes/,
    ],
  ]
  it.each(cases)('%s', (_, work, file, expected, found) => {
    const problem = problemOf(work)
    expect(problem.file).toBe(file)
    expect(problem.expected).toMatch(expected)
    expect(problem.found).toMatch(found)
    expect(problem.message).toBe(`${file}: expected ${problem.expected}, found ${problem.found}.`)
    expect(problem.next).toMatch(/\.$/)
  })
})

describe('whatever bytes come', () => {
  /** Either the bytes are a whole file of just that length, or they are refused; and nothing new is allocated for pixels. */
  function holds(bytes: Uint8Array): void {
    try {
      const { count, rows, columns, pixels } = readIdxImages(bytes, 'f')
      expect(pixels.length).toBe(count * rows * columns)
      expect(pixels.length).toBe(bytes.length - 16)
      expect(pixels.buffer).toBe(bytes.buffer)
    } catch (error) {
      expect(error).toBeInstanceOf(DataProblem)
    }
    try {
      const labels = readIdxLabels(bytes, 'f', 10)
      expect(labels.length).toBe(bytes.length - 8)
      expect(labels.every((label) => label < 10)).toBe(true)
    } catch (error) {
      expect(error).toBeInstanceOf(DataProblem)
    }
  }

  it('are understood or refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), holds))
  })

  it('after any changes to a good file, too', () => {
    const change = fc.record({ at: fc.nat(60), to: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(change, { maxLength: 6 }),
        fc.nat(60),
        fc.uint8Array({ maxLength: 3 }),
        (images, changes, cut, more) => {
          const good = images ? imagesFile(2, 3, 5) : labelsFile(20)
          const bytes = Uint8Array.of(
            ...good.subarray(0, Math.max(0, good.length - (cut % 7 === 0 ? cut : 0))),
            ...more,
          )
          for (const { at, to } of changes) if (at < bytes.length) bytes[at] = to
          holds(bytes)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('a header tells the length of the file without the file', () => {
    const dimension = fc.integer({ min: 1, max: 0xffffffff })
    fc.assert(
      fc.property(dimension, dimension, dimension, (count, rows, columns) => {
        const { length } = readIdxHeader(idxFile(2051, [count, rows, columns], new Uint8Array(0)), 'f', 'images')
        expect(length).toBe(16 + count * rows * columns)
      }),
    )
  })
})
