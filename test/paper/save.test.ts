/** A paper made of runs: its numbers are theirs, and the runs that it was made of fill it to the last point. */
import { describe, expect, it } from 'vitest'
import { Paper } from '../../src-main/paper/paper.ts'
import { paperOfRuns, slug } from '../../src-main/paper/save.ts'
import { paperState } from '../../src-main/paper/state.ts'
import type { TrainedRun } from '../../src-main/paper/trained.ts'
import { collapsedAt, everything, measured, run, seed } from './made-up.ts'

const titles = {
  id: 'mine',
  title: 'My paper',
  authors: 'Me',
  labelOf: (name: string) => ({ alignment: 'Angle of W and Vᵀ' })[name] ?? name,
}
const saved = (...runs: TrainedRun[]): Paper =>
  paperOfRuns(
    runs.map((one, i) => ({ run: one, label: `Run ${i + 1}` })),
    titles,
  )
/** The paper beside the runs that it was made of. */
const filled = (paper: Paper, runs: readonly TrainedRun[]) =>
  paperState(paper, runs, [], { ready: everything, secondsOf: () => null })

/** Ends at 0.899, 0.9, 0.901, with angles of three batches. */
const three = (asked = {}) =>
  run(
    [0, 1, 2].map((n) =>
      seed(n, [0.5, 0.7, 0.899 + n / 1000], {
        trainAccuracy: [0.6, 0.8, 0.949 + n / 1000],
        measures: measured('alignment', { 'layer 1': { 1: 90, 501: 70 - n / 10, 1001: 60 + n / 10 } }),
      }),
    ),
    { measures: ['alignment:500'], ...asked },
  )

describe('a paper of runs', () => {
  const one = three()
  const other = three({ settings: { beta: 0.5 } })
  const paper = saved(one, other)

  it('is a paper, as a file too', () => {
    expect(Paper.parse(JSON.parse(JSON.stringify(paper)))).toEqual(paper)
    expect(paper).toMatchObject({ id: 'mine', title: 'My paper', authors: 'Me' })
  })

  it('has the experiments as its rows, on whatever engine', () => {
    expect(paper.rows.map(({ label }) => label)).toEqual(['Run 1', 'Run 2'])
    expect(paper.rows[1]?.experiment).toEqual({
      ...other.experiment,
      engine: { name: 'auto', precision: 'float32', device: null, threads: null },
    })
  })

  it('prints the means of the runs', () => {
    const { published, note } = paper.rows[0]!
    expect(published?.test?.mean).toBeCloseTo(0.9, 12)
    expect(published?.test?.sd).toBeCloseTo(0.001, 12)
    expect(published?.test?.n).toBe(3)
    expect(published?.train?.mean).toBeCloseTo(0.95, 12)
    expect(note).toBe('')
  })

  it('has a figure of each quantity that was taken, and a table', () => {
    expect(paper.exhibits.map(({ id, kind, title }) => [id, kind, title])).toEqual([
      ['test-accuracy', 'curves', 'Test accuracy'],
      ['train-accuracy', 'curves', 'Training accuracy'],
      ['alignment-layer-1', 'angles', 'Angle of W and Vᵀ, layer 1'],
      ['final-accuracy', 'table', 'Accuracy after the last epoch'],
    ])
    const [test, , angles] = paper.exhibits
    expect(test?.x).toEqual({ unit: 'epoch', at: [1, 2, 3] })
    expect(test?.curves[0]).toMatchObject({ row: 'row-1', n: 3, mean: [0.5, 0.7, 0.9] })
    expect(test?.curves[0]?.low?.[2]).toBeCloseTo(0.899, 7)
    expect(test?.curves[0]?.high?.[2]).toBeCloseTo(0.901, 7)
    expect(angles?.x).toEqual({ unit: 'batch', at: [1, 501, 1001] })
    expect(angles?.curves[0]).toMatchObject({ series: 'layer 1', mean: [90, 69.9, 60.1] })
  })

  it('is filled by its runs: every verdict inside, every point in its band, nothing missing', () => {
    for (const { verdicts, curves, missing } of filled(paper, [one, other])) {
      expect(verdicts).toEqual({ inside: 2 })
      expect(missing).toEqual({ experiments: 0, runs: 0, seconds: [0, 0], untimed: null, underWay: 0, obstacles: [] })
      for (const { near, agreement } of curves) {
        expect(near).toMatchObject({ points: 3, inside: 3 })
        expect(near?.largest).toBeLessThan(1e-7)
        expect(agreement?.difference).toBeCloseTo(0, 7)
      }
    }
  })

  it('misses all of it without them', () => {
    const [test] = filled(paper, [])
    expect(test).toMatchObject({ verdicts: { 'not run': 2 }, missing: { experiments: 2, runs: 6 } })
  })
})

describe('seeds', () => {
  it('that collapsed are named in the note and in no mean, and are not missing', () => {
    const one = run([...three().seeds, seed(3, [0.1], collapsedAt(2))])
    const paper = saved(one)
    expect(paper.rows[0]?.note).toMatch(/seed 3\b/)
    expect(paper.rows[0]?.published?.test?.n).toBe(3)
    expect(paper.exhibits[0]?.curves[0]?.mean[0]).toBe(0.5)
    const [test] = filled(paper, [one])
    expect(test).toMatchObject({ verdicts: { inside: 1 }, missing: { experiments: 0 } })
    expect(test?.curves[0]?.near).toMatchObject({ points: 3, inside: 3 })
  })

  it('that ended low are told apart on both sides', () => {
    const ends = [0.909, 0.91, 0.911, 0.8]
    const one = run(ends.map((end, n) => seed(n, [0.5, 0.7, end])))
    const paper = saved(one)
    // The mean is the run's own, with all that it measured.
    expect(paper.rows[0]?.published?.test?.mean).toBeCloseTo(3.53 / 4, 12)
    const [test] = filled(paper, [one])
    expect(test?.rows[0]?.lost).toMatchObject({
      ...{ published: [{ seed: 3, test: 0.8 }], ours: [{ seed: 3, test: 0.8 }], leftOut: true },
    })
    expect(test?.rows[0]?.published).toEqual(test?.rows[0]?.ours)
    expect(test?.curves[0]?.near).toMatchObject({ points: 3, inside: 3 })
    expect(test?.curves[0]?.near?.largest).toBeLessThan(1e-7)
    expect(test?.verdicts).toEqual({ inside: 1 })
  })

  it('that were left behind or not begun are not asked for', () => {
    const one = run([...three().seeds, seed(3, [0.5]), seed(4, [])])
    const paper = saved(one)
    expect(paper.rows[0]?.experiment?.seeds).toEqual([0, 1, 2])
    expect(filled(paper, [one])[0]?.missing.experiments).toBe(0)
  })

  it('that all collapsed leave nothing to print', () => {
    const paper = saved(run([seed(0, [0.1], collapsedAt(2))]), three())
    expect(paper.rows[0]).toMatchObject({ published: { test: null, train: null } })
    expect(paper.rows[0]?.note).toMatch(/seed 0\b/)
    expect(paper.exhibits[0]?.curves.map(({ row }) => row)).toEqual(['row-2'])
  })
})

describe('epochs', () => {
  it('are those that were finished: a run that was stopped asks for no more', () => {
    const stopped = run(
      [0, 1, 2].map((n) => seed(n, [0.5, 0.7 + n / 1000])),
      { training: { epochs: 9 } },
    )
    const paper = saved(stopped)
    expect(paper.rows[0]?.experiment?.training.epochs).toBe(2)
    const [test] = filled(paper, [stopped])
    expect(test).toMatchObject({ verdicts: { inside: 1 }, missing: { experiments: 0, underWay: 0 } })
  })

  it('of runs of unequal length stand in one figure, each curve to its end', () => {
    const short = run(
      [0, 1, 2].map((n) => seed(n, [0.5, 0.6 + n / 1000])),
      { training: { epochs: 2 } },
    )
    const paper = saved(short, three({ settings: { beta: 0.5 } }))
    expect(paper.exhibits[0]?.x?.at).toEqual([1, 2, 3])
    expect(paper.exhibits[0]?.curves.map(({ mean }) => mean.length)).toEqual([2, 3])
  })

  it('of many are thinned, and the last of every curve stays', () => {
    const long = (epochs: number, beta: number) =>
      run(
        [0, 1, 2].map((n) =>
          seed(
            n,
            Array.from({ length: epochs }, (_, at) => 0.5 + (at % 7) / 100 + n / 10_000),
          ),
        ),
        { training: { epochs }, settings: { beta } },
      )
    const runs = [long(1000, 1), long(498, 2)]
    const paper = saved(...runs)
    const [test] = paper.exhibits
    expect(test?.x?.at.length).toBeLessThan(410)
    expect(test?.x?.at.at(-1)).toBe(1000)
    expect(test?.x?.at).toContain(498)
    expect(filled(paper, runs)[0]?.verdicts).toEqual({ inside: 2 })
  })
})

it.each([
  ['My first paper', 'my-first-paper'],
  ['  Über β — “Ångström”!  ', 'uber-angstrom'],
  ['∂∇', 'paper'],
  ['a'.repeat(200), 'a'.repeat(80)],
])('%s is a file called %s', (title, id) => {
  expect(slug(title)).toBe(id)
})
