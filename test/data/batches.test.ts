import fc from 'fast-check'
import { expect, it } from 'vitest'
import { epochOrder, limitSamples } from '../../src-main/data/batches.ts'
import { generateGlyphs } from '../../src-main/data/glyphs.ts'
import { Generator } from '../../src-main/program/random.ts'

const order = (seed: number) => Generator.seeded(seed).split('order')

it('every epoch visits every sample once, in an order of its seed and epoch alone', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(1000), fc.integer({ min: 1, max: 300 }), (seed, epoch, count) => {
      const visited = epochOrder(order(seed), epoch, count, true)
      expect([...visited].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index))
      // A generator that was used meanwhile, as after a resumed run, changes nothing.
      const used = order(seed)
      used.bits()
      epochOrder(used, epoch + 1, count, true)
      expect(epochOrder(used, epoch, count, true)).toEqual(visited)
    }),
  )
})

it('differs from epoch to epoch and from seed to seed', () => {
  const orders = [
    epochOrder(order(1), 0, 100, true),
    epochOrder(order(1), 1, 100, true),
    epochOrder(order(2), 0, 100, true),
  ].map(String)
  expect(new Set(orders).size).toBe(3)
})

it('without shuffling is the order of the file', () => {
  expect([...epochOrder(order(5), 3, 4, false)]).toEqual([0, 1, 2, 3])
})

it('the first place is taken by every sample equally often', () => {
  const counts = new Array<number>(5).fill(0)
  for (let epoch = 0; epoch < 5000; epoch++) {
    const first = epochOrder(order(0), epoch, 5, true)[0] ?? -1
    counts[first] = (counts[first] ?? 0) + 1
  }
  // Binomial with p = 1/5: five standard deviations are 141.
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(141)
})

it('limits to the first samples without copying them', () => {
  const { train } = generateGlyphs(0, { train: 30, test: 1 })
  const few = limitSamples(train, 7)
  expect(few).toMatchObject({ count: 7, features: 784, classes: 10 })
  expect(few.pixels.buffer).toBe(train.pixels.buffer)
  expect(few.pixels).toEqual(train.pixels.subarray(0, 7 * 784))
  expect(few.labels).toEqual(train.labels.subarray(0, 7))
  expect(limitSamples(train, null)).toBe(train)
  expect(limitSamples(train, 31)).toBe(train)
})
