import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Column } from '../../src-renderer/charts/column.ts'
import { SeedMean, type Growing } from '../../src-renderer/charts/seed-mean.ts'

const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true })
const seedOf = (values: readonly number[], xs = values.map((_, i) => i + 1)): Growing => ({
  x: new Column(xs),
  y: new Column(values),
})
const shownBy = ({ x, y, low, high }: SeedMean) => [x, y, low, high].map((column) => [...column.view()])

describe('mean over seeds', () => {
  test('mean and sample standard deviation at every x, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(finite, { maxLength: 12 }), { minLength: 1, maxLength: 6 }), (seeds) => {
        const mean = new SeedMean('sd')
        mean.update(seeds.map((values) => seedOf(values)))
        const longest = Math.max(...seeds.map(({ length }) => length))
        expect([...mean.x.view()]).toEqual(Array.from({ length: longest }, (_, i) => i + 1))
        mean.x.view().forEach((at, i) => {
          const here = seeds.flatMap((values) => values.slice(at - 1, at))
          const average = here.reduce((sum, value) => sum + value, 0) / here.length
          const squares = here.reduce((sum, value) => sum + (value - average) ** 2, 0)
          const sd = here.length > 1 ? Math.sqrt(squares / (here.length - 1)) : 0
          expect(mean.y.at(i)).toBeCloseTo(average, 8)
          expect(mean.high.at(i) - mean.y.at(i)).toBeCloseTo(sd, 7)
          expect(mean.y.at(i) - mean.low.at(i)).toBeCloseTo(sd, 7)
        })
      }),
    )
  })

  test('keeps its digits where accuracies differ in the fourth one only', () => {
    const mean = new SeedMean('sd')
    mean.update([0.9761, 0.9762, 0.9763].map((value) => seedOf([1e6 + value])))
    expect(mean.high.at(0) - mean.y.at(0)).toBeCloseTo(1e-4, 7)
  })

  test('quartiles as NumPy takes them, and the extremes', () => {
    // np.percentile([1, 2, 4, 8], [25, 75]) = [1.75, 5]
    const seeds = [8, 1, 4, 2].map((value) => seedOf([value]))
    const quartiles = new SeedMean('quartiles')
    quartiles.update(seeds)
    expect([quartiles.low.at(0), quartiles.high.at(0)]).toEqual([1.75, 5])
    const range = new SeedMean('range')
    range.update(seeds)
    expect([range.low.at(0), range.high.at(0)]).toEqual([1, 8])
  })

  test('kept up step by step it is what it would be from scratch, whatever was appended, changed or cut', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), seed: fc.nat(2), value: fc.option(finite, { nil: NaN }) }),
      fc.record({ kind: fc.constant('set' as const), seed: fc.nat(2), value: finite }),
      fc.record({ kind: fc.constant('cut' as const), seed: fc.nat(2), value: fc.constant(0) }),
      fc.record({ kind: fc.constant('look' as const), seed: fc.nat(2), value: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const seeds = [seedOf([]), seedOf([]), seedOf([])]
        const kept = new SeedMean('sd')
        for (const { kind, seed, value } of steps) {
          const { x, y } = seeds[seed] ?? seedOf([])
          if (kind === 'push') {
            x.push(x.length + 1)
            y.push(value)
          } else if (kind === 'set') y.set(y.length >> 1, value)
          else if (kind === 'cut') for (const column of [x, y]) column.truncate(Math.max(0, column.length - 2))
          else kept.update(seeds)
        }
        kept.update(seeds)
        const fresh = new SeedMean('sd')
        fresh.update(seeds)
        expect(shownBy(kept)).toEqual(shownBy(fresh))
      }),
    )
  })
})

describe('a column', () => {
  test('tells the first place that changed since a version, growth apart', () => {
    const column = new Column([1, 2, 3, 4])
    const before = column.version
    column.push(5)
    expect(column.changedSince(before)).toBe(Infinity)
    column.set(3, 9)
    const between = column.version
    column.set(1, 9)
    column.set(4, 9)
    expect(column.changedSince(before)).toBe(1)
    expect(column.changedSince(between)).toBe(1)
    const later = column.version
    column.set(1, 9)
    expect(column.changedSince(later)).toBe(Infinity)
    column.truncate(2)
    expect(column.changedSince(later)).toBe(2)
  })

  test('never tells a later place than the true one, however many changes there were', () => {
    const change = fc.record({ index: fc.nat(200), value: finite })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), fc.nat(300), (changes, at) => {
        const column = new Column(new Array<number>(201).fill(5_000))
        let version = column.version
        let first = Infinity
        changes.forEach(({ index, value }, i) => {
          if (i === at) {
            version = column.version
            first = Infinity
          }
          if (column.at(index) !== value) first = Math.min(first, index)
          column.set(index, value)
        })
        expect(column.changedSince(version)).toBeLessThanOrEqual(first)
      }),
    )
  })
})
