/** What is still to be trained for an exhibit. Expected by what a person would start by hand: nothing twice, nothing in vain. */
import { describe, expect, it } from 'vitest'
import type { Paper } from '../../src-main/paper/paper.ts'
import { planOf, type Plan } from '../../src-main/paper/plan.ts'
import { RunsByQuestion } from '../../src-main/paper/row-seeds.ts'
import type { TrainedRun } from '../../src-main/paper/trained.ts'
import { collapsedAt, everything, measured, paperOf, question, run, seed, type Asked } from './made-up.ts'

const whole = [0.5, 0.7, 0.9]
const planned = (paper: Paper, runs: readonly TrainedRun[], ready = everything): Plan =>
  planOf(paper, paper.exhibits, new RunsByQuestion(runs), ready)
/** Of each task: the run that goes on, epochs, and seeds. */
const tasksIn = (plan: Plan) =>
  plan.tasks.map(({ resume, experiment }) => [resume?.run ?? 'new', resume?.epochs ?? null, experiment.seeds])

const table = paperOf([{}])
const angles = (series = 'layer 1') =>
  paperOf(
    [{ experiment: question({ measures: ['alignment'] }) }],
    [
      {
        ...{ kind: 'angles', quantity: 'alignment', x: { unit: 'batch', at: [1] } },
        curves: [{ row: 'a', label: 'A', series, n: 3, mean: [90], low: null, high: null }],
      },
    ],
  )
const withAngles = measured('alignment', { 'layer 1': { 1: 90 } })

describe('of one row', () => {
  it('is nothing where every seed has all epochs', () => {
    const plan = planned(table, [run([0, 1, 2].map((n) => seed(n, whole)))])
    expect(plan).toEqual({ tasks: [], underWay: 0, obstacles: [] })
  })

  it('is nothing where runs together have every seed, also beyond the paper’s epochs', () => {
    const longer = run([seed(0, [...whole, 0.9]), seed(1, [...whole, 0.9])], { training: { epochs: 4 } })
    expect(planned(table, [longer, run([seed(2, whole)])]).tasks).toEqual([])
  })

  it('is one new run of all seeds where there is none', () => {
    const plan = planned(table, [])
    expect(plan.tasks).toEqual([{ row: 'a', resume: null, experiment: question() }])
  })

  it('are only the seeds that are missing', () => {
    const plan = planned(table, [run([seed(1, whole), seed(9, whole)])])
    expect(tasksIn(plan)).toEqual([['new', null, [0, 2]]])
  })

  it('is no seed that collapsed: it has its result', () => {
    const plan = planned(table, [run([seed(0, whole), seed(1, [0.1], collapsedAt(2)), seed(2, [], collapsedAt(1))])])
    expect(plan.tasks).toEqual([])
  })

  it('is none of a sweep that a new run could be taken for a member of', () => {
    const experiment = { ...question(), sweep: { id: 'one', settings: [{ key: 'beta', value: 1 }] } }
    expect(planned(paperOf([{ experiment }]), []).tasks[0]?.experiment.sweep).toBeNull()
  })
})

describe('of runs that did not reach the end', () => {
  const begun = [0, 1, 2].map((n) => seed(n, [0.5]))

  it('is a run that was interrupted and has its checkpoints going on, to the epochs it was to have', () => {
    const stopped = run(begun, {}, { resumable: true })
    const plan = planned(table, [stopped])
    expect(plan.tasks).toMatchObject([{ resume: { run: stopped.id, epochs: 3, longer: false } }])
    expect(tasksIn(plan)).toEqual([[stopped.id, 3, [0, 1, 2]]])
  })

  it('is a run that was done with fewer epochs going on for longer', () => {
    const short = run(begun, { training: { epochs: 1 } }, { resumable: true })
    expect(planned(table, [short]).tasks).toMatchObject([{ resume: { run: short.id, epochs: 3, longer: true } }])
  })

  it('does not take epochs from a run that was to have more', () => {
    const far = run(begun, { training: { epochs: 9 } }, { resumable: true })
    expect(planned(table, [far]).tasks).toMatchObject([{ resume: { run: far.id, epochs: 9, longer: false } }])
  })

  it('is a new run of their seeds where there are no checkpoints', () => {
    expect(tasksIn(planned(table, [run(begun)]))).toEqual([['new', null, [0, 1, 2]]])
  })

  it('is what was begun going on, and one new run of the other seeds', () => {
    const stopped = run([seed(1, [0.5]), seed(9, [0.5])], {}, { resumable: true })
    expect(tasksIn(planned(table, [stopped, run([seed(0, whole)])]))).toEqual([
      [stopped.id, 3, [1]],
      ['new', null, [2]],
    ])
  })

  it('leaves to a run that goes on the seeds that it has not begun, for it trains them anyway', () => {
    const half = run([seed(0, whole), seed(1, [0.5])], { seeds: [0, 1, 2] }, { resumable: true })
    expect(tasksIn(planned(table, [half]))).toEqual([[half.id, 3, [1, 2]]])
    // One that ended before its first epoch begins again rather than lie there beside a new one.
    const never = run([], { seeds: [0, 1, 2] }, { resumable: true })
    expect(tasksIn(planned(table, [never]))).toEqual([[never.id, 3, [0, 1, 2]]])
  })

  it('begins no seed twice that two runs have begun', () => {
    const [older, newer] = [run(begun, {}, { resumable: true }), run(begun.slice(1), {}, { resumable: true })]
    expect(tasksIn(planned(table, [older, newer]))).toEqual([
      [newer.id, 3, [1, 2]],
      [older.id, 3, [0]],
    ])
  })

  it('leaves evidence that ships where it is', () => {
    expect(tasksIn(planned(table, [run(begun, {}, { resumable: true, id: null })]))).toEqual([['new', null, [0, 1, 2]]])
  })

  it('is under way while a run that will have them moves', () => {
    const moving = run([seed(0, [0.5]), seed(1, [])], {}, { moving: true })
    const plan = planned(table, [moving])
    expect(plan.underWay).toBe(2)
    expect(tasksIn(plan)).toEqual([['new', null, [2]]])
  })

  it('is not under way with a run that will end too early', () => {
    const moving = run(begun, { training: { epochs: 2 } }, { moving: true })
    const plan = planned(table, [moving])
    expect(plan.underWay).toBe(0)
    expect(tasksIn(plan)).toEqual([['new', null, [0, 1, 2]]])
  })

  it('counts no seed as under way that another run has finished', () => {
    const moving = run([seed(0, [])], {}, { moving: true })
    expect(planned(table, [moving, run([0, 1, 2].map((n) => seed(n, whole)))])).toMatchObject({
      underWay: 0,
      tasks: [],
    })
  })
})

describe('of a measure', () => {
  const trained = (asked: Asked, measures = {}, more = {}, test = whole) =>
    run(
      [0, 1, 2].map((n) => seed(n, test, { measures })),
      asked,
      more,
    )

  it('asks again for runs that did not take it', () => {
    expect(planned(angles(), [trained({ measures: ['alignment'] }, withAngles)]).tasks).toEqual([])
    const plan = planned(angles(), [trained({})])
    expect(tasksIn(plan)).toEqual([['new', null, [0, 1, 2]]])
    expect(plan.tasks[0]?.experiment.measures).toMatchObject([{ name: 'alignment' }])
  })

  it('does not go on with a run that will never have it', () => {
    const stopped = trained({}, {}, { resumable: true }, [0.5])
    expect(tasksIn(planned(angles(), [stopped]))).toEqual([['new', null, [0, 1, 2]]])
    const taking = trained({ measures: ['alignment'] }, withAngles, { resumable: true }, [0.5])
    expect(tasksIn(planned(angles(), [taking]))).toEqual([[taking.id, 3, [0, 1, 2]]])
  })

  it('is not under way with a run that will never have it', () => {
    expect(planned(angles(), [trained({}, {}, { moving: true }, [])])).toMatchObject({ underWay: 0 })
    expect(planned(angles(), [trained({ measures: ['alignment'] }, {}, { moving: true }, [])])).toMatchObject({
      ...{ underWay: 3, tasks: [] },
    })
  })

  it('is not trained for where the row’s own experiment does not take it, and that is said', () => {
    const never = { ...angles(), rows: paperOf([{}]).rows }
    const plan = planned(never, [])
    expect(plan.tasks).toEqual([])
    expect(plan.obstacles).toMatchObject([{ row: 'a', message: expect.stringContaining('"alignment"') as unknown }])
    expect(plan.obstacles[0]?.next).toMatch(/\S/)
  })

  it('of top-k asks for that of the same k', () => {
    const topK = (k: number) => ({ evaluation: { topK: k } })
    const paper = paperOf(
      [{ experiment: question(topK(5)) }],
      [
        {
          ...{ kind: 'curves', quantity: 'top-k', x: { unit: 'epoch', at: [1, 2, 3] } },
          curves: [{ row: 'a', label: 'A', series: 'test', n: 3, mean: [0.8, 0.9, 0.95], low: null, high: null }],
        },
      ],
    )
    const counted = measured('top-k', { test: { 100: 0.8, 200: 0.9, 300: 0.95 } })
    expect(planned(paper, [trained(topK(5), counted)]).tasks).toEqual([])
    expect(tasksIn(planned(paper, [trained(topK(3), counted)]))).toEqual([['new', null, [0, 1, 2]]])
  })
})

describe('of rows that ask one question', () => {
  it('is one task with the seeds and the measures of both', () => {
    const paper = paperOf([
      { experiment: question({ seeds: [0, 2], measures: ['alignment'] }) },
      { experiment: question({ seeds: [2, 1], measures: ['residual', 'alignment'], name: 'other' }) },
    ])
    const { tasks } = planned(paper, [])
    expect(tasks).toHaveLength(1)
    expect(tasks[0]?.experiment.seeds).toEqual([0, 1, 2])
    expect(tasks[0]?.experiment.measures.map(({ name }) => name)).toEqual(['alignment', 'residual'])
  })

  it('takes what either of them evaluates', () => {
    const of = (evaluateTrain: 'off' | 'all' | number, topK: number | null) => ({
      experiment: question({ training: { evaluateTrain }, evaluation: { topK } }),
    })
    const evaluated = (...rows: ReturnType<typeof of>[]) => {
      const [task, ...more] = planned(paperOf(rows), []).tasks
      expect(more).toEqual([])
      return [task?.experiment.training.evaluateTrain, task?.experiment.evaluation.topK]
    }
    expect(evaluated(of('off', null), of('all', 5))).toEqual(['all', 5])
    expect(evaluated(of('all', 5), of('off', null))).toEqual(['all', 5])
    expect(evaluated(of(100, null), of(2000, null))).toEqual([2000, null])
    expect(evaluated(of(100, null), of('off', null))).toEqual([100, null])
  })

  it('are two tasks where they end at different epochs', () => {
    const paper = paperOf([{}, { experiment: question({ training: { epochs: 5 } }) }])
    expect(planned(paper, []).tasks.map(({ experiment }) => experiment.training.epochs)).toEqual([3, 5])
  })

  it('are planned once for exhibits together', () => {
    const two = paperOf([{}], [{ rows: ['a'] }, { rows: ['a'] }])
    expect(planned(two, []).tasks).toHaveLength(1)
    expect(planOf(two, [], new RunsByQuestion([]), everything).tasks).toEqual([])
  })
})

describe('what cannot be trained here', () => {
  const missing = { message: 'MNIST is missing on this machine.', next: 'Get it on Data.' }
  const mnist = paperOf([{ experiment: question({ data: { name: 'mnist' } }) }, {}])
  const ready = (name: string) => (name === 'mnist' ? missing : null)

  it('says which data set is missing, and leaves the others', () => {
    const plan = planned(mnist, [], ready)
    expect(plan.obstacles).toEqual([{ row: 'a', ...missing }])
    expect(plan.tasks.map(({ row }) => row)).toEqual(['b'])
  })

  it('says nothing of a data set that nothing is missing of', () => {
    const done = run(
      [0, 1, 2].map((n) => seed(n, whole)),
      { data: { name: 'mnist' } },
    )
    expect(planned(mnist, [done], ready).obstacles).toEqual([])
  })

  it('says which preset this version does not have', () => {
    const plan = planned(paperOf([{ preset: 'no-such-preset' }]), [])
    expect(plan.tasks).toEqual([])
    expect(plan.obstacles).toMatchObject([
      { row: 'a', message: expect.stringContaining('"no-such-preset"') as unknown },
    ])
    expect(plan.obstacles[0]?.next).toMatch(/later version/)
  })
})
