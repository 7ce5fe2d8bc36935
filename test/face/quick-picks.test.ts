import { describe, expect, test } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { quickPicks } from '../../src-renderer/screens/compare/quick-picks.ts'
import { sharedSweep } from '../../src-renderer/experiments/row-actions.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'

const [template] = madeUpRows as readonly [ExperimentRow]
let made = 0

/** Each younger than the one before it. */
function row(id: string, more: Partial<ExperimentRow> = {}): ExperimentRow {
  made++
  return {
    ...{ ...template, id, name: id, rule: 'one', ruleLabel: 'One', dataset: 'mnist', widths: [784, 500, 10] },
    ...{ archived: false, sweep: null, testAccuracy: { mean: 0.9, sd: 0.01, n: 3 }, validationAccuracy: null },
    created: new Date(Date.UTC(2026, 0, 1, 0, made)).toISOString(),
    ...more,
  }
}
const member = (id: string, mean: number, beta: number, more: Partial<ExperimentRow> = {}): ExperimentRow =>
  row(id, {
    testAccuracy: { mean, sd: 0, n: 1 },
    sweep: { id: 's', settings: [{ key: 'beta', value: beta }] },
    ...more,
  })
const picked = (rows: readonly ExperimentRow[]): readonly string[] =>
  quickPicks(rows, madeUpDescription).map(({ title, ids }) => `${title}: ${ids.join(' ')}`)

describe('comparisons that suggest themselves', () => {
  test('nothing, or one, is compared with nothing', () => {
    expect(picked([])).toEqual([])
    expect(picked([row('a')])).toEqual([])
    // On two data sets: nothing to compare either.
    expect(picked([row('a'), row('b', { dataset: 'cifar10' })])).toEqual([])
  })

  test('the latest on the data set of the latest, which have a result and are not put away', () => {
    const rows = [
      ...['a', 'b', 'c', 'd', 'e'].map((id) => row(id)),
      row('elsewhere', { dataset: 'cifar10' }),
      row('f'),
      row('running', { testAccuracy: null }),
      row('old', { archived: true }),
    ]
    expect(picked(rows)).toEqual(['The latest 4 on MNIST: f e d c'])
  })

  test('the same task by different rules, the group of most seeds for each, one choice once', () => {
    const many = { mean: 0.9, sd: 0.01, n: 10 }
    const rows = [
      row('one, ten seeds', { testAccuracy: many }),
      row('one, three seeds'),
      row('two', { rule: 'two', ruleLabel: 'Two' }),
      row('two, other widths', { rule: 'two', ruleLabel: 'Two', widths: [784, 10] }),
    ]
    expect(picked(rows)).toEqual([
      'The latest 4 on MNIST: two, other widths two one, three seeds one, ten seeds',
      '2 rules on MNIST · 784-500-10: two one, ten seeds',
    ])
    // Where both choices are the same there is one.
    expect(picked([row('a'), row('b', { rule: 'two' })])).toEqual(['The latest 2 on MNIST: b a'])
  })

  test('the best of the last sweep, chosen on the validation set where there is one', () => {
    const sweep = [0.1, 0.5, 0.4, 0.3, 0.2, 0.45].map((mean, i) => member(`m${i}`, mean, i))
    const picks = quickPicks([...sweep, row('later')], madeUpDescription)
    const best = picks.find(({ sweep }) => sweep !== null)
    expect(best).toMatchObject({ title: 'The best 4 of the last sweep', sweep: 's', ids: ['m1', 'm5', 'm2', 'm3'] })
    const judged = sweep.map((one, i) => ({ ...one, validationAccuracy: { mean: i / 10, sd: 0, n: 1 } }))
    const chosen = quickPicks([...judged, row('last')], madeUpDescription).find(({ sweep }) => sweep !== null)
    expect(chosen?.ids).toEqual(['m5', 'm4', 'm3', 'm2'])
  })
})

test('a sweep is shared where all rows belong to it', () => {
  const [one, two] = [member('a', 0.1, 1), member('b', 0.1, 2)]
  expect(sharedSweep([one, two])).toBe('s')
  expect(sharedSweep([one, row('c')])).toBeNull()
  expect(sharedSweep([row('c'), one])).toBeNull()
  expect(sharedSweep([])).toBeNull()
  expect(sharedSweep([one, { sweep: { id: 'other', settings: [] } }])).toBeNull()
})
