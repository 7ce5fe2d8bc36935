import { describe, expect, test } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { filtered, lines, sorted } from '../../src-renderer/screens/lab/arrange.ts'
import { canResume, stateText } from '../../src-renderer/experiments/rows.ts'
import { complete, keysMeant, parseSearch, suggest } from '../../src-renderer/experiments/search.ts'
import { settingsOf } from '../../src-renderer/experiments/keys.ts'
import { USUAL } from '../../src-renderer/screens/lab/usual-view.ts'
import { madeUpRows } from './made-up-lab.ts'

const ids = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id).sort()
const settings = settingsOf(madeUpRows)
const [first] = madeUpRows
if (first === undefined) throw new Error('the made-up lab has no rows')
const row = (change: Partial<ExperimentRow>): ExperimentRow => ({ ...first, ...change })
const searched = (text: string, rows: readonly ExperimentRow[] = madeUpRows): readonly string[] =>
  ids(filtered(rows, { ...USUAL, text }, settingsOf(rows)))
const chosen = (filters: Record<string, string[]>): readonly string[] =>
  ids(filtered(madeUpRows, { ...USUAL, filters }, settings))

describe('words of the search', () => {
  test('nothing chosen keeps everything', () => {
    expect(searched('')).toHaveLength(madeUpRows.length)
    expect(searched('   ')).toHaveLength(madeUpRows.length)
  })

  test('every word has to be there, in any field', () => {
    expect(searched('fashion INTERRUPTED')).toEqual(['f-interrupted'])
    expect(searched('784-600')).toEqual(['c-running'])
  })

  test('notes beyond their first line and tags are looked through too', () => {
    const rows = [
      row({ id: 'noted', notes: 'First.\n\nA plateau at 60°.' }),
      row({ id: 'tagged', tags: ['plateau'] }),
      row({ id: 'x' }),
    ]
    expect(searched('plateau', rows)).toEqual(['noted', 'tagged'])
    expect(searched('"plateau at"', rows)).toEqual(['noted'])
  })

  test('a minus leaves out what has the word; alone it does nothing', () => {
    expect(searched('-data:mnist')).toEqual(['g-failed', 'h-sample'])
    expect(searched('-QUEUED -collapsed -"two hidden"')).not.toContain('d-queued')
    expect(searched('-QUEUED')).toHaveLength(madeUpRows.length - 2)
    expect(searched('-')).toHaveLength(madeUpRows.length)
  })
})

describe('values in the search', () => {
  const rows = [
    row({ id: 'small', settings: { gamma: 0.1, 'training.batchSize': 10, decay: true } }),
    row({ id: 'large', settings: { gamma: 1, 'training.batchSize': 50, decay: false } }),
    row({ id: 'other', settings: { momentum: 0.9, 'training.batchSize': 20 } }),
  ]

  test.each<[string, readonly string[]]>([
    ['gamma:0.1', ['small']],
    ['gamma:1', ['large']],
    ['gamma=0.10', ['small']],
    ['batch>10', ['large', 'other']],
    ['batch>=20 batch<50', ['other']],
    ['batchSize<=20', ['other', 'small']],
    ['training.batchSize:50', ['large']],
    ['BATCHSIZE:50', ['large']],
    ['decay:on', ['small']],
    ['decay:false', ['large']],
    // A key alone: whoever has it at all.
    ['gamma:', ['large', 'small']],
    ['-gamma:', ['other']],
    ['-gamma:0.1', ['large', 'other']],
    ['gamma>nothing', []],
  ])('%s', (text, expected) => {
    expect(searched(text, rows)).toEqual(expected)
  })

  test('what every experiment has: accuracies in per cent, dates, states, tags', () => {
    const some = [
      row({
        id: 'a',
        testAccuracy: { mean: 0.975, sd: 0, n: 1 },
        created: '2026-11-20T10:00:00Z',
        tags: ['for the paper'],
      }),
      row({ id: 'b', testAccuracy: { mean: 0.9, sd: 0, n: 1 }, created: '2026-10-01T10:00:00Z', state: 'failed' }),
      row({ id: 'c', testAccuracy: null, created: '2025-01-01T10:00:00Z' }),
    ]
    expect(searched('test>97', some)).toEqual(['a'])
    expect(searched('test<97', some)).toEqual(['b'])
    expect(searched('test:97', some)).toEqual(['a'])
    expect(searched('created>2026-10', some)).toEqual(['a'])
    expect(searched('created>=2026-10', some)).toEqual(['a', 'b'])
    expect(searched('state:failed', some)).toEqual(['b'])
    expect(searched('tag:"for the paper"', some)).toEqual(['a'])
    expect(searched('-tag:paper', some)).toEqual(['b', 'c'])
  })

  test('what is no key is a word', () => {
    expect(parseSearch('nothing:5 seed-0', settings)).toEqual([
      { kind: 'word', text: 'nothing:5', not: false },
      { kind: 'word', text: 'seed-0', not: false },
    ])
  })

  test('a key may be shortened, but never to what means another', () => {
    const all = ['beta', 'betaStop', 'training.batchSize', 'lrForward']
    expect(keysMeant('beta', all)).toEqual(['beta'])
    expect(keysMeant('bet', all)).toEqual(['beta', 'betaStop'])
    expect(keysMeant('lr', all)).toEqual([])
    expect(keysMeant('Dataset', all)).toEqual(['data'])
    expect(keysMeant('constructor', all)).toEqual([])
  })

  test('suggestions are keys, then the values that are there, and complete the last word', () => {
    expect(suggest('x batch', rows, settingsOf(rows)).map(({ insert }) => insert)).toEqual(['training.batchSize:'])
    expect(suggest('gamma:', rows, settingsOf(rows))).toEqual([
      { insert: 'gamma:0.1 ', help: '1 experiment' },
      { insert: 'gamma:1 ', help: '1 experiment' },
    ])
    expect(complete('first gam', { insert: 'gamma:', help: '' })).toBe('first gamma:')
    expect(suggest('', rows, [])).toEqual([])
  })
})

describe('chips', () => {
  test('one of each kind that is chosen has to fit', () => {
    expect(chosen({ datasets: ['cifar-10', 'fashion-mnist'] })).toEqual(['f-interrupted', 'g-failed'])
    expect(chosen({ datasets: ['cifar-10'], states: ['done'] })).toEqual([])
    expect(chosen({ states: ['needs a look'] })).toEqual(['b-collapsed', 'f-interrupted', 'g-failed'])
    expect(chosen({ rules: ['backprop'] })).toEqual(['d-queued'])
  })

  test('archived ones are hidden unless they are asked for', () => {
    const rows = [row({ id: 'here' }), row({ id: 'away', archived: true })]
    expect(ids(filtered(rows, USUAL, []))).toEqual(['here'])
    expect(ids(filtered(rows, { ...USUAL, showArchived: true }, []))).toEqual(['away', 'here'])
  })
})

describe('order', () => {
  const by = (key: string, down: boolean) => (rows: readonly ExperimentRow[]) =>
    sorted(rows, [{ by: key, down }]).map(({ id }) => id)

  test('what lacks the value stands last either way', () => {
    const rows = [
      row({ id: 'none', testAccuracy: null }),
      row({ id: 'low', testAccuracy: { mean: 0.1, sd: 0, n: 1 } }),
      row({ id: 'high', testAccuracy: { mean: 0.9, sd: 0, n: 1 } }),
    ]
    expect(by('test', true)(rows)).toEqual(['high', 'low', 'none'])
    expect(by('test', false)(rows)).toEqual(['low', 'high', 'none'])
  })

  test('a second key decides where the first does not; pinned ones stand first', () => {
    const rows = [
      row({ id: 'a', datasetLabel: 'MNIST', settings: { gamma: 2 } }),
      row({ id: 'b', datasetLabel: 'MNIST', settings: { gamma: 10 } }),
      row({ id: 'c', datasetLabel: 'CIFAR-10', settings: { gamma: 1 } }),
      row({ id: 'd', datasetLabel: 'MNIST', settings: { gamma: 1 }, pinned: true }),
    ]
    const sorting = [
      { by: 'data', down: false },
      { by: 'gamma', down: true },
    ]
    expect(sorted(rows, sorting).map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a'])
  })

  test('networks by their numbers, not their letters', () => {
    const order = sorted(madeUpRows, [{ by: 'network', down: false }]).map(({ widths }) => widths)
    expect(order[0]).toEqual([784, 128, 10])
    expect(order.at(-1)).toEqual([3072, 1000, 10])
  })

  test('does not touch what it was given', () => {
    const before = [...madeUpRows]
    sorted(madeUpRows, [{ by: 'name', down: true }])
    expect(madeUpRows).toEqual(before)
  })

  test('numbers inside names count as numbers, times as times', () => {
    const rows = [row({ id: '10', name: 'run 10' }), row({ id: '9', name: 'run 9' })]
    expect(by('name', false)(rows)).toEqual(['9', '10'])
    const names = ['lr 0.5', 'LR 0.05', 'été', 'Zeta', 'eta', 'lr 10.5', 'lr 2']
    expect(by('name', false)(names.map((name) => row({ id: name, name })))).toEqual([
      'eta',
      'été',
      'LR 0.05',
      'lr 0.5',
      'lr 2',
      'lr 10.5',
      'Zeta',
    ])
    const times = [
      row({ id: 'new', created: '2026-11-20T10:00:00Z' }),
      row({ id: 'old', created: '2026-02-20T10:00:00Z' }),
    ]
    expect(by('created', false)(times)).toEqual(['old', 'new'])
  })
})

describe('groups', () => {
  const spread = (mean: number) => ({ mean, sd: 0, n: 1 })
  const rows = [
    row({ id: 'a', ruleLabel: 'One', seeds: [0, 1], testAccuracy: spread(0.8), settings: { gamma: 1 } }),
    row({ id: 'b', ruleLabel: 'Two', seeds: [0], testAccuracy: null, settings: {} }),
    row({
      id: 'c',
      ruleLabel: 'One',
      seeds: [0, 1, 2],
      collapsedSeeds: [2],
      testAccuracy: spread(0.9),
      settings: { gamma: 2 },
    }),
  ]
  const none = new Set<string>()

  test('have their number, mean and best in their head', () => {
    const [one, , , two] = lines(rows, ['rule'], none, none)
    expect(one).toMatchObject({ kind: 'group', text: 'One', level: 1, open: true })
    if (one?.kind !== 'group' || two?.kind !== 'group') throw new Error('expected two groups')
    expect(one.figures).toMatchObject({ experiments: 2, runs: 5, best: 0.9, collapsed: 1 })
    expect(one.figures.mean).toBeCloseTo(0.85, 12)
    expect(two.figures).toEqual({ experiments: 1, runs: 1, mean: null, best: null, collapsed: 0 })
  })

  test('of several keys stand in one another, and fold', () => {
    const all = lines(rows, ['rule', 'gamma'], none, none)
    expect(all.map((line) => `${line.level} ${line.kind === 'group' ? line.text : line.id}`)).toEqual([
      '1 One',
      '2 1',
      '3 a',
      '2 2',
      '3 c',
      '1 Two',
      '2 no gamma',
      '3 b',
    ])
    const folded = new Set([all[0]?.id ?? ''])
    expect(lines(rows, ['rule', 'gamma'], folded, none).map(({ level }) => level)).toEqual([1, 1, 2, 3])
  })

  test('an unfolded experiment has its seeds below it', () => {
    expect(lines(rows, [], none, new Set(['b'])).map(({ kind }) => kind)).toEqual(['row', 'row', 'seeds', 'row'])
  })
})

describe('states in words', () => {
  const text = (id: string): string => stateText(madeUpRows.find((one) => one.id === id) ?? first).text

  test('tell what a person would ask next', () => {
    expect(text('a-done')).toBe('inside published')
    expect(text('b-collapsed')).toBe('seed 80 collapsed')
    expect(text('c-running')).toBe('epoch 31 of 50')
    expect(text('d-queued')).toBe('queued, next')
    expect(text('e-queued')).toBe('queued, place 2')
    expect(text('f-interrupted')).toBe('interrupted at epoch 44')
    expect(text('h-sample')).toBe('bundled sample')
  })

  test('only what stopped before its end can be resumed', () => {
    expect(ids(madeUpRows.filter(canResume))).toEqual(['f-interrupted', 'g-failed'])
  })
})
