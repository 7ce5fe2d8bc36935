import { describe, expect, it } from 'vitest'
import { compareEarly, comparePublished, comparePublishedTopK } from '../../src-main/experiment/published.ts'
import { spreadOf } from '../../src-main/experiment/spread.ts'

describe('a spread', () => {
  it.each<readonly [string, (number | null)[], unknown]>([
    ['of nothing', [], null],
    ['of no results', [null, null], null],
    ['of one', [0.9], { mean: 0.9, sd: 0, n: 1 }],
    // Sample variance of 1, 2, 3 is ((−1)² + 0 + 1²) / 2 = 1.
    ['of several, n − 1', [1, null, 2, 3], { mean: 2, sd: 1, n: 3 }],
  ])('%s', (_, values, spread) => {
    expect(spreadOf(values)).toEqual(spread)
  })

  it('loses nothing to rounding: the order of the seeds changes no digit', () => {
    // 1 is below half of the last digit of 10¹⁶, which a plain sum would take it into.
    for (const values of [
      [1e16, 1, -1e16],
      [1, 1e16, -1e16],
      [1e16, -1e16, 1],
    ])
      expect(spreadOf(values)?.mean).toBe(1 / 3)
  })
})

describe('beside a published mean of 0.976 ± 0.001 (n = 10)', () => {
  const published = {
    mean: 0.976,
    sd: 0.001,
    n: 10,
    source: 'a table',
    epochs: 50,
    train: null,
    top5: null,
    early: null,
  }
  // Both sides scatter alike: 18 degrees of freedom, t = 2.100922; 2.100922·0.001·√(1/5) + 0.001 = 0.0019396.
  it.each([
    ['the same', 0.976, 10, 'inside'],
    ['a little less than the margin below', 0.9740605, 10, 'inside'],
    ['a little more than the margin below', 0.9740603, 10, 'outside'],
    ['better by more than the margin', 0.9779397, 10, 'outside'],
    ['two seeds only', 0.976, 2, 'too few seeds'],
  ])('%s', (_, mean, n, verdict) => {
    expect(comparePublished({ mean, sd: 0.001, n }, published)).toEqual({ mean: 0.976, sd: 0.001, n: 10, verdict })
  })

  it('the top-5 accuracy is judged by its own number, another k by none', () => {
    const both = { ...published, top5: { mean: 0.37, sd: 0.005, n: 10 } }
    const ours = (mean: number) => ({ mean, sd: 0.004, n: 10 })
    expect(comparePublishedTopK(ours(0.366), 5, both).published).toEqual({ ...both.top5, verdict: 'inside' })
    expect(comparePublishedTopK(ours(0.35), 5, both).published?.verdict).toBe('outside')
    expect(comparePublishedTopK(ours(0.37), 3, both)).toEqual({ k: 3, test: ours(0.37), published: null })
    expect(comparePublishedTopK(ours(0.37), 5, published).published).toBeNull()
    expect(comparePublishedTopK(null, 5, null)).toEqual({ k: 5, test: null, published: null })
  })

  it('no seed left, and nothing published', () => {
    expect(comparePublished(null, published)?.verdict).toBe('too few seeds')
    expect(comparePublished({ mean: 1, sd: 0, n: 3 }, null)).toBeNull()
  })
})

describe('the first epochs, beside 0.93 ± 0.01 and 0.95 ± 0.002 of five seeds', () => {
  const early = { n: 5, mean: [0.93, 0.95], sd: [0.01, 0.002] }
  const seed = (testAccuracy: (number | null)[], collapsed: unknown = null) => ({
    epochs: testAccuracy.map((_, index) => index + 1),
    testAccuracy,
    collapsed,
  })

  it.each([
    ['the same', 0.93, 'inside'],
    ['a little less than two sd below', 0.9101, 'inside'],
    ['a little more than two sd below', 0.9099, 'below'],
    ['a little less than two sd above', 0.9499, 'inside'],
    ['a little more than two sd above', 0.9501, 'above'],
  ] as const)('%s', (_, value, verdict) => {
    expect(compareEarly([seed([value])], early)).toEqual([
      {
        epoch: 1,
        published: { mean: 0.93, sd: 0.01, n: 5 },
        ours: { mean: value, sd: 0, n: 1 },
        verdict,
      },
      { epoch: 2, published: { mean: 0.95, sd: 0.002, n: 5 }, ours: null, verdict: null },
    ])
  })

  it('ours is the mean over the seeds that have the epoch and did not collapse', () => {
    const seeds = [seed([0.92, 0.95, 0.96]), seed([0.94]), seed([0.5, 0.5], { epoch: 2 }), seed([null, 0.952])]
    expect(compareEarly(seeds, early)?.map(({ ours }) => [ours?.mean.toFixed(6), ours?.n])).toEqual([
      ['0.930000', 2],
      ['0.951000', 2],
    ])
  })

  it('after a resume the history may begin later', () => {
    const [first, second] = compareEarly([{ epochs: [2], testAccuracy: [0.95], collapsed: null }], early) ?? []
    expect(first?.ours).toBeNull()
    expect(second?.verdict).toBe('inside')
  })

  it('has no word where no spread was printed, and nothing where nothing was', () => {
    expect(compareEarly([seed([0.5])], { n: 3, mean: [0.93], sd: null })).toEqual([
      { epoch: 1, published: { mean: 0.93, sd: null, n: 3 }, ours: { mean: 0.5, sd: 0, n: 1 }, verdict: null },
    ])
    expect(compareEarly([seed([0.5])], null)).toBeNull()
  })
})
