import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { panned, windowWithin, zoomed } from '../../src-renderer/charts/chart-window.ts'

const whole = { low: 1, high: 1000 }
const inside = fc.double({ min: 1, max: 1000, noNaN: true })
const kind = fc.constantFrom('linear' as const, 'log' as const)

describe('a window onto x', () => {
  test('stays within all there is, and shows all as none', () => {
    expect(windowWithin(whole, { low: -5, high: 2000 })).toBeNull()
    expect(windowWithin(whole, { low: 50, high: 20 })).toEqual({ low: 20, high: 50 })
  })

  test('zoomed, what it is zoomed around keeps its place; out again it is what it was', () => {
    fc.assert(
      fc.property(inside, inside, inside, kind, (a, b, c, scale) => {
        const [low, around, high] = [a, b, c].sort((p, q) => p - q) as [number, number, number]
        fc.pre(high - low > 1 && around > low && around < high)
        const near = zoomed(scale, whole, { low, high }, { around, factor: 0.5, least: 0 })
        expect(near?.low).toBeGreaterThanOrEqual(low - 1e-9)
        expect(near?.high).toBeLessThanOrEqual(high + 1e-9)
        const back = zoomed(scale, whole, near ?? whole, { around, factor: 2, least: 0 }) ?? whole
        expect(back.low).toBeCloseTo(low, 5)
        expect(back.high).toBeCloseTo(high, 5)
      }),
    )
  })

  test('moved along, it stays as wide as it was and stops at the ends', () => {
    fc.assert(
      fc.property(inside, inside, fc.double({ min: -3, max: 3, noNaN: true }), (a, b, share) => {
        fc.pre(Math.abs(a - b) > 1 && Math.abs(a - b) < 900)
        const now = { low: Math.min(a, b), high: Math.max(a, b) }
        const next = panned('linear', whole, now, share) ?? whole
        expect(next.high - next.low).toBeCloseTo(now.high - now.low, 6)
        expect(next.low).toBeGreaterThanOrEqual(whole.low)
        expect(next.high).toBeLessThanOrEqual(whole.high)
      }),
    )
  })
})
