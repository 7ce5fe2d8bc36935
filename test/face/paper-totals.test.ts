import { expect, it } from 'vitest'
import type { Exhibit, ExhibitState, PaperVerdict } from '../../src-main/contract.ts'
import { totals } from '../../src-renderer/exhibits/verdicts.ts'

const exhibit = (quantity: string, rows: readonly string[], verdict: PaperVerdict, curves = false) => ({
  exhibit: { quantity, curves: curves ? rows.map(() => ({ quantity: null, series: null })) : [] } as unknown as Exhibit,
  state: {
    curves: curves ? rows.map((row) => ({ row, verdict })) : [],
    rows: rows.map((id) => ({ id, verdict })),
  } as unknown as ExhibitState,
})

it('a row that stands in a figure, a table and a grid is counted once, its training accuracy apart', () => {
  const shown = [
    exhibit('test', ['a', 'b'], 'inside', true),
    exhibit('test', ['a', 'b'], 'inside'),
    exhibit('test', ['b'], 'inside'),
    exhibit('train', ['a', 'b'], 'outside', true),
    exhibit('test', ['c'], 'not run'),
  ]
  expect(totals(shown)).toEqual({ inside: 2, outside: 2, 'not run': 1 })
})
