import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bytes,
  duration,
  percent,
  scientific,
  seedCount,
  significant,
  spread,
  whole,
} from '../../src-renderer/text/format.ts'
import { percent as inTerminal } from '../../src-main/cli/layout.ts'
import { spreadOf } from '../../src-main/experiment/spread.ts'
import { summarise } from '../../src-renderer/statistics/summary.ts'

describe('mean ± standard deviation', () => {
  test('in per cent with two digits, as the paper prints it', () => {
    expect(spread({ mean: 0.9762, sd: 0.0012, n: 10 })).toBe('97.62 ± 0.12')
    expect(spread({ mean: 0.51861, sd: 0.00324, n: 10 })).toBe('51.86 ± 0.32')
  })

  test('one seed says nothing about spread', () => {
    expect(spread({ mean: 0.9685, sd: 0, n: 1 })).toBe('96.85')
  })

  test('how many seeds a mean leaves out stands in plain sight', () => {
    const seeds = [0, 10, 20]
    const over = (n: number) => ({ seeds, testAccuracy: { mean: 0.97, sd: 0.01, n } })
    expect(seedCount(over(3))).toBe('3')
    expect(seedCount(over(2))).toBe('2 of 3')
    expect(seedCount({ seeds, testAccuracy: null })).toBe('3')
  })
})

test('a fraction read back from its per cent is the fraction, to the digits shown', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (fraction) => {
      expect(Math.abs(Number(percent(fraction)) / 100 - fraction)).toBeLessThanOrEqual(0.5e-4 + 1e-12)
    }),
  )
})

test('halves are rounded up in decimal, whatever the order in which a mean was summed', () => {
  expect([0.97565, 0.97625, 0.005].map((fraction) => percent(fraction))).toEqual(['97.57', '97.63', '0.50'])
  // Ten seeds of mean 0.97565: hits of 10 000, in two orders, by the window's sum, the lab's, and a plain one.
  const seeds = [9751, 9762, 9749, 9768, 9755, 9759, 9757, 9756, 9754, 9754].map((hits) => hits / 10_000)
  for (const values of [seeds, seeds.toReversed(), seeds.toSorted((a, b) => a - b)]) {
    const plain = values.reduce((sum, value) => sum + value, 0) / values.length
    const means = [summarise(values)?.mean, spreadOf(values)?.mean, plain]
    expect(means.map((mean) => percent(mean ?? NaN))).toEqual(['97.57', '97.57', '97.57'])
  }
})

test('the command line prints what the window prints', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_000_000 }), (count) => {
      const fraction = count / 2_000_000
      expect(inTerminal(fraction)).toBe(`${percent(fraction)} %`)
    }),
  )
})

test('times as people say them', () => {
  expect([0.04, 9.94, 10, 59, 99, 100, 360, 3600, 4800, 13_200, 200_000].map(duration)).toEqual([
    '0.0 s',
    '9.9 s',
    '10 s',
    '59 s',
    '99 s',
    '2 min',
    '6 min',
    '1 h 00',
    '1 h 20',
    '3 h 40',
    '2 d 7 h',
  ])
  expect(duration(NaN)).toBe('–')
})

test('no carry is lost between the units of time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3600, max: 48 * 3600 - 60 }), (seconds) => {
      const [hours, minutes] = duration(seconds).split(' h ').map(Number)
      expect(minutes).toBeLessThan(60)
      expect(Math.abs((hours as number) * 60 + (minutes as number) - seconds / 60)).toBeLessThanOrEqual(0.5)
    }),
  )
})

test('whole numbers in groups of three, whose digits are the number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 }), (value) => {
      const text = whole(value)
      expect(Number(text.replace(/\D/g, ''))).toBe(value)
      expect(text.split(/\D/).every((group, i) => (i === 0 ? group.length <= 3 : group.length === 3))).toBe(true)
    }),
  )
  expect(whole(-1200)).toMatch(/^−1\D200$/)
})

test('sizes in powers of a thousand, never four digits', () => {
  expect([0, 999, 1000, 1_500, 99_400, 999_499, 999_600, 3.2e9].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '1.5 kB',
    '99.4 kB',
    '999 kB',
    '1.0 MB',
    '3.2 GB',
  ])
})

test('numbers without the dust of binary fractions', () => {
  expect([0.1 + 0.2, 0.05, 1, 0, 123456].map((value) => significant(value, 8))).toEqual([
    '0.3',
    '0.05',
    '1',
    '0',
    '123456',
  ])
  expect(scientific(0.00001)).toBe('1 × 10⁻⁵')
  expect(significant(-2.5e-7)).toBe('-2.5 × 10⁻⁷')
})
