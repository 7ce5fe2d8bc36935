// The Lab's columns are as wide as what stands in them; the text is measured with letters of equal width.
import { describe, expect, test } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { CHOICE_WIDTH, columnsIn, columnWidths } from '../../src-renderer/screens/lab/column-widths.ts'
import { NO_WORDS } from '../../src-renderer/text/setting-words.ts'
import { madeUpRows } from './made-up-lab.ts'

const LETTER = 8
const [template] = madeUpRows as readonly [ExperimentRow]
const row = (more: Partial<ExperimentRow>): ExperimentRow => ({ ...template, tags: [], note: '', ...more })
const widths = (rows: readonly ExperimentRow[], columns: readonly string[], room: number) =>
  columnWidths(rows, columns, {
    words: NO_WORDS,
    names: new Map(),
    sweeps: [],
    room,
    measure: (text) => text.length * LETTER,
  })

describe('widths of columns', () => {
  test('a column that is empty is as wide as its head, one that is full as its longest text', () => {
    const engine = 'an-engine-of-a-long-name'
    const { columns } = widths([row({ engine }), row({ engine: 'native' })], ['tag', 'engine'], 400)
    const [tag = 0, filled = 0] = columns
    expect(filled).toBeGreaterThanOrEqual(engine.length * LETTER)
    expect(tag).toBeLessThan(filled / 2)
  })

  test('a name has the room that the others leave, and is not cut before it is used up', () => {
    const name = 'CorInfoMax · a name of some sixty letters, as they come from sweeps'
    const rows = [row({ name, ruleLabel: 'CorInfoMax', sweep: null })]
    expect(widths(rows, ['engine'], 1600).name).toBeGreaterThanOrEqual(name.length * LETTER)
    // Where there is none, what identifies the row has its share, and the table scrolls.
    expect(widths(rows, ['engine', 'created'], 700).name).toBeLessThan(name.length * LETTER)
    expect(widths(rows, ['engine', 'created', 'data', 'network'], 600).name).toBeGreaterThanOrEqual(240)
  })

  test('all of them never need more room than there is, where there is enough', () => {
    for (const room of [900, 1300, 1700, 2500]) {
      const { name, columns } = widths([row({ name: 'Short' })], ['data', 'test', 'engine'], room)
      expect(CHOICE_WIDTH + name + columns.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(room)
    }
  })

  test('on a phone the result stands beside the name, both without a move sideways', () => {
    const usual = ['data', 'network', 'test', 'seeds']
    const room = 346
    expect(columnsIn(usual, 1000)).toEqual(usual)
    expect(columnsIn(['data', 'seeds'], room)).toEqual(['data', 'seeds'])
    const columns = columnsIn(usual, room)
    expect(columns).toEqual(['test', 'data', 'network', 'seeds'])
    const testAccuracy = { mean: 0.9763, sd: 0.0011, n: 10 }
    const found = widths([row({ name: 'A name of some forty letters, or about it', testAccuracy })], columns, room)
    expect(CHOICE_WIDTH + found.name + (found.columns[0] ?? Infinity)).toBeLessThanOrEqual(room)
    expect(found.columns[0]).toBeGreaterThanOrEqual('97.63 ± 0.11'.length * LETTER)
    expect(found.name).toBeGreaterThanOrEqual(130)
  })

  test('a note of a whole page takes no more than any other column may', () => {
    const [note = 0] = widths([row({ note: 'x'.repeat(4000) })], ['note'], 1000).columns
    expect(note).toBeLessThan(400)
  })
})
