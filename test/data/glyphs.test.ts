/** The built-in set: the same bytes for a seed everywhere, digits that are whole, and as hard as promised. */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateGlyphs, GLYPHS_VERSION } from '../../src-main/data/glyphs.ts'
import type { Samples } from '../../src-main/data/data-set.ts'
import { loadDataSet } from '../../src-main/lab/datasets.ts'
import { trainSoftmax } from './softmax.ts'

let glyphs: ReturnType<typeof generateGlyphs>
beforeAll(() => {
  glyphs = generateGlyphs(0)
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const parts = () => [glyphs.train, glyphs.test]
const imageOf = ({ pixels }: Samples, index: number) => pixels.subarray(index * 784, (index + 1) * 784)

it('has the promised sizes', () => {
  expect(parts().map(({ count, pixels, labels }) => [count, pixels.length, labels.length])).toEqual([
    [10_000, 7_840_000, 10_000],
    [2_000, 1_568_000, 2_000],
  ])
  for (const part of parts())
    expect(part).toMatchObject({ features: 784, classes: 10, image: { height: 28, width: 28, channels: 1 } })
})

it('holds every digit once in any ten samples, in an order that is not always the same', () => {
  for (const { labels, count } of parts()) {
    const orders = new Set<string>()
    for (let i = 0; i < count; i += 10) {
      const ten = [...labels.subarray(i, i + 10)]
      orders.add(String(ten))
      expect(ten.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
    expect(orders.size).toBeGreaterThan(count / 10 - 5)
  }
})

describe('determinism', () => {
  it('the images of version 1 are these bytes on every machine; other bytes need another version', () => {
    expect([GLYPHS_VERSION, sha256(generateGlyphs(0, { train: 100, test: 100 }).train.pixels as Uint8Array)]).toEqual([
      1,
      '6ab9d099d928a30664235419a9ed96b8aaeed6465ae403fe6a195dd7a842d57e',
    ])
  })

  it('a seed gives the same samples, however many are asked for', () => {
    const few = generateGlyphs(0, { train: 50, test: 20 })
    expect(few.train.pixels).toEqual(glyphs.train.pixels.subarray(0, 50 * 784))
    expect(few.train.labels).toEqual(glyphs.train.labels.subarray(0, 50))
    expect(few.test.pixels).toEqual(glyphs.test.pixels.subarray(0, 20 * 784))
  })

  it('other seeds and the other part give others', () => {
    const firsts = [0, 1, 2 ** 40].flatMap((seed) => Object.values(generateGlyphs(seed, { train: 10, test: 10 })))
    expect(new Set(firsts.map(({ pixels }) => sha256(pixels as Uint8Array))).size).toBe(6)
  })

  it('no image comes twice', () => {
    const images = new Set(
      parts().flatMap((part) => Array.from({ length: part.count }, (_, i) => sha256(imageOf(part, i) as Uint8Array))),
    )
    expect(images.size).toBe(12_000)
  })
})

describe('every image', () => {
  /** Noise stays below: two bytes off their mean at most, at 8 % of the grey range. */
  const NOISE = 51
  /** Ink is at least 0.75 of white, less noise. */
  const INK = 0.75 * 255 - NOISE

  it('has its ink inside the frame, with a margin', () => {
    let most = 0
    for (const part of parts())
      for (let i = 0; i < part.count; i++) {
        const image = imageOf(part, i)
        for (let k = 0; k < 28; k++)
          most = Math.max(most, image[k]!, image[27 * 28 + k]!, image[28 * k]!, image[28 * k + 27]!)
      }
    expect(most).toBeLessThan(NOISE)
  })

  it('has as much ink as a digit has: a line, not a dot and not a blot', () => {
    const inks = parts().flatMap((part) =>
      Array.from({ length: part.count }, (_, i) => imageOf(part, i).filter((grey) => grey > INK).length),
    )
    expect(Math.min(...inks)).toBeGreaterThan(8)
    expect(Math.max(...inks)).toBeLessThan(784 / 3)
  })
})

it('differs within a class: position, size and thickness of a digit vary', () => {
  const { train } = glyphs
  for (let digit = 0; digit < 10; digit++) {
    const centres: number[] = []
    const inks: number[] = []
    for (let i = 0; i < 1000; i++) {
      if (train.labels[i] !== digit) continue
      let [ink, across] = [0, 0]
      imageOf(train, i).forEach((grey, at) => {
        if (grey > 100) [ink, across] = [ink + 1, across + (at % 28)]
      })
      centres.push(across / ink)
      inks.push(ink)
    }
    const spread = (values: number[]) => Math.max(...values) - Math.min(...values)
    expect(spread(centres)).toBeGreaterThan(4)
    expect(Math.max(...inks) / Math.min(...inks)).toBeGreaterThan(1.8)
  }
})

it('is too hard for a linear classifier, and not hopeless: softmax regression, well trained, stays below 93 %', () => {
  const accuracy = trainSoftmax(glyphs, 10)
  console.info(
    `softmax regression on glyphs, best of 10 epochs: ${(100 * accuracy.test).toFixed(2)} % test, ${(100 * accuracy.train).toFixed(2)} % train`,
  )
  expect(accuracy.test).toBeLessThan(0.93)
  expect(accuracy.test).toBeGreaterThan(0.8)
  // Trained to the end, or the bound above would say nothing.
  expect(accuracy.train).toBeGreaterThan(accuracy.test)
})

it('is loaded by the lab with its version and seed on record', async () => {
  const { data, fingerprint, folder, warnings } = await loadDataSet('glyphs', { seed: 3, folder: '/anywhere' })
  expect(data.train.pixels.subarray(0, 784)).toEqual(generateGlyphs(3, { train: 1, test: 1 }).train.pixels)
  expect([fingerprint, folder, warnings]).toEqual([{ glyphs: `version ${GLYPHS_VERSION}, seed 3` }, null, []])
})
