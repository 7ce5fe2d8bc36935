import { describe, expect, test } from 'vitest'
import { bandedCurve } from '../../src-renderer/statistics/curve-band.ts'

describe('bands of curves', () => {
  const curves = [
    [1, 2, 3],
    [2, 4, NaN],
    [3, 9, 3],
  ].map((y) => ({ x: Float64Array.of(1, 2, 3), y: Float64Array.from(y) }))

  test('sd, quartiles and interval hold the same mean', () => {
    for (const band of ['sd', 'quartiles', 'ci'] as const) {
      const found = bandedCurve(curves, band)
      expect([...found.y]).toEqual([2, 5, 3])
      expect([...found.n]).toEqual([3, 3, 2])
    }
    const sd = bandedCurve(curves, 'sd')
    expect([sd.low[0], sd.high[0]]).toEqual([1, 3])
    const quartiles = bandedCurve(curves, 'quartiles')
    expect([quartiles.low[1], quartiles.high[1]]).toEqual([3, 6.5])
    const { low, high } = bandedCurve(curves, 'ci')
    // t₀.₉₇₅ with 2 degrees of freedom is 4.302653, of 1, 2, 3 the standard error 1/√3.
    expect([low[0], high[0]]).toEqual([
      expect.closeTo(2 - 4.302653 / Math.sqrt(3), 5),
      expect.closeTo(2 + 4.302653 / Math.sqrt(3), 5),
    ])
  })

  test('one seed has no band', () => {
    const { low } = bandedCurve(curves.slice(0, 1), 'ci')
    expect([...low]).toEqual([NaN, NaN, NaN])
  })

  test('long curves have intervals at every point, drawn straight between those that were taken', () => {
    const n = 1500
    const x = Float64Array.from({ length: n }, (_, i) => i)
    const seeds = [1, 2, 3].map((slope) => ({ x, y: x.map((at) => slope * at) }))
    const { low, high, y } = bandedCurve(seeds, 'ci')
    expect(low.every(Number.isFinite)).toBe(true)
    y.forEach((mean, i) => {
      expect(low[i]).toBeLessThanOrEqual(mean + 1e-9)
      expect(high[i]).toBeGreaterThanOrEqual(mean - 1e-9)
    })
  })
})
