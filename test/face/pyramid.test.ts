import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Column } from '../../src-renderer/charts/column.ts'
import { Pyramid, pyramidOf, seen } from '../../src-renderer/charts/pyramid.ts'

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
)
const values = fc.array(value, { maxLength: 3000, size: 'max' })

/** The lowest and highest finite value of a stretch, by looking at all of it. */
function extremes(all: readonly number[]): readonly [number, number] {
  const finite = all.filter(Number.isFinite)
  return [Math.min(...finite), Math.max(...finite)]
}
function told(pyramid: Pyramid, y: Float64Array, from: number, to: number): readonly [number, number] {
  const { low, high } = pyramid.range(from, to)
  return [low < 0 ? Infinity : y[low]!, high < 0 ? -Infinity : y[high]!]
}

describe('a pyramid', () => {
  test('tells the lowest and highest of any stretch', () => {
    fc.assert(
      fc.property(values, fc.nat(3000), fc.nat(3000), (all, a, b) => {
        const y = Float64Array.from(all)
        const pyramid = new Pyramid()
        pyramid.update(y)
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        expect(told(pyramid, y, from, to)).toEqual(extremes(all.slice(from, to)))
      }),
    )
  })

  test('follows a column that grows, changes and is cut, as if made anew', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('grow' as const), by: fc.nat(400), value }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('set' as const), by: fc.nat(400), value }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), by: fc.nat(400), value }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const column = new Column()
        for (const { kind, by, value: v } of steps) {
          if (kind === 'grow') for (let i = 0; i < by; i++) column.push(i % 7 === 3 ? v : Math.sin(i * by))
          else if (kind === 'set') column.set(by, v)
          else column.truncate(Math.max(0, column.length - by))
          const y = column.view()
          const all = [...y]
          const pyramid = pyramidOf(y)
          for (const [from, to] of [
            [0, all.length],
            [by, by + 100],
            [all.length - 40, all.length],
          ] as const)
            expect(told(pyramid, y, from, to)).toEqual(extremes(all.slice(Math.max(0, from), to)))
        }
      }),
    )
  })
})

describe('what a window of pixels shows', () => {
  const look = (all: readonly number[], columns: number, low: number, high: number) => {
    const x = Float64Array.from(all, (_, i) => i)
    const y = Float64Array.from(all)
    const window = { columns, edge: (column: number) => low + ((high - low) * column) / columns }
    return seen({ x, y }, pyramidOf(y), window)
  }

  test('loses no extreme of any column, keeps the ends and the order, invents no point, and stays small', () => {
    const finite = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 2000 })
    fc.assert(
      fc.property(finite, fc.integer({ min: 1, max: 40 }), (all, columns) => {
        const last = all.length - 1
        const { x, y, envelope } = look(all, columns, 0, last)
        expect(x[0]).toBe(0)
        expect(x.at(-1)).toBe(last)
        for (let i = 1; i < x.length; i++) expect(x[i]).toBeGreaterThan(x[i - 1]!)
        x.forEach((at, i) => expect(y[i]).toBe(all[at]))
        expect(x.length).toBeLessThanOrEqual(4 * columns)
        for (let column = 0; column < columns; column++) {
          const inside = (at: number): boolean =>
            at >= (last * column) / columns && (at < (last * (column + 1)) / columns || column === columns - 1)
          const here = extremes(all.filter((_, i) => inside(i)))
          expect(extremes([...y].filter((_, i) => inside(x[i]!)))).toEqual(here)
        }
        if (envelope !== null) {
          expect(Math.min(...envelope.low)).toBe(Math.min(...all))
          expect(Math.max(...envelope.high)).toBe(Math.max(...all))
        }
      }),
    )
  })

  test('every point, exactly, when zoomed in far enough, and one beyond either edge', () => {
    const all = Array.from({ length: 10_000 }, (_, i) => Math.sin(i))
    const { x, envelope } = look(all, 100, 5000, 5100)
    expect([...x]).toEqual(Array.from({ length: 103 }, (_, i) => 4999 + i))
    expect(envelope).toBeNull()
  })

  test('one spike among a million is drawn', () => {
    const all = new Array<number>(1_000_000).fill(0)
    all[654_321] = 1
    const { x, y } = look(all, 800, 0, 999_999)
    expect(x[y.indexOf(1)]).toBe(654_321)
    expect(x.length).toBeLessThanOrEqual(3200)
  })
})
