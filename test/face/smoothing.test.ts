import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Column } from '../../src-renderer/charts/column.ts'
import { smoothedOf, type Smoothing } from '../../src-renderer/charts/smoothing.ts'

const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true })
const smooth = (values: readonly number[], kind: Smoothing['kind'], span: number) => [
  ...smoothedOf(Float64Array.from(values), { kind, span }),
]

describe('smoothing', () => {
  test('a constant stays what it is', () => {
    fc.assert(
      fc.property(finite, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 60 }), (value, span, n) => {
        for (const kind of ['exponential', 'window'] as const)
          for (const smoothed of smooth(new Array<number>(n).fill(value), kind, span))
            expect(smoothed).toBeCloseTo(value, 8)
      }),
    )
  })

  test('exponential: the weighted mean in closed form', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (y, span) => {
        const decay = 1 - 2 / (span + 1)
        smooth(y, 'exponential', span).forEach((smoothed, t) => {
          let sum = 0
          let weights = 0
          for (let i = 0; i <= t; i++) {
            sum += decay ** i * y[t - i]!
            weights += decay ** i
          }
          expect(smoothed).toBeCloseTo(sum / weights, 7)
        })
      }),
    )
  })

  test('exponential: a unit step is answered by a quotient of geometric sums', () => {
    const span = 9
    const d = 1 - 2 / (span + 1)
    const y = [...new Array<number>(20).fill(0), ...new Array<number>(20).fill(1)]
    smooth(y, 'exponential', span).forEach((smoothed, t) => {
      const steps = Math.max(0, t - 19)
      expect(smoothed).toBeCloseTo((1 - d ** steps) / (1 - d ** (t + 1)), 12)
    })
  })

  test('window: the mean of the points around, fewer at the ends', () => {
    // pandas.Series([1, 2, 4, 8, 16]).rolling(3, center=True, min_periods=1).mean(), and of 4
    expect(smooth([1, 2, 4, 8, 16], 'window', 3)).toEqual([1.5, 7 / 3, 14 / 3, 28 / 3, 12])
    expect(smooth([1, 2, 4, 8, 16], 'window', 4)).toEqual([1.5, 7 / 3, 3.75, 7.5, 28 / 3])
  })

  test('a spike that has left the window leaves nothing behind', () => {
    const y = [1e16, ...new Array<number>(40).fill(1e-3)]
    expect(smooth(y, 'window', 5).slice(5)).toEqual(new Array<number>(36).fill(1e-3))
  })

  test('a line that grows, changes or is cut is smoothed as if it had come at once', () => {
    const step = fc.record({ kind: fc.constantFrom('push', 'push', 'set', 'cut'), at: fc.nat(20), value: finite })
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom('exponential' as const, 'window' as const),
        fc.integer({ min: 1, max: 12 }),
        (steps, kind, span) => {
          const column = new Column()
          for (const { kind: what, at, value } of steps) {
            if (what === 'push') column.push(value)
            else if (what === 'set') column.set(at, value)
            else column.truncate(Math.max(0, column.length - at))
            const grown = smoothedOf(column.view(), { kind, span })
            const fresh = smooth([...column.view()], kind, span)
            expect(grown.length).toBe(fresh.length)
            fresh.forEach((smoothed, i) => expect(grown[i]).toBeCloseTo(smoothed, 6))
          }
        },
      ),
    )
  })
})
