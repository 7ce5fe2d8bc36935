/** A whole paper beside a lab: what stands in each exhibit, and what all of it takes. And what is no paper. */
import { describe, expect, it } from 'vitest'
import { readPaper } from '../../src-main/lab/papers.ts'
import { LabProblem } from '../../src-main/lab/problem.ts'
import { Paper } from '../../src-main/paper/paper.ts'
import { paperState } from '../../src-main/paper/state.ts'
import type { TrainedRun } from '../../src-main/paper/trained.ts'
import { everything, paperOf, question, run, seed } from './made-up.ts'

const printed = { published: { test: { mean: 0.9, sd: 0.001, n: 10 }, train: { mean: 0.95, sd: 0.001, n: 10 } } }
const curve = (row: string, more: object = {}) => ({
  ...{ row, label: row, n: 10, mean: [0.5, 0.7, 0.9], low: null, high: null },
  ...more,
})
const epochs = { x: { unit: 'epoch' as const, at: [1, 2, 3] } }

describe('a paper beside a lab', () => {
  const paper = paperOf(
    [printed, { ...printed, experiment: question({ settings: { beta: 2 } }) }],
    [
      { id: 'curves', kind: 'curves', ...epochs, curves: [curve('a'), curve('b'), curve('a', { quantity: 'train' })] },
      { id: 'table', rows: ['b', 'a'] },
      { id: 'train', quantity: 'train', rows: ['a'] },
    ],
  )
  const filling = run([0, 1, 2].map((n) => seed(n, [0.5, 0.7, 0.9], { trainAccuracy: [0.6, 0.8, 0.8] })))
  const stateOf = (
    lab: readonly TrainedRun[],
    shipped: readonly TrainedRun[] = [],
    seconds: readonly [number, number] | null = [50, 60],
  ) => paperState(paper, lab, shipped, { ready: everything, secondsOf: () => seconds })

  it('stands in the order of the paper, each row of an exhibit once', () => {
    const state = stateOf([filling])
    expect(state.map(({ id }) => id)).toEqual(['curves', 'table', 'train'])
    expect(state.map(({ rows }) => rows.map(({ id }) => id))).toEqual([['a', 'b'], ['b', 'a'], ['a']])
    expect(state.map(({ curves }) => curves.map(({ row }) => row))).toEqual([['a', 'b', 'a'], [], []])
  })

  it('counts the verdicts of curves, or of the rows of a table', () => {
    // The training accuracy ends fifteen points below what was printed.
    expect(stateOf([filling]).map(({ verdicts }) => verdicts)).toEqual([
      { inside: 1, 'not run': 1, outside: 1 },
      { inside: 1, 'not run': 1 },
      { outside: 1 },
    ])
  })

  it('tells of each exhibit what it is missing, with its time', () => {
    expect(
      stateOf([filling]).map(({ missing: { experiments, runs, seconds } }) => [experiments, runs, seconds]),
    ).toEqual([
      [1, 3, [50, 60]],
      [1, 3, [50, 60]],
      [0, 0, [0, 0]],
    ])
    expect(stateOf([]).map(({ missing: { experiments, runs, seconds } }) => [experiments, runs, seconds])).toEqual([
      [2, 6, [100, 120]],
      [2, 6, [100, 120]],
      [1, 3, [50, 60]],
    ])
    const unknown = stateOf([], [], null)[0]?.missing
    expect(unknown?.seconds).toBeNull()
    expect(unknown?.untimed?.seeds).toEqual([0, 1, 2])
    expect(stateOf([])[0]?.missing.untimed).toBeNull()
  })

  it('is filled by what ships, which spares no training here', () => {
    const [first] = stateOf([], [{ ...filling, id: null }])
    expect(first?.verdicts).toEqual({ inside: 1, 'not run': 1, outside: 1 })
    expect(first?.curves.map(({ from }) => from)).toEqual(['shipped', null, 'shipped'])
    expect(first?.missing).toMatchObject({ experiments: 2, runs: 6 })
  })
})

describe('what is refused as a paper', () => {
  const whole = () => JSON.parse(JSON.stringify(paperOf([{}, {}]))) as Record<string, unknown> & { rows: object[] }
  const exhibit = { id: 'x', title: 'X', section: 'All', kind: 'table', quantity: 'test', rows: ['a'] }

  type Change = Readonly<Record<string, unknown>>
  it.each<[string, string, Change | ((paper: ReturnType<typeof whole>) => Change)]>([
    ['a row twice', 'rows.1.id', (paper) => ({ rows: [paper.rows[0], paper.rows[0]], exhibits: [exhibit] })],
    [
      'a row with a preset and an experiment',
      'rows.0',
      (paper) => ({ rows: [{ ...paper.rows[0], preset: 'ep-mnist' }, paper.rows[1]] }),
    ],
    ['a row with neither', 'rows.0', (paper) => ({ rows: [{ ...paper.rows[0], experiment: null }, paper.rows[1]] })],
    [
      'fewer accuracies than seeds',
      'rows.0.perSeed',
      (paper) => ({
        rows: [{ ...paper.rows[0], perSeed: { seeds: [0, 1], test: [0.5], train: null } }, paper.rows[1]],
      }),
    ],
    [
      'fewer training accuracies than seeds',
      'rows.0.perSeed',
      (paper) => ({ rows: [{ ...paper.rows[0], perSeed: { seeds: [0], test: [0.5], train: [] } }, paper.rows[1]] }),
    ],
    ['an exhibit twice', 'exhibits.1.id', { exhibits: [exhibit, exhibit] }],
    ['an exhibit of nothing', 'exhibits.0', { exhibits: [{ ...exhibit, rows: [] }] }],
    ['a row that there is not', 'exhibits.0', { exhibits: [{ ...exhibit, rows: ['z'] }] }],
    [
      'a curve of a row that there is not',
      'exhibits.0',
      { exhibits: [{ ...exhibit, ...epochs, curves: [curve('z')] }] },
    ],
    ['a label of a row that is not listed', 'exhibits.0.labels', { exhibits: [{ ...exhibit, labels: { b: 'B' } }] }],
    ['curves without places', 'exhibits.0.x', { exhibits: [{ ...exhibit, curves: [curve('a', { mean: [0.5] })] }] }],
    [
      'more points than places',
      'exhibits.0',
      { exhibits: [{ ...exhibit, ...epochs, curves: [curve('a', { mean: [0.1, 0.2, 0.3, 0.4] })] }] },
    ],
    [
      'a band of another length',
      'exhibits.0',
      { exhibits: [{ ...exhibit, ...epochs, curves: [curve('a', { low: [0.4, 0.6] })] }] },
    ],
    ['no exhibit', 'exhibits', { exhibits: [] }],
    ['a word that it does not know', '', { colour: 'red' }],
    [
      'a negative deviation',
      'rows.0.published.test.sd',
      (paper) => ({
        rows: [{ ...paper.rows[0], published: { test: { mean: 1, sd: -1, n: 2 }, train: null } }, paper.rows[1]],
      }),
    ],
    ['an id with a way out of the folder', 'id', { id: '../mine' }],
  ])('%s', (_, path, change) => {
    const paper = whole()
    const changed = { ...paper, ...(typeof change === 'function' ? change(paper) : change) }
    const paths = Paper.safeParse(changed).error?.issues.map((issue) => issue.path.join('.'))
    expect(paths).toContain(path)
    // The same in words, with the place.
    const refused = refusalOf(changed)
    expect(refused.problems.map((problem) => problem.path)).toContain(path)
    expect(refused.message).toContain('mine.json')
    expect(refused.next).toMatch(/\S/)
  })

  function refusalOf(value: unknown): LabProblem {
    try {
      readPaper(value, 'mine.json')
    } catch (error) {
      if (error instanceof LabProblem) return error
      throw error
    }
    throw new Error('It was read.')
  }

  it('a file of a later version, which is told by its number', () => {
    expect(refusalOf({ ...whole(), version: 2, exhibits: 'in another shape' })).toMatchObject({
      message: 'mine.json: expected version 1 or lower, found 2.',
      next: expect.stringMatching(/later Apical/) as unknown,
    })
  })

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'paper'],
    ['a list', []],
    ['an experiment', question()],
    ['another format', { ...whole(), format: 'apical-figure' }],
  ])('%s, which is none', (_, value) => {
    expect(refusalOf(value).message).toMatch(/mine\.json is not a paper.*"format": "apical-paper"/)
  })

  it('nothing that is whole', () => {
    expect(readPaper(whole())).toEqual(paperOf([{}, {}]))
  })
})
