// Undo, in whatever order it is pressed: what is no longer possible is not offered, and what the lab refuses is told by the
// name that a person knows.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { renameRow, togglePinned, trashRows } from '../../src-renderer/experiments/row-actions.ts'
import { LabStore } from '../../src-renderer/lab.svelte.ts'
import { toasts } from '../../src-renderer/toasts.svelte.ts'
import { Refusal, type LabEvent, type Wire } from '../../src-renderer/transport/wire.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  for (const { id } of toasts.all) toasts.dismiss(id)
  vi.useRealTimers()
})

/** A lab that keeps rows and a trash. */
async function madeUpLab() {
  const [template] = madeUpRows as readonly [ExperimentRow]
  const rows = new Map(['2026-a', '2026-b'].map((id) => [id, { ...template, id, name: `Named ${id.at(-1) ?? ''}` }]))
  const trash = new Map<string, ExperimentRow>()
  const calls: [string, unknown][] = []
  let tell: (event: LabEvent) => void = () => undefined
  const answers: Record<string, (argument: never) => unknown> = {
    describe: () => madeUpDescription,
    list: ({ after }: { after?: unknown }) => (after === undefined ? [...rows.values()] : []),
    trash: ({ ids }: { ids: string[] }) => {
      for (const id of ids) {
        trash.set(id, rows.get(id) as ExperimentRow)
        rows.delete(id)
        tell({ kind: 'removed', id })
      }
      return { done: ids, refused: [] }
    },
    restore: ({ ids }: { ids: string[] }) => {
      const [id = ''] = ids
      const row = trash.get(id)
      if (row === undefined) throw new Refusal({ message: `There is no "${id}".`, next: 'No.', problems: [] })
      trash.delete(id)
      rows.set(id, row)
      tell({ kind: 'row', row })
      return { done: ids, refused: [] }
    },
    label: ({ ids, change }: { ids: string[]; change: Partial<ExperimentRow> }) => {
      for (const id of ids) {
        const row = { ...(rows.get(id) as ExperimentRow), ...change }
        rows.set(id, row)
        tell({ kind: 'row', row })
      }
      return { done: ids, refused: [] }
    },
  }
  const wire: Wire = {
    call: async (name, argument) => {
      await Promise.resolve()
      calls.push([name, argument])
      return answers[name]?.(argument as never)
    },
    listen: (listener) => {
      tell = listener
      return () => undefined
    },
    watchConnection: (listener) => {
      listener('open')
      return () => undefined
    },
  }
  const lab = new LabStore(wire)
  await vi.advanceTimersByTimeAsync(50)
  return { lab, calls, trash, row: (id: string) => lab.row(id) as ExperimentRow }
}

const texts = (): readonly string[] => toasts.all.map(({ text }) => text)

test('an older undo goes when what it was about is in the trash', async () => {
  const { lab, row, calls } = await madeUpLab()
  await togglePinned(lab, [row('2026-a')])
  await vi.advanceTimersByTimeAsync(50)
  expect(texts()).toEqual(['Named a is pinned.'])
  await trashRows(lab, [row('2026-a')])
  await vi.advanceTimersByTimeAsync(50)
  expect(texts()).toEqual(['Named a is in the trash.'])
  expect(toasts.undo()).toBe(true)
  await vi.advanceTimersByTimeAsync(50)
  expect(calls.at(-1)).toEqual(['restore', { ids: ['2026-a'] }])
  expect(row('2026-a').name).toBe('Named a')
})

test('of several, those are changed back that are still there', async () => {
  const { lab, row, calls } = await madeUpLab()
  await togglePinned(lab, [row('2026-a'), row('2026-b')])
  await trashRows(lab, [row('2026-b')])
  await vi.advanceTimersByTimeAsync(50)
  const pinned = toasts.all.find(({ text }) => text.includes('pinned'))
  pinned?.action?.run()
  await vi.advanceTimersByTimeAsync(50)
  expect(calls.at(-1)).toEqual(['label', { ids: ['2026-a'], change: { pinned: false } }])
})

test('an undo that the lab refuses is told by the name, not by the folder', async () => {
  const { lab, row, trash } = await madeUpLab()
  await trashRows(lab, [row('2026-a')])
  // Somebody emptied the trash by hand.
  trash.clear()
  toasts.undo()
  await vi.advanceTimersByTimeAsync(50)
  expect(texts()).toEqual(['Named a cannot be changed back.'])
  expect(texts().join()).not.toContain('2026-a')
})

test('a new name can be taken back', async () => {
  const { lab, row, calls } = await madeUpLab()
  await renameRow(lab, row('2026-a'), 'Baseline')
  await vi.advanceTimersByTimeAsync(50)
  expect(row('2026-a').name).toBe('Baseline')
  toasts.undo()
  await vi.advanceTimersByTimeAsync(50)
  expect(calls.at(-1)).toEqual(['label', { ids: ['2026-a'], change: { name: 'Named a' } }])
})

test('messages go by themselves, unless somebody is at them', async () => {
  toasts.say('One')
  toasts.held = true
  await vi.advanceTimersByTimeAsync(60_000)
  expect(texts()).toEqual(['One'])
  toasts.held = false
  await vi.advanceTimersByTimeAsync(60_000)
  expect(texts()).toEqual([])
  for (const text of ['1', '2', '3', '4', '5']) toasts.say(text)
  expect(texts()).toEqual(['3', '4', '5'])
})
