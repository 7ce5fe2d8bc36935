import { describe, expect, it } from 'vitest'
import { comparePublished, spreadOf } from '../../src-main/experiment/published.ts'

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
})

describe('beside a published mean of 0.976 ± 0.001 (n = 10)', () => {
  const published = { mean: 0.976, sd: 0.001, n: 10, source: 'a table', epochs: 50 }
  it.each([
    ['the same', 0.976, 3, 'inside'],
    ['a little less than two sd below', 0.97401, 10, 'inside'],
    ['a little more than two sd below', 0.97399, 10, 'outside'],
    ['better by more than two sd', 0.9781, 10, 'outside'],
    ['two seeds only', 0.976, 2, 'too few seeds'],
  ])('%s', (_, mean, n, verdict) => {
    expect(comparePublished({ mean, sd: 0.01, n }, published)).toEqual({ mean: 0.976, sd: 0.001, n: 10, verdict })
  })

  it('no seed left, and nothing published', () => {
    expect(comparePublished(null, published)?.verdict).toBe('too few seeds')
    expect(comparePublished({ mean: 1, sd: 0, n: 3 }, null)).toBeNull()
  })
})
