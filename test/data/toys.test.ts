/** The toys and the small digits: the same bytes everywhere, what was promised of their shape, and with what they are recorded. */
import { createHash } from 'node:crypto'
import { expect, describe, it } from 'vitest'
import { generateSpirals, generateXor, SPIRALS_VERSION, XOR_VERSION } from '../../src-main/data/toys.ts'
import type { Samples } from '../../src-main/data/data-set.ts'
import { describeDataSets, loadDataSet } from '../../src-main/lab/datasets.ts'
import { trainSoftmax } from './softmax.ts'

const sha256 = ({ pixels }: Samples): string =>
  createHash('sha256')
    .update(Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength))
    .digest('hex')
const COUNTS = { train: 2000, test: 1000 }
const point = ({ pixels }: Samples, i: number): readonly [number, number] => [pixels[2 * i]!, pixels[2 * i + 1]!]

const TOYS: readonly (readonly [string, typeof generateSpirals, number, number])[] = [
  ['spirals', generateSpirals, SPIRALS_VERSION, 2],
  ['xor', generateXor, XOR_VERSION, 4],
]

describe.each(TOYS)('%s', (name, generate, version, groups) => {
  const whole = generate(0, COUNTS)

  it('has two numbers a sample, within (−1, 1), and as many of each class', () => {
    for (const part of ['train', 'test'] as const) {
      const { count, features, classes, image, pixels, labels, scaling } = whole[part]
      expect([count, features, classes, image, pixels.length]).toEqual([COUNTS[part], 2, 2, null, 2 * COUNTS[part]])
      expect(scaling).toEqual({ scale: [1], offset: [0] })
      expect(Math.max(...pixels.map(Math.abs))).toBeLessThan(1)
      for (let i = 0; i < count; i += groups)
        expect([...labels.subarray(i, i + groups)].filter((label) => label === 1)).toHaveLength(groups / 2)
    }
  })

  it('gives the same samples for a seed, however many are asked for, and others for another seed or part', () => {
    const few = generate(0, { train: 50, test: 20 })
    expect(few.train.pixels).toEqual(whole.train.pixels.subarray(0, 100))
    expect(few.train.labels).toEqual(whole.train.labels.subarray(0, 50))
    expect(few.test.pixels).toEqual(whole.test.pixels.subarray(0, 40))
    const others = [0, 1, 2 ** 40].flatMap((seed) => {
      const { train, test } = generate(seed, { train: 10, test: 10 })
      return [train, test]
    })
    expect(new Set(others.map(sha256)).size).toBe(6)
  })

  it('is loaded by the lab with its version and seed on record', async () => {
    const { data, fingerprint, folder } = await loadDataSet(name, { seed: 3, limits: { limitTrain: 8, limitTest: 4 } })
    expect(data.train.pixels).toEqual(generate(3, { train: 8, test: 4 }).train.pixels)
    expect([fingerprint, folder, data.classNames]).toEqual([{ [name]: `version ${version}, seed 3` }, null, ['0', '1']])
    const card = (await describeDataSets()).find((one) => one.name === name)
    expect(card).toMatchObject({ state: 'built in', features: 2, classes: 2, trainCount: 2000, testCount: 1000 })
  })

  it('is no task for a line', () => {
    expect(trainSoftmax(whole, 20).test).toBeLessThan(0.75)
  })
})

it('the samples of version 1 are these bytes on every machine; other bytes need another version', () => {
  const few = { train: 100, test: 100 }
  expect([SPIRALS_VERSION, sha256(generateSpirals(0, few).train)]).toEqual([
    1,
    'afcadcc29a9620589212d5cab341e50ee6f19806cccab8e896bbb6a8e3a4d45f',
  ])
  expect([XOR_VERSION, sha256(generateXor(0, few).train)]).toEqual([
    1,
    '4f77de205b96c49b941ced843a845edd1e5e9eb703b60085b3d3fff8ccb31989',
  ])
})

it('the arms of the spirals are those of Archimedes, with the noise that is stated', () => {
  const { train } = generateSpirals(0, COUNTS)
  let squares = 0
  let outer = 0
  for (let i = 0; i < train.count; i++) {
    const [x, y] = point(train, i)
    const radius = Math.hypot(x, y)
    // Where noise hardly turns a point: the angle says along which of its turns the arm runs here.
    if (radius < 0.3) continue
    // Sine and cosine may stand in a test: radius = 0.1 + 0.76 · angle / (3π), the arm of class 1 half a turn further.
    const angle = Math.atan2(y, x) - (train.labels[i] === 1 ? Math.PI : 0)
    const away = [-1, 0, 1, 2].map((turn) => radius - 0.1 - (0.76 * (angle + 2 * Math.PI * turn)) / (3 * Math.PI))
    // Along the arm's normal, which leans from the radius by the slope of the spiral.
    const slope = 0.76 / (3 * Math.PI) / radius
    const least = Math.min(...away.map(Math.abs)) / Math.hypot(1, slope)
    squares += least * least
    outer++
  }
  // Of 1,500 and more samples, the standard deviation to within 5 %: 2.5 of its own standard errors.
  expect(outer).toBeGreaterThan(1500)
  expect(Math.abs(Math.sqrt(squares / outer) / 0.04 - 1)).toBeLessThan(0.05)
})

it('the clouds of xor lie around (±½, ±½), those across from each other in one class', () => {
  const { train } = generateXor(0, COUNTS)
  const clouds = new Map<string, (readonly [number, number])[]>()
  for (let i = 0; i < train.count; i++) {
    const at = point(train, i)
    const key = at.map(Math.sign).join(' ')
    clouds.set(key, [...(clouds.get(key) ?? []), at])
  }
  const wrong = Array.from({ length: train.count }, (_, i) => i).filter(
    (i) => (point(train, i)[0] * point(train, i)[1] < 0 ? 1 : 0) !== train.labels[i],
  )
  // A coordinate changes its sign at 0.5/0.14 = 3.6 standard deviations: 1.8 in 10,000 of 4,000.
  expect(wrong.length).toBeLessThan(6)
  expect([...clouds.keys()].sort()).toEqual(['-1 -1', '-1 1', '1 -1', '1 1'])
  for (const [key, points] of clouds) {
    const [x, y] = key.split(' ').map(Number) as [number, number]
    const mean = (axis: 0 | 1): number => points.reduce((sum, at) => sum + at[axis], 0) / points.length
    expect(mean(0)).toBeCloseTo(x / 2, 1)
    expect(mean(1)).toBeCloseTo(y / 2, 1)
    const variance = points.reduce((sum, at) => sum + (at[0] - mean(0)) ** 2, 0) / points.length
    // Of 500 samples: three of its own standard errors.
    expect(Math.abs(Math.sqrt(variance) / 0.14 - 1)).toBeLessThan(0.1)
  }
})

describe('the 8×8 digits', () => {
  it('are UCI’s 1,797 test samples, the first 1,297 of them for training, with their checksum on record', async () => {
    const { data, fingerprint, folder, warnings } = await loadDataSet('digits-8x8', { seed: 5 })
    const { train, test } = data
    expect([train.count, test.count, train.features, train.classes]).toEqual([1297, 500, 64, 10])
    // Published with the set: samples of each digit in its test part.
    const counts = Array.from({ length: 10 }, () => 0)
    for (const label of [...train.labels, ...test.labels]) counts[label]!++
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    // The first row of the file: 0,0,5,13,9,1,0,0, 0,0,13,15,10,15,5,0, … and a zero.
    const FIRST = [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]
    expect([...train.pixels.subarray(0, 16)]).toEqual(FIRST.map((value) => value / 16))
    expect(train.labels[0]).toBe(0)
    for (const { pixels } of [train, test])
      for (const value of pixels) if (!(value >= 0 && value <= 1)) throw new Error(`${value} is no share of 16`)
    expect(fingerprint).toEqual({
      'digits-8x8 (unpacked)': '87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826',
      division: 'the first 1297 samples for training, the last 500 for testing',
    })
    expect([folder, warnings]).toEqual([null, []])
  })

  it('are learned by a linear classifier as digits of other hands are', async () => {
    const { data } = await loadDataSet('digits-8x8', { seed: 0 })
    const accuracy = trainSoftmax(data, 30).test
    expect(accuracy).toBeGreaterThan(0.85)
    expect(accuracy).toBeLessThan(0.97)
  })
})
