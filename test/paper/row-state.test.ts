/** A row beside its runs: seeds at the paper's epoch, lost ones, verdicts. Expected by arithmetic on the made-up numbers. */
import { describe, expect, it } from 'vitest'
import { studentQuantile } from '../../src-main/experiment/student-t.ts'
import { lostSeeds } from '../../src-main/paper/row-seeds.ts'
import { rowState, toleranceOf } from '../../src-main/paper/row-state.ts'
import { differenceText } from '../../src-main/paper/words.ts'
import type { TrainedRun } from '../../src-main/paper/trained.ts'
import { collapsedAt, rowOf, run, seed } from './made-up.ts'

const printed = (mean: number, sd: number, n = 10, train: { mean: number; sd: number; n: number } | null = null) =>
  rowOf({ published: { test: { mean, sd, n }, train } })
const stateOf = (row: ReturnType<typeof rowOf>, ...runs: TrainedRun[]) => rowState(row, runs, [])

/** Three seeds that end at these accuracies after so many epochs. */
const ending = (ends: readonly number[], epochs = 3) =>
  run(
    ends.map((end, i) => seed(i, [...Array.from({ length: epochs - 1 }, (_, at) => at / 10), end])),
    { training: { epochs } },
  )

describe('what is counted', () => {
  it('is the paper’s epoch of runs that went on', () => {
    const state = stateOf(
      printed(0.9, 0.01),
      run([seed(0, [0.1, 0.2, 0.9, 0.99]), seed(1, [0.1, 0.2, 0.91, 0.99]), seed(2, [0.1, 0.2, 0.92])], {
        training: { epochs: 4 },
      }),
    )
    expect(state.ours?.mean).toBeCloseTo(0.91, 12)
    expect(state).toMatchObject({ trained: 3, wanted: 3, epochs: { done: 3, of: 3 }, ours: { n: 3 } })
  })

  it('is not finished with fewer epochs, and says how many', () => {
    const state = stateOf(printed(0.5, 0.01), ending([0.5, 0.5, 0.5], 2))
    expect(state).toMatchObject({ verdict: 'not finished', epochs: { done: 2, of: 3 }, ours: { mean: 0.5, n: 3 } })
  })

  it('are the seeds that are furthest, not means over unequal epochs', () => {
    const state = stateOf(printed(0.9, 0.01), run([seed(0, [0.1, 0.2, 0.9]), seed(1, [0.1, 0.2])]))
    expect(state).toMatchObject({ ours: { mean: 0.9, n: 1 }, trained: 1, wanted: 3, verdict: 'too few seeds' })
  })

  it('is nothing where nothing was trained, and has no verdict where nothing was printed', () => {
    expect(stateOf(printed(0.9, 0.01))).toMatchObject({ verdict: 'not run', from: null, ours: null, trained: 0 })
    const silent = stateOf(rowOf({ published: { test: null, train: null } }), ending([0.9, 0.9, 0.9]))
    expect(silent).toMatchObject({ verdict: 'nothing published', ours: { n: 3 } })
  })

  it('is the training accuracy where the exhibit is of that', () => {
    const trained = run([0, 1, 2].map((n) => seed(n, [0, 0, 0.9], { trainAccuracy: [0, 0, 0.95 + n / 100] })))
    const row = printed(0.9, 0.01, 10, { mean: 0.96, sd: 0.01, n: 10 })
    const state = rowState(row, [trained], [], 'train')
    expect(state.ours?.mean).toBeCloseTo(0.96, 12)
    expect(state.published).toEqual({ mean: 0.96, sd: 0.01, n: 10 })
  })
})

describe('where it comes from', () => {
  const shipped = run(
    [0, 1, 2].map((n) => seed(n, [0, 0, 0.8])),
    {},
    { id: null },
  )

  it('is what ships only where the lab has nothing', () => {
    const row = printed(0.8, 0.01)
    expect(rowState(row, [], [shipped])).toMatchObject({
      ...{ from: 'shipped', runs: [], ours: { mean: 0.8, n: 3 } },
      machine: { engine: 'reference', started: shipped.created, seconds: 1 },
    })
    const own = run([seed(0, [0, 0, 0.7])])
    const state = rowState(row, [own], [shipped])
    expect(state).toMatchObject({ from: 'lab', machine: null, ours: { mean: 0.7, n: 1 } })
    expect(state.runs).toMatchObject([{ id: own.id, seeds: [0], engine: 'reference', differs: [] }])
  })

  it('says what a run does otherwise without moving the result', () => {
    const differs = (evaluateTrain: 'off' | 'all' | number) =>
      rowState(printed(0.8, 0.01), [run([seed(0, [0, 0, 0.7])], { training: { evaluateTrain } })], []).runs[0]?.differs
    expect(differs('all')).toEqual([])
    expect(differs('off')).toEqual([expect.stringMatching(/training accuracy is not taken/)])
    expect(differs(2000)).toEqual([expect.stringMatching(/of 2,000 samples.*of all/)])
  })
})

describe('lost seeds', () => {
  const each = (...test: (number | null)[]) => test.map((value, seed) => ({ seed, test: value }))

  it('ended more than three points below the median, or collapsed', () => {
    // Median of an even number: between the two in the middle, 0.92.
    expect(lostSeeds(each(0.9, 0.91, 0.93, 0.94))).toEqual([])
    expect(lostSeeds(each(0.889, 0.91, 0.93, 0.94))).toEqual([0])
    // Of an odd one: the one in the middle.
    expect(lostSeeds(each(0.87, 0.91, 0.95))).toEqual([0])
    expect(lostSeeds(each(0.89, 0.91, 0.95))).toEqual([])
    expect(lostSeeds(each(0.9, null, 0.9))).toEqual([1])
  })

  const perSeed = { seeds: [0, 1, 2, 3], test: [0.909, 0.91, 0.911, 0.5], train: [0.95, 0.96, 0.97, 0.4] }
  const named = () =>
    rowOf({
      // As printed, with the lost one in it.
      published: { test: { mean: 0.8075, sd: 0.205, n: 4 }, train: { mean: 0.82, sd: 0.28, n: 4 } },
      perSeed,
    })

  it('are told on both sides and left out of both means where the paper names its own', () => {
    const state = stateOf(
      named(),
      run([...[0, 1, 2].map((n) => seed(n, [0, 0, 0.91])), seed(3, [0, 0, 0.6]), seed(4, [0, 0.3], collapsedAt(3))]),
    )
    expect(state.published?.mean).toBeCloseTo(0.91, 12)
    expect(state.published?.sd).toBeCloseTo(0.001, 12)
    expect(state.published?.n).toBe(3)
    expect(state.ours).toEqual({ mean: 0.91, sd: 0, n: 3 })
    expect(state.lost).toEqual({
      published: [{ seed: 3, test: 0.5, reason: null }],
      ours: [
        { seed: 3, test: 0.6, reason: null },
        { seed: 4, test: 0.3, reason: 'a state of the network is not finite' },
      ],
      leftOut: true,
    })
    // Lost ones have a result all the same.
    expect(state).toMatchObject({ trained: 5, verdict: 'inside' })
  })

  it('are left out of the training accuracy as well, by their test accuracy', () => {
    const trained = run(
      [0.9, 0.91, 0.92, 0.5].map((end, n) =>
        seed(n, [0, 0, end], { trainAccuracy: [0, 0, [0.95, 0.96, 0.97, 0.99][n]!] }),
      ),
    )
    const state = rowState(named(), [trained], [], 'train')
    expect(state.published?.mean).toBeCloseTo(0.96, 12)
    expect(state.ours?.mean).toBeCloseTo(0.96, 12)
    expect([state.published?.n, state.ours?.n]).toEqual([3, 3])
  })

  it('are left out of ours where the paper lost none', () => {
    const state = stateOf(printed(0.91, 0.001), run([0.909, 0.91, 0.911, 0.2].map((end, n) => seed(n, [0, 0, end]))))
    expect(state.ours?.n).toBe(3)
    expect(state.ours?.mean).toBeCloseTo(0.91, 12)
    expect(state.lost).toMatchObject({ published: [], ours: [{ seed: 3, test: 0.2 }], leftOut: true })
    expect(state).toMatchObject({ verdict: 'inside', trained: 4 })
  })

  it('are in both means where the printed spread hides which were', () => {
    const ends = [0.9, 0.91, 0.92, 0.5]
    const state = stateOf(printed(0.8, 0.031), run(ends.map((end, n) => seed(n, [0, 0, end]))))
    expect(state.lost).toMatchObject({ published: null, ours: [{ seed: 3 }], leftOut: false })
    expect(state.ours?.mean).toBeCloseTo(3.23 / 4, 12)
    expect(state.published?.mean).toBe(0.8)
    expect(state.trained).toBe(4)
    // Just below, the spread is that of seeds of which none was lost.
    const close = stateOf(printed(0.8, 0.03), run(ends.map((end, n) => seed(n, [0, 0, end]))))
    expect(close.lost).toMatchObject({ published: [], leftOut: true })
  })

  it('are all that there is where every seed collapsed', () => {
    const state = stateOf(printed(0.9, 0.01), run([seed(0, [0.1], collapsedAt(2)), seed(1, [], collapsedAt(1))]))
    expect(state.lost.ours.map(({ seed: one, test }) => [one, test])).toEqual([
      [0, 0.1],
      [1, null],
    ])
    // What was measured is the result, and says how many it is of.
    expect(state).toMatchObject({ ours: { mean: 0.1, sd: 0, n: 1 }, trained: 2, verdict: 'too few seeds' })
    const all = run([0, 1, 2].map((n) => seed(n, [0.1], collapsedAt(2))))
    expect(stateOf(printed(0.9, 0.001), all).verdict).toBe('outside')
    // In the paper it did not learn either.
    expect(stateOf(printed(0.1, 0.001), all).verdict).toBe('inside')
  })
})

describe('verdicts', () => {
  // Welch by hand: both of n = 5 and sd s: half-width = t(8)·s·√(2/5).
  const s = 0.001
  const half = studentQuantile(0.975, 8) * s * Math.sqrt(2 / 5)
  /** Five values of mean 0.9 + shift and sample deviation s. */
  const five = (shift: number) => {
    const unit = s / Math.sqrt((2 * (1 + 4)) / 4)
    return ending([-2, -1, 0, 1, 2].map((step) => 0.9 + shift + step * unit))
  }

  it('are inside up to the half-width of Welch’s interval and a tenth of a point, and outside beyond', () => {
    const row = printed(0.9, s, 5)
    const at = (shift: number) => stateOf(row, five(shift))
    expect(at(0).agreement?.margin).toBeCloseTo(half + 0.001, 8)
    expect(at(half + 0.00099).verdict).toBe('inside')
    expect(at(-(half + 0.00099)).verdict).toBe('inside')
    expect(at(half + 0.00101).verdict).toBe('outside')
    expect(at(-(half + 0.00101)).verdict).toBe('outside')
  })

  it('allow a sampled training accuracy what the draw of its samples moves, in quadrature', () => {
    const row = printed(0.9, s, 5, { mean: 0.9, sd: s, n: 5 })
    const train = five(0).seeds.map((one) => ({ ...one, trainAccuracy: one.testAccuracy }))
    const marginOf = (evaluateTrain: 'all' | number) =>
      rowState(row, [run(train, { training: { evaluateTrain } })], [], 'train').agreement?.margin ?? NaN
    expect(marginOf('all')).toBeCloseTo(half + 0.001, 8)
    const drawn = 1.959964 * Math.sqrt((0.9 * 0.1) / 20_000)
    expect(marginOf(20_000)).toBeCloseTo(Math.hypot(half, drawn) + 0.001, 8)
    // Of runs that drew unequally many, what is sure is what the fewest say.
    const two = [20_000, 2000].map((evaluateTrain, i) =>
      run(
        train.filter(({ seed: one }) => one % 2 === i),
        { training: { evaluateTrain } },
      ),
    )
    const fewest = 1.959964 * Math.sqrt((0.9 * 0.1) / 2000)
    const mixed = rowState(row, two, [], 'train').agreement?.margin
    expect(mixed).toBeCloseTo(Math.hypot(half, fewest) + 0.001, 8)
    // Of test accuracies nothing is drawn.
    const test = rowState(row, [run(train, { training: { evaluateTrain: 20_000 } })], [], 'test')
    expect(test.agreement?.margin).toBeCloseTo(half + 0.001, 8)
  })

  it('say on which side a difference lies that is seen', () => {
    const text = (difference: number) =>
      differenceText(
        {
          ...{ published: null, ours: null, verdict: 'inside' },
          agreement: { difference, margin: 0, interval: { low: 0, high: 0 }, verdict: 'inside' },
        },
        'points',
      )
    expect([0.0016, -0.0016, 1e-17, -1e-17, 0].map(text)).toEqual(['+0.16', '−0.16', '+0.00', '+0.00', '+0.00'])
  })

  it('of angles have their own slack', () => {
    expect(toleranceOf({ quantity: 'alignment', series: null }, [], 40)).toEqual({ slack: 0.5, widest: 5 })
    expect(toleranceOf({ quantity: 'top-k', series: 'test' }, [], 0.9)).toEqual({ slack: 0.001, widest: 0.01 })
  })

  it('need three seeds, and seeds that say something', () => {
    expect(stateOf(printed(0.9, s, 5), ending([0.9, 0.9])).verdict).toBe('too few seeds')
    expect(stateOf(printed(0.9, 0.02, 5), ending([0.9, 0.92, 0.88])).verdict).toBe('too few seeds')
  })
})

it('a preset that this version does not have is a row without experiment', () => {
  const state = stateOf(rowOf({ preset: 'no-such-preset' }))
  expect(state).toMatchObject({ rule: '', dataset: '', wanted: 0, verdict: 'not run' })
})
