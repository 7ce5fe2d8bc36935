import { describe, expect, it } from 'vitest'
import { agreementOf, ANGLE_TOLERANCE } from '../../src-main/experiment/agreement.ts'
import { spreadOf } from '../../src-main/experiment/spread.ts'
import { Generator } from '../../src-main/program/random.ts'

/** Seeds of a made-up experiment: accuracies around a mean, normally distributed, as whole images of ten thousand. */
function seeds(random: Generator, n: number, mean: number, sd: number): readonly number[] {
  return Array.from({ length: n }, () => Math.round((mean + sd * random.normal()) * 10_000) / 10_000)
}

/** How often, of 2,000 pairs of made-up groups, each verdict is given. */
function verdicts(n: number, [mean, sd]: readonly [number, number], [other, otherSd]: readonly [number, number]) {
  const random = Generator.seeded(7)
  const found = { inside: 0, outside: 0, 'too few seeds': 0 }
  for (let round = 0; round < 2000; round++) {
    const ours = spreadOf(seeds(random, n, other, otherSd))
    const theirs = spreadOf(seeds(random, 10, mean, sd))
    found[agreementOf(ours, theirs)!.verdict]++
  }
  return found
}

describe('groups that are known to be equal', () => {
  it.each([
    ['ten seeds, as MNIST scatters', 10, 0.001],
    ['three seeds', 3, 0.0008],
    ['ten seeds, as CIFAR-10 scatters', 10, 0.0035],
    ['seeds that hardly scatter at all', 10, 0.0001],
  ])('are inside at least 95 times in a hundred: %s', (_, n, sd) => {
    const { inside, outside } = verdicts(n, [0.9762, sd], [0.9762, sd])
    expect(inside / (inside + outside)).toBeGreaterThan(0.95)
  })

  it('also where one of them scatters five times as much', () => {
    const { inside, outside } = verdicts(10, [0.9762, 0.0005], [0.9762, 0.0025])
    expect(inside / (inside + outside)).toBeGreaterThan(0.95)
  })
})

describe('groups that are known to differ', () => {
  it.each([
    ['by half a point where seeds scatter by a tenth', 0.001, 0.005],
    ['by a point where they scatter by a third', 0.0035, 0.01],
  ])('are outside: %s', (_, sd, by) => {
    expect(verdicts(10, [0.9762, sd], [0.9762 - by, sd]).outside).toBeGreaterThan(1900)
  })

  it('are never called the same because the seeds scatter too much to tell', () => {
    const found = verdicts(10, [0.92, 0.17], [0.9762, 0.001])
    expect(found.inside).toBe(0)
    expect(found.outside).toBe(0)
  })
})

describe('the interval', () => {
  it('is Welch’s', () => {
    // n = 15, variances 7.9 and 3.8: ν = 24.9, t = 2.06, √(7.9/15 + 3.8/15) = 0.8832.
    const one = { mean: 20.8, sd: Math.sqrt(7.9), n: 15 }
    const other = { mean: 23, sd: Math.sqrt(3.8), n: 15 }
    const { difference, interval, margin } = agreementOf(one, other, { slack: 0.5, widest: 10 })!
    expect(difference).toBeCloseTo(-2.2, 12)
    expect(interval.high - difference).toBeCloseTo(2.06 * 0.8832, 2)
    expect(difference - interval.low).toBeCloseTo(interval.high - difference, 12)
    expect(margin).toBeCloseTo(interval.high - difference + 0.5, 12)
  })

  it('is a point where neither side scatters; then ten images of ten thousand still agree, eleven do not', () => {
    const flat = (mean: number) => ({ mean, sd: 0, n: 10 })
    expect(agreementOf(flat(0.977), flat(0.976))).toMatchObject({ margin: 0.001, verdict: 'inside' })
    expect(agreementOf(flat(0.9771), flat(0.976))?.verdict).toBe('outside')
  })

  it.each([
    ['two of our seeds', { mean: 0.9, sd: 0.001, n: 2 }, { mean: 0.9, sd: 0.001, n: 10 }],
    ['one published', { mean: 0.9, sd: 0.001, n: 10 }, { mean: 0.9, sd: 0, n: 1 }],
  ])('says nothing of %s', (_, ours, theirs) => {
    expect(agreementOf(ours, theirs)?.verdict).toBe('too few seeds')
  })

  it('is of degrees where degrees are compared', () => {
    const angle = (mean: number) => ({ mean, sd: 0.4, n: 10 })
    expect(agreementOf(angle(82.5), angle(82), ANGLE_TOLERANCE)?.verdict).toBe('inside')
    expect(agreementOf(angle(84), angle(82), ANGLE_TOLERANCE)?.verdict).toBe('outside')
  })

  it('is none where one side is missing', () => {
    expect(agreementOf(null, { mean: 1, sd: 0, n: 3 })).toBeNull()
    expect(agreementOf({ mean: 1, sd: 0, n: 3 }, null)).toBeNull()
  })
})
