/** Which runs fill a row, and with which seeds. Expected by what decides a seed's accuracy, and by the docstrings. */
import { describe, expect, it } from 'vitest'
import { RunsByQuestion, rowSeeds } from '../../src-main/paper/row-seeds.ts'
import type { TrainedRun } from '../../src-main/paper/trained.ts'
import { valuesOf } from '../../src-main/paper/values.ts'
import { collapsedAt, measured, question, run, seed, type Asked } from './made-up.ts'

const test = { quantity: 'test', series: null } as const
const train = { quantity: 'train', series: null } as const
const seedsIn = (runs: readonly TrainedRun[], epochs = 3, wanted: { quantity: string; series: string | null } = test) =>
  rowSeeds(runs, epochs, wanted).map(({ run: from, seed: { seed }, epochs: done }) => [seed, from.id, done])

describe('the same question', () => {
  const matches = (asked: Asked, of: Asked = {}): boolean =>
    new RunsByQuestion([run([seed(0, [0.5])], asked)]).of(question(of)).length === 1

  it.each<[string, Asked]>([
    ['seeds', { seeds: [7, 8] }],
    ['epochs', { training: { epochs: 50 } }],
    ['engine', { engine: { name: 'native', threads: 4 } }],
    ['measures', { measures: ['alignment'] }],
    ['share of the training set that is classified', { training: { evaluateTrain: 2000 } }],
    ['name', { name: 'another name' }],
    ['counting of top-k', { evaluation: { topK: 5 } }],
  ])('with another %s', (_, asked) => {
    expect(matches(asked)).toBe(true)
  })

  it.each<[string, Asked]>([
    ['setting of the rule', { settings: { beta: 0.5 } }],
    ['setting more', { settings: { gamma: 0 } }],
    ['batch size', { training: { batchSize: 10 } }],
    ['width', { widths: [784, 17, 10] }],
    ['depth', { widths: [784, 16, 16, 10] }],
    ['number of training samples', { data: { limitTrain: 1000 } }],
    ['number of test samples', { data: { limitTest: 1000 } }],
    ['order of samples', { training: { shuffle: false } }],
    ['validation set', { training: { validation: { fraction: 0.1, seed: 0, stratified: true } } }],
    ['data set', { data: { name: 'mnist' } }],
    ['draw of the glyphs', { data: { seed: 2 } }],
  ])('not with another %s', (_, asked) => {
    expect(matches(asked)).toBe(false)
  })

  it('whatever the seed of a data set that is read from files', () => {
    expect(matches({ data: { name: 'mnist', seed: 5 } }, { data: { name: 'mnist', seed: 1 } })).toBe(true)
  })

  it('whatever the order of the settings in the file', () => {
    const runs = new RunsByQuestion([run([seed(0, [0.5])], { settings: { beta: 1, rate: 0.1 } })])
    const turned = question()
    expect(runs.of({ ...turned, rule: { ...turned.rule, settings: { rate: 0.1, beta: 1 } } })).toHaveLength(1)
  })

  it('finds the newest run first', () => {
    const [older, newer] = [run([seed(0, [0.5])]), run([seed(0, [0.6])])]
    expect(new RunsByQuestion([older, newer]).of(question())).toEqual([newer, older])
    expect(new RunsByQuestion([newer, older]).of(question())).toEqual([newer, older])
  })
})

describe('the seeds of a row', () => {
  const newestFirst = (...runs: readonly TrainedRun[]) => new RunsByQuestion(runs).of(question())

  it('are the union over its runs, each once, in order', () => {
    const [one, two] = [run([seed(2, [0, 0, 0.5]), seed(0, [0, 0, 0.5])]), run([seed(1, [0, 0, 0.5])])]
    expect(seedsIn(newestFirst(one, two))).toEqual([
      [0, one.id, 3],
      [1, two.id, 3],
      [2, one.id, 3],
    ])
  })

  it('come from the run that trained them furthest, of equals from the newest', () => {
    const far = run([seed(0, [0.1, 0.2, 0.3]), seed(1, [0.1, 0.2])])
    const short = run([seed(0, [0.9, 0.9]), seed(1, [0.9, 0.9])])
    expect(seedsIn(newestFirst(far, short))).toEqual([
      [0, far.id, 3],
      [1, short.id, 2],
    ])
  })

  it('are of equals where both have all of the paper’s epochs, whichever went on longer', () => {
    const longer = run([seed(0, [0.1, 0.2, 0.3, 0.4])])
    const newer = run([seed(0, [0.1, 0.2, 0.3])])
    expect(seedsIn(newestFirst(longer, newer))).toEqual([[0, newer.id, 3]])
  })

  it('are none of a run that did not take what is wanted', () => {
    const off = run([seed(0, [0.1, 0.2, 0.3])])
    const taken = run([seed(1, [0.1, 0.2, 0.3], { trainAccuracy: [0.2, 0.3, 0.4] })])
    expect(seedsIn(newestFirst(off, taken), 3, train)).toEqual([[1, taken.id, 3]])
    const angles = { quantity: 'alignment', series: 'layer 1' }
    const other = run([seed(2, [0.1, 0.2, 0.3], { measures: measured('alignment', { 'layer 2': { 1: 80 } }) })])
    const right = run([seed(3, [0.1, 0.2, 0.3], { measures: measured('alignment', { 'layer 1': { 1: 80 } }) })])
    expect(seedsIn(newestFirst(off, other, right), 3, angles)).toEqual([[3, right.id, 3]])
  })

  it('are none that has not finished an epoch, but for one that collapsed in the first', () => {
    const none = run([seed(0, []), seed(1, [], collapsedAt(1))])
    expect(seedsIn([none])).toEqual([[1, none.id, 0]])
  })

  it('did not collapse where they collapsed only after the paper’s last epoch', () => {
    const later = run([seed(0, [0.1, 0.2, 0.3, 0.4], collapsedAt(5)), seed(1, [0.1, 0.2], collapsedAt(3))])
    expect(rowSeeds([later], 3, test).map(({ seed: one }) => one.collapsed !== null)).toEqual([false, true])
  })
})

describe('the values of a seed', () => {
  const half = seed(0, [0.5, null, 0.7], { trainAccuracy: [null, 0.6, Number.NaN] })

  it('are accuracies by epoch, without what was not taken', () => {
    expect([...valuesOf(half, test, 'epoch')]).toEqual([
      [1, 0.5],
      [3, 0.7],
    ])
    expect([...valuesOf(half, train, 'epoch')]).toEqual([[2, 0.6]])
  })

  it('are of a measure by batch', () => {
    const angles = seed(0, [0.5], {
      measures: measured('alignment', { a: { 1: 88, 501: 70, 1001: 60 }, b: { 1: 87 } }),
    })
    expect([...valuesOf(angles, { quantity: 'alignment', series: 'a' }, 'batch')]).toEqual([
      [1, 88],
      [501, 70],
      [1001, 60],
    ])
    expect([...valuesOf(angles, { quantity: 'alignment', series: 'b' }, 'batch')]).toEqual([[1, 87]])
    expect(valuesOf(angles, { quantity: 'alignment', series: 'c' }, 'batch').size).toBe(0)
    expect(valuesOf(angles, { quantity: 'residual', series: null }, 'batch').size).toBe(0)
  })

  it('are of top-k by epoch, whatever the batches of an epoch', () => {
    const topK = seed(0, [0.5, 0.5, 0.5], { measures: measured('top-k', { test: { 100: 0.8, 200: 0.85, 300: 0.9 } }) })
    expect([...valuesOf(topK, { quantity: 'top-k', series: 'test' }, 'epoch')]).toEqual([
      [1, 0.8],
      [2, 0.85],
      [3, 0.9],
    ])
  })

  it('are of top-k at the epochs it was counted after where that is not every one', () => {
    // Every second of five epochs of 100 batches, and the last.
    const topK = seed(0, [0.5, 0.5, 0.5, 0.5, 0.5], {
      measures: measured('top-k', { test: { 200: 0.8, 400: 0.85, 500: 0.9 } }),
    })
    expect([...valuesOf(topK, { quantity: 'top-k', series: 'test' }, 'epoch', 2)]).toEqual([
      [2, 0.8],
      [4, 0.85],
      [5, 0.9],
    ])
  })
})
