import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forward, inverse, ticksOf, tickTexts, type ScaleKind } from '../../src-renderer/charts/scale.ts'

const written = (kind: ScaleKind, low: number, high: number, unit = '', most = 7) =>
  tickTexts(ticksOf(kind, { low, high }, most), kind, unit)

describe('scales', () => {
  test('what stands at a place is found there again, and places rise with values', () => {
    const share = fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true })
    fc.assert(
      fc.property(share, share, fc.constantFrom<ScaleKind>('linear', 'log', 'logit'), (a, b, kind) => {
        expect(inverse(kind, forward(kind, a))).toBeCloseTo(a, 10)
        expect(Math.sign(forward(kind, a) - forward(kind, b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('a logit axis is even in orders of magnitude of what is missing', () => {
    expect(forward('logit', 0.5)).toBe(0)
    expect(forward('logit', 0.9)).toBeCloseTo(Math.log10(9), 12)
    expect(forward('logit', 0.99)).toBeCloseTo(-forward('logit', 0.01), 12)
    expect(forward('logit', 1)).toBe(forward('logit', 1 - 1e-6))
  })

  test('what has no logarithm has no place', () => {
    expect([forward('log', 0), forward('log', -1), forward('logit', 1.5)]).toEqual([NaN, NaN, NaN])
  })

  test('round numbers, written with the digits that they need', () => {
    expect(written('linear', 0, 1)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'])
    expect(written('linear', -20, 40_000, '', 4)).toEqual(['0', '10 000', '20 000', '30 000', '40 000'])
    expect(written('linear', 0.94, 0.99, 'percent')).toEqual(['94 %', '95 %', '96 %', '97 %', '98 %', '99 %'])
    expect(written('linear', -1, 1, 'degrees', 4)).toEqual(['−1.0°', '−0.5°', '0.0°', '0.5°', '1.0°'])
    expect(written('log', 0.1, 1000)).toEqual(['0.1', '1', '10', '100', '1 000'])
    expect(written('log', 1e-9, 1, '', 6)).toEqual(['10⁻⁸', '10⁻⁶', '10⁻⁴', '0.01', '1'])
    expect(written('log', 3, 40)).toEqual(['5', '10', '20'])
    expect(written('logit', 0.4, 0.999, 'percent', 9)).toEqual([
      '50 %',
      '80 %',
      '90 %',
      '95 %',
      '98 %',
      '99 %',
      '99.5 %',
      '99.8 %',
      '99.9 %',
    ])
  })

  test('a logit axis from almost nothing to almost all has few numbers too', () => {
    expect(ticksOf('logit', { low: 1e-4, high: 0.99 }, 3)).toEqual([0.01, 0.5, 0.99])
    expect(ticksOf('logit', { low: 1e-4, high: 0.999 }, 6)).toEqual([0.001, 0.1, 0.5, 0.9, 0.999])
  })

  test('few enough, rising and within the range, on every scale', () => {
    const positive = fc.double({ min: 1e-4, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(
        positive,
        positive,
        fc.integer({ min: 3, max: 10 }),
        fc.constantFrom<ScaleKind>('linear', 'log', 'logit'),
        (a, b, most, kind) => {
          fc.pre(Math.abs(a - b) > 1e-6)
          const range = { low: Math.min(a, b), high: Math.max(a, b) }
          const ticks = ticksOf(kind, range, most)
          expect(ticks.length).toBeLessThanOrEqual(2 * most)
          ticks.forEach((tick, i) => {
            expect(tick).toBeGreaterThanOrEqual(range.low)
            expect(tick).toBeLessThanOrEqual(range.high)
            if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]!)
          })
          expect(new Set(tickTexts(ticks, kind, 'percent')).size).toBe(ticks.length)
        },
      ),
    )
  })
})
