import { describe, expect, test } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { filtered, lines, shownRows, sorted } from '../../src-renderer/screens/lab/arrange.ts'
import { canResume, stateText } from '../../src-renderer/experiments/rows.ts'
import { complete, keysMeant, parseSearch, suggest } from '../../src-renderer/experiments/search.ts'
import { columnKeys, headOf, labelOf, settingOf, settingsOf, shownText } from '../../src-renderer/experiments/keys.ts'
import { searchNotes } from '../../src-renderer/experiments/search-notes.ts'
import { bestOf, sweepCell, sweepState } from '../../src-renderer/screens/lab/sweep-line.ts'
import { rowNames } from '../../src-renderer/screens/lab/row-names.ts'
import { NO_WORDS } from '../../src-renderer/text/setting-words.ts'
import { USUAL } from '../../src-renderer/screens/lab/usual-view.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'

const ids = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id).sort()
const settings = settingsOf(madeUpRows)
const [first] = madeUpRows
if (first === undefined) throw new Error('the made-up lab has no rows')
const row = (change: Partial<ExperimentRow>): ExperimentRow => ({ ...first, ...change })
const searched = (text: string, rows: readonly ExperimentRow[] = madeUpRows): readonly string[] =>
  ids(filtered(rows, { ...USUAL, text }, settingsOf(rows), madeUpDescription))
const chosen = (filters: Record<string, string[]>): readonly string[] =>
  ids(filtered(madeUpRows, { ...USUAL, filters }, settings, madeUpDescription))

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

  test('a key may be called as the form calls it, and as people call it', () => {
    const all = ['beta', 'lrForward', 'training.batchSize', 'learningRate']
    expect(keysMeant('β', all, madeUpDescription)).toEqual(['beta'])
    expect(keysMeant('nudgingstrength', all, madeUpDescription)).toEqual(['beta'])
    expect(keysMeant('acc', all, madeUpDescription)).toEqual(['test'])
    const rows = [
      row({ id: 'narrow', widths: [784, 64, 10], testAccuracy: { mean: 0.95, sd: 0, n: 1 } }),
      row({ id: 'wide', widths: [784, 640, 10], testAccuracy: { mean: 0.85, sd: 0, n: 1 } }),
      row({ id: 'deep', widths: [784, 500, 64, 10], testAccuracy: null }),
    ]
    expect(searched('hidden=64', rows)).toEqual(['deep', 'narrow'])
    // Accuracies are in per cent, and nobody looks for nine tenths of one.
    expect(searched('acc>0.9', rows)).toEqual(['narrow'])
    expect(searched('acc>90', rows)).toEqual(['narrow'])
    expect(searched('acc>0.29', rows)).toEqual(['narrow', 'wide'])
  })

  test('what no key is called is said, with what may have been meant; what is read otherwise too', () => {
    const said = (text: string): readonly string[] => searchNotes(text, madeUpRows, settings, madeUpDescription)
    expect(said('hiden:64')[0]).toMatch(/^No setting is called “hiden”\. Did you mean “hidden” \(Hidden units\)/)
    expect(said('lr>0.1')).toEqual([
      'No setting is called “lr”. Did you mean “lrForward” (Feedforward learning rates)?',
    ])
    expect(said('qqq:1')).toEqual(['No setting is called “qqq”.'])
    expect(said('acc>0.9')).toEqual(['Accuracies are in per cent: 0.9 is read as 90 %.'])
    expect(said('acc>90 beta:1 words alone 12:30')).toEqual([])
    // A colon in what a row says is no mistake.
    const noted = [...madeUpRows, row({ id: 'n', notes: 'see http://x' })]
    expect(searchNotes('http://x', noted, settings, madeUpDescription)).toEqual([])
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
    expect(ids(filtered(rows, USUAL, [], NO_WORDS))).toEqual(['here'])
    expect(ids(filtered(rows, { ...USUAL, showArchived: true }, [], NO_WORDS))).toEqual(['away', 'here'])
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
  const shut = { folded: new Set<string>(), unfolded: new Set<string>() }

  test('have their number, mean and best in their head', () => {
    const [one, , , two] = lines(rows, ['rule'], shut, NO_WORDS)
    expect(one).toMatchObject({ kind: 'group', text: 'One', level: 1, open: true })
    if (one?.kind !== 'group' || two?.kind !== 'group') throw new Error('expected two groups')
    expect(one.figures).toMatchObject({ experiments: 2, runs: 5, best: 0.9, collapsed: 1 })
    expect(one.figures.mean).toBeCloseTo(0.85, 12)
    expect(two.figures).toEqual({ experiments: 1, runs: 1, mean: null, best: null, collapsed: 0 })
  })

  test('of several keys stand in one another, and fold', () => {
    const all = lines(rows, ['rule', 'gamma'], shut, NO_WORDS)
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
    expect(lines(rows, ['rule', 'gamma'], { ...shut, folded }, NO_WORDS).map(({ level }) => level)).toEqual([
      1, 1, 2, 3,
    ])
  })

  test('a setting is called as in its form, and its value as there', () => {
    expect(settingOf('beta', madeUpDescription)).toEqual({ label: 'Nudging strength', symbol: 'β' })
    expect(labelOf('training.batchSize', madeUpDescription)).toBe('Batch size')
    expect(headOf('beta', madeUpDescription)).toBe('β')
    // A symbol with an index cannot be written in a line.
    expect(headOf('lrForward', madeUpDescription)).toBe('Feedforward learning rates')
    const one = row({ rule: 'backprop', settings: { criterion: 'cross-entropy', nesterov: true } })
    expect(shownText(one, 'nesterov', madeUpDescription)).toBe('on')
    const grouped = lines(
      [row({ settings: { 'training.batchSize': 5 } }), row({ id: 'q', settings: {} })],
      ['training.batchSize'],
      shut,
      madeUpDescription,
    )
    expect(grouped.flatMap((line) => (line.kind === 'group' ? [`${line.label}: ${line.text}`] : []))).toEqual([
      'Batch size: 5',
      'Batch size: no batch size',
    ])
  })

  test('no two columns are called the same, and none by its key', () => {
    const every = [
      ...madeUpDescription.rules.flatMap(({ settings: own }) => Object.keys(own.properties ?? {})),
      ...madeUpDescription.fields.map(({ path }) => path).filter((path) => path.includes('.')),
    ]
    const keys = columnKeys([...new Set(every)])
    for (const key of every) expect(labelOf(key, madeUpDescription)).not.toBe(key)
    const known = keys.filter((key) => !every.includes(key)).map((key) => labelOf(key, madeUpDescription))
    for (const key of every.filter((one) => keys.includes(one)))
      expect(known).not.toContain(labelOf(key, madeUpDescription))
  })

  test('an unfolded experiment has its seeds below it', () => {
    expect(lines(rows, [], { ...shut, unfolded: new Set(['b']) }, NO_WORDS).map(({ kind }) => kind)).toEqual([
      'row',
      'row',
      'seeds',
      'row',
    ])
  })
})

describe('a sweep', () => {
  const member = (id: string, value: number, mean: number | null, more: Partial<ExperimentRow> = {}): ExperimentRow =>
    row({
      ...{ id, name: `CorInfoMax · MNIST · beta=${value}`, seeds: [0, 1], collapsedSeeds: [], published: null },
      sweep: { id: 's', settings: [{ key: 'beta', value }] },
      settings: { beta: value },
      testAccuracy: mean === null ? null : { mean, sd: 0.01, n: 2 },
      ...more,
    })
  const [low, high, none] = [member('low', 0.5, 0.8), member('high', 1, 0.9), member('none', 2, null)] as const
  const alone = row({ id: 'alone', name: 'CorInfoMax · MNIST' })
  const shut = { folded: new Set<string>(), unfolded: new Set<string>() }

  test('is one line that opens to its members, and stands for them while it is shut', () => {
    const rows = [alone, low, high, none]
    const all = lines(rows, [], shut, NO_WORDS)
    expect(all.map(({ kind }) => kind)).toEqual(['row', 'sweep'])
    expect(shownRows(all).map(({ id }) => id)).toEqual(['alone', 'low', 'high', 'none'])
    const open = lines(rows, [], { ...shut, unfolded: new Set([all[1]?.id ?? '']) }, NO_WORDS)
    expect(open.map(({ kind, level }) => `${level} ${kind}`)).toEqual(['1 row', '1 sweep', '2 row', '2 row', '2 row'])
    expect(shownRows(open)).toHaveLength(4)
    // One that is found alone needs no line above it; who groups by sweep has them apart already.
    expect(lines([alone, low], [], shut, NO_WORDS).map(({ kind }) => kind)).toEqual(['row', 'row'])
    expect(lines(rows, ['sweep'], shut, NO_WORDS).some(({ kind }) => kind === 'sweep')).toBe(false)
  })

  test('says the best of its members, and what they have in common', () => {
    expect(bestOf([low, high, none])?.id).toBe('high')
    // Chosen on the validation set where there is one; all seeds collapsed are no result.
    const held = (mean: number) => ({ validationAccuracy: { mean, sd: 0, n: 2 } })
    expect(
      bestOf([
        { ...low, ...held(0.9) },
        { ...high, ...held(0.7) },
      ])?.id,
    ).toBe('low')
    expect(bestOf([low, { ...high, state: 'collapsed' }])?.id).toBe('low')
    expect(bestOf([none])).toBeNull()
    expect(sweepCell([low, high], 'test', NO_WORDS)).toBe('90.00 ± 1.00')
    expect(sweepCell([low, high], 'seeds', NO_WORDS)).toBe('4')
    expect(sweepCell([low, { ...high, widths: [784, 10] }], 'network', NO_WORDS)).toBe('')
    expect(sweepCell([low, high], 'network', NO_WORDS)).toBe('784-500-10')
    expect(sweepState([low, high]).text).toBe('done')
    expect(sweepState([low, { ...high, state: 'running' }]).text).toBe('1 of 2 done')
    expect(sweepState([low, { ...high, chanceSeeds: [0] }]).text).toBe('1 of 2 to check')
  })

  test('and every other row are named without what columns say, and with what differs', () => {
    const [few, many] = [1, 3].map((epochs) =>
      row({ id: `e${epochs}`, name: 'CorInfoMax · MNIST', settings: { 'training.epochs': epochs } }),
    )
    const names = rowNames([few!, many!, low], madeUpDescription, ['data', 'network'])
    expect(names.get('e1')).toEqual({ name: 'CorInfoMax', differs: '1 epoch' })
    expect(names.get('e3')).toEqual({ name: 'CorInfoMax', differs: '3 epochs' })
    expect(names.get('low')).toEqual({ name: 'CorInfoMax', differs: '' })
    expect(rowNames([few!, many!], madeUpDescription, ['data', 'epochs']).get('e1')?.differs).toBe('')
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
