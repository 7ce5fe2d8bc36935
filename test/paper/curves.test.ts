/** A published curve beside ours. Expected by hand on curves of three points. */
import { describe, expect, it } from 'vitest'
import { curveState } from '../../src-main/paper/curves.ts'
import type { TrainedRun } from '../../src-main/paper/trained.ts'
import { collapsedAt, measured, paperOf, question, run, seed } from './made-up.ts'

type Curve = Readonly<Record<string, unknown>>
const figure = (curve: Curve, exhibit: object = {}, row: object = {}) => {
  const paper = paperOf(
    [{ published: { test: null, train: null }, ...row }],
    [
      {
        ...{ kind: 'curves', band: 'sample sd', x: { unit: 'epoch', at: [1, 2, 3] }, ...exhibit },
        curves: [{ row: 'a', label: 'A', n: 10, low: null, high: null, ...curve }],
      },
    ],
  )
  const [one] = paper.exhibits
  return (...runs: TrainedRun[]) => curveState(one!, one!.curves[0]!, paper.rows[0]!, runs, [])
}
const banded = { mean: [0.5, 0.7, 0.9], low: [0.45, 0.65, 0.89], high: [0.55, 0.75, 0.91] }
/** All seeds alike. */
const alike = (...test: number[]) => run([0, 1, 2].map((n) => seed(n, test)))

describe('near', () => {
  it('counts the points within the band, its edges with them, and finds the largest distance', () => {
    const { near, at, mean } = figure(banded)(alike(0.55, 0.62, 0.9))
    expect(at).toEqual([1, 2, 3])
    expect(mean).toEqual([0.55, 0.62, 0.9])
    expect(near).toMatchObject({ points: 3, inside: 2, largestAt: 2 })
    expect(near?.largest).toBeCloseTo(0.08, 12)
  })

  it('counts on both sides of the band', () => {
    expect(figure(banded)(alike(0.56, 0.64, 0.92)).near).toMatchObject({ points: 3, inside: 0 })
    expect(figure(banded)(alike(0.46, 0.74, 0.895)).near).toMatchObject({ points: 3, inside: 3 })
  })

  it('leaves out points that were not printed', () => {
    const holed = { mean: [0.5, null, 0.9], low: [0.45, null, 0.89], high: [0.55, null, 0.91] }
    expect(figure(holed)(alike(0.5, 0.1, 0.9)).near).toMatchObject({ points: 2, inside: 2, largest: 0 })
  })

  it('is nothing where nothing was trained', () => {
    expect(figure(banded)()).toMatchObject({ near: null, verdict: 'not run', at: [], from: null })
  })
})

describe('our band', () => {
  const spread = run([0.7, 0.8, 0.9].map((first, n) => seed(n, [first, 0.9, 0.9])))

  it('is of the kind of the exhibit’s', () => {
    // 0.7, 0.8, 0.9: sample deviation 0.1, of the population √(0.02/3).
    const sample = figure(banded, { band: 'sample sd' })(spread)
    expect([sample.low[0], sample.high[0]]).toEqual([expect.closeTo(0.7, 12), expect.closeTo(0.9, 12)])
    const population = figure(banded, { band: 'population sd' })(spread)
    expect(population.low[0]).toBeCloseTo(0.8 - Math.sqrt(0.02 / 3), 12)
    expect(population.high[0]).toBeCloseTo(0.8 + Math.sqrt(0.02 / 3), 12)
    expect(population.n).toEqual([3, 3, 3])
  })

  it('is none of one seed', () => {
    const { low, high } = figure(banded)(run([seed(0, [0.5, 0.7, 0.9])]))
    expect([...low, ...high]).toEqual(Array.from({ length: 6 }, () => null))
  })
})

describe('the end', () => {
  it('is judged by the row’s own number where it has one', () => {
    const row = { published: { test: { mean: 0.8, sd: 0.001, n: 10 }, train: null } }
    const state = figure(banded, {}, row)(alike(0.5, 0.7, 0.9))
    expect(state.published).toEqual({ mean: 0.8, sd: 0.001, n: 10 })
    expect(state.verdict).toBe('outside')
  })

  it('is else judged by the curve’s, its population band as a sample deviation', () => {
    const n = 5
    const state = figure(
      { ...banded, low: [0.4, 0.6, 0.898], high: [0.6, 0.8, 0.902], n },
      { band: 'population sd' },
    )(alike(0.1, 0.1, 0.9))
    expect(state.published?.mean).toBe(0.9)
    expect(state.published?.sd).toBeCloseTo(0.002 * Math.sqrt(5 / 4), 12)
    expect(state.published?.n).toBe(5)
    expect(state.verdict).toBe('inside')
    const sample = figure({ ...banded, low: [0.4, 0.6, 0.898], high: [0.6, 0.8, 0.902], n })(alike(0.1, 0.1, 0.9))
    expect(sample.published?.sd).toBeCloseTo(0.002, 12)
  })

  it('is not finished where ours ends early', () => {
    const state = figure(banded)(alike(0.5, 0.7))
    expect(state).toMatchObject({ at: [1, 2], verdict: 'not finished', near: { points: 2, inside: 2 } })
  })

  it('is at the paper’s last epoch of runs that went on', () => {
    const longer = run(
      [0, 1, 2].map((n) => seed(n, [0.5, 0.7, 0.9, 0.1])),
      { training: { epochs: 4 } },
    )
    expect(figure(banded)(longer)).toMatchObject({ at: [1, 2, 3], ours: { mean: 0.9 }, near: { points: 3 } })
  })
})

describe('angles', () => {
  const at = [1, 1001, 2001]
  const taking = { measures: ['alignment:500'] }
  const angles = (first: number) => ({
    measures: measured('alignment', { 'layer 1': { 1: first, 501: 1, 1001: first - 20, 1501: 1, 2001: first - 30 } }),
  })
  const drawn = figure(
    { mean: [90, 70, 60], low: [89, 69, 59.8], high: [91, 71, 60.2], series: 'layer 1' },
    { kind: 'angles', quantity: 'alignment', x: { unit: 'batch', at }, band: 'population sd' },
  )

  it('are taken where the paper has them, and judged by their own slack', () => {
    const state = drawn(
      run(
        [89.9, 90, 90.1].map((first, n) => seed(n, [0.1, 0.2, 0.9], angles(first))),
        taking,
      ),
    )
    expect(state.at).toEqual(at)
    for (const [i, value] of [90, 70, 60].entries()) expect(state.mean[i]).toBeCloseTo(value, 9)
    expect(state).toMatchObject({ verdict: 'inside', near: { points: 3, inside: 3 } })
    // t(≈2)·√(0.1²/3 + …) + half a degree: half a degree alone is more than the slack of accuracies.
    expect(state.agreement?.margin).toBeGreaterThan(0.5)
  })

  it('of runs that did not take them are not there', () => {
    const without = run([0, 1, 2].map((n) => seed(n, [0.1, 0.2, 0.9])))
    expect(drawn(without)).toMatchObject({ verdict: 'not run', ours: null, at: [] })
  })

  it('that end early are not finished, whatever the epochs', () => {
    const few = { measures: measured('alignment', { 'layer 1': { 1: 90, 1001: 70 } }) }
    const state = drawn(
      run(
        [0, 1, 2].map((n) => seed(n, [0.1, 0.2, 0.9], few)),
        taking,
      ),
    )
    expect(state).toMatchObject({ at: [1, 1001], verdict: 'not finished' })
  })
})

it('top-k accuracy is found by epoch, and where it was counted less often only there', () => {
  const topK = { evaluation: { topK: 5 } }
  const row = { experiment: question(topK) }
  const drawn = figure({ mean: [0.8, 0.9, 0.95], series: 'test' }, { quantity: 'top-k' }, row)
  const every = measured('top-k', { test: { 100: 0.8, 200: 0.9, 300: 0.95 } })
  const counted = [0, 1, 2].map((n) => seed(n, [0.1, 0.2, 0.3], { measures: every }))
  expect(drawn(run(counted, topK))).toMatchObject({ at: [1, 2, 3], near: { points: 3, inside: 3 } })
  // That the class is among three says nothing of that it is among five.
  expect(drawn(run(counted, { evaluation: { topK: 3 } }))).toMatchObject({ verdict: 'not run', at: [] })
  const second = measured('top-k', { test: { 200: 0.9, 300: 0.95 } })
  const asked = { evaluation: { topK: 5, topKEveryEpochs: 2 } }
  const seldom = run(
    [0, 1, 2].map((n) => seed(n, [0.1, 0.2, 0.3], { measures: second })),
    asked,
  )
  expect(drawn(seldom)).toMatchObject({ at: [2, 3], mean: [0.9, 0.95], near: { points: 2, inside: 2 } })
})

describe('lost seeds', () => {
  const ends = [0.909, 0.91, 0.911, 0.5]
  const with1 = run(ends.map((end, n) => seed(n, [0.4, 0.6, end])))

  it('are in our curve where the paper’s has its own, and in no end', () => {
    const row = {
      published: { test: { mean: 0.8075, sd: 0.205, n: 4 }, train: null },
      perSeed: { seeds: [0, 1, 2, 3], test: ends, train: null },
    }
    const state = figure({ mean: [0.4, 0.6, 0.8075] }, {}, row)(with1)
    expect(state.mean[2]).toBeCloseTo(0.8075, 12)
    expect(state.n).toEqual([4, 4, 4])
    expect(state.ours?.mean).toBeCloseTo(0.91, 12)
    expect(state.published?.mean).toBeCloseTo(0.91, 12)
    expect(state.verdict).toBe('inside')
  })

  it('are in neither where the paper lost none', () => {
    const row = { published: { test: { mean: 0.91, sd: 0.001, n: 10 }, train: null } }
    const state = figure({ mean: [0.4, 0.6, 0.91] }, {}, row)(with1)
    expect(state.mean[2]).toBeCloseTo(0.91, 12)
    expect(state.n).toEqual([3, 3, 3])
  })

  it('that collapsed are drawn as far as they went', () => {
    const row = { published: { test: { mean: 0.8, sd: 0.1, n: 10 }, train: null } }
    const state = figure(
      { mean: [0.4, 0.6, 0.8] },
      {},
      row,
    )(run([...[0, 1, 2].map((n) => seed(n, [0.4, 0.6, 0.9])), seed(3, [0.1], collapsedAt(2))]))
    expect(state.n).toEqual([4, 3, 3])
    expect(state.at).toEqual([1, 2, 3])
  })
})
