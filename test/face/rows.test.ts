import { describe, expect, test } from 'vitest'
import { canResume, filtered, sorted, stateText, type Filters } from '../../src-renderer/screens/lab/rows.ts'
import { fakeRows } from '../../src-renderer/transport/fake-content.ts'

const none: Filters = { text: '', datasets: new Set(), rules: new Set(), states: new Set() }
const ids = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id).sort()

describe('filters', () => {
  test('nothing chosen keeps everything', () => {
    expect(filtered(fakeRows, none)).toHaveLength(fakeRows.length)
  })

  test('every word has to be there, in any field', () => {
    expect(ids(filtered(fakeRows, { ...none, text: 'fashion INTERRUPTED' }))).toEqual(['f-interrupted'])
    expect(ids(filtered(fakeRows, { ...none, text: '784-600' }))).toEqual(['c-running'])
    expect(filtered(fakeRows, { ...none, text: 'corinfomax nonsense' })).toEqual([])
  })

  test('within a kind any, across kinds all', () => {
    const datasets = new Set(['glyphs', 'cifar-10'])
    expect(ids(filtered(fakeRows, { ...none, datasets }))).toEqual(['g-failed', 'h-sample'])
    expect(ids(filtered(fakeRows, { ...none, datasets, states: new Set(['needs a look'] as const) }))).toEqual([
      'g-failed',
    ])
  })

  test('a finished run with a collapsed seed needs a look', () => {
    const found = ids(filtered(fakeRows, { ...none, states: new Set(['needs a look'] as const) }))
    expect(found).toContain('b-collapsed')
    expect(found).not.toContain('a-done')
  })
})

describe('order', () => {
  test('by accuracy, rows without one last whichever way', () => {
    for (const down of [true, false]) {
      const means = sorted(fakeRows, { by: 'test', down }).map(({ testAccuracy }) => testAccuracy?.mean ?? null)
      const present = means.filter((mean) => mean !== null)
      expect(means.slice(present.length).every((mean) => mean === null)).toBe(true)
      expect(present).toEqual([...present].sort((a, b) => (down ? b - a : a - b)))
    }
  })

  test('networks by their numbers, not their letters', () => {
    const networks = sorted(fakeRows, { by: 'network', down: false }).map(({ widths }) => widths)
    expect(networks[0]).toEqual([784, 128, 10])
    expect(networks.at(-1)).toEqual([3072, 1000, 10])
  })

  test('does not touch what it was given', () => {
    const before = [...fakeRows]
    sorted(fakeRows, { by: 'name', down: true })
    expect(fakeRows).toEqual(before)
  })
})

test('the state tells what needs a look before what went well', () => {
  const said = Object.fromEntries(fakeRows.map((row) => [row.id, stateText(row).text]))
  expect(said).toMatchObject({
    'a-done': 'inside published',
    'b-collapsed': 'seed 80 collapsed',
    'c-running': 'epoch 31 of 50',
    'd-queued': 'queued, next',
    'f-interrupted': 'interrupted at epoch 44',
    'g-failed': 'failed',
    'h-sample': 'bundled sample',
  })
})

test('what stopped before its end can go on', () => {
  expect(ids(fakeRows.filter(canResume))).toEqual(['f-interrupted', 'g-failed'])
})
