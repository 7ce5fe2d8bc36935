// Rows come in pages while the lab goes on telling what happens: what was told last is what stands.
import { expect, test } from 'vitest'
import type { Download, ExperimentRow, LabEvent } from '../../src-main/contract.ts'
import { LabStore } from '../../src-renderer/lab.svelte.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'
import type { Wire } from '../../src-renderer/transport/wire.ts'

const [first] = madeUpRows
if (first === undefined) throw new Error('the made-up lab has no rows')
const rowNamed = (id: string, change: Partial<ExperimentRow> = {}): ExperimentRow => ({ ...first, id, ...change })

/** A lab of two pages; the second waits until it is let go. */
function twoPages(pages: readonly (readonly ExperimentRow[])[]) {
  let tell: (event: LabEvent) => void = () => undefined
  let letGo: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const wire: Wire = {
    call: async (name, argument) => {
      if (name === 'describe') return madeUpDescription
      const { after } = argument as { after?: { id: string } }
      if (after === undefined) return pages[0]
      const place = pages.findIndex((page) => page.at(-1)?.id === after.id) + 1
      if (place === 1) await gate
      return pages[place] ?? []
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
  return {
    lab: new LabStore(wire),
    tell: (event: LabEvent): void => {
      tell(event)
    },
    letGo: (): void => {
      letGo()
    },
  }
}

const eventually = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1))
}

test('the first rows are shown before the others came', async () => {
  const { lab, letGo } = twoPages([[rowNamed('a')], [rowNamed('b')]])
  await eventually(() => lab.loaded)
  expect(lab.rows.map(({ id }) => id)).toEqual(['a'])
  expect(lab.listing).toBe(true)
  letGo()
  await eventually(() => !lab.listing)
  expect(lab.rows.map(({ id }) => id)).toEqual(['a', 'b'])
})

test('what was told meanwhile is younger than the page', async () => {
  const { lab, tell, letGo } = twoPages([[rowNamed('a')], [rowNamed('b', { state: 'queued' }), rowNamed('c')]])
  await eventually(() => lab.loaded)
  tell({ kind: 'row', row: rowNamed('b', { state: 'running' }) })
  tell({ kind: 'removed', id: 'c' })
  tell({ kind: 'row', row: rowNamed('new') })
  letGo()
  await eventually(() => !lab.listing)
  expect(lab.row('b')?.state).toBe('running')
  expect(lab.row('c')).toBeUndefined()
  expect(lab.row('new')).toBeDefined()
})

test('a new order of the queue moves those who wait, and nobody else', async () => {
  const waiting = (id: string, queuePosition: number) => rowNamed(id, { state: 'queued', queuePosition })
  const { lab, tell, letGo } = twoPages([[rowNamed('a', { state: 'running' })], [waiting('b', 0), waiting('c', 1)]])
  letGo()
  await eventually(() => lab.loaded && !lab.listing)
  tell({ kind: 'queue', waiting: ['c', 'b', 'a', 'nobody'] })
  await eventually(() => lab.row('c')?.queuePosition === 0)
  expect(lab.row('b')?.queuePosition).toBe(1)
  expect(lab.row('a')).toMatchObject({ state: 'running' })
  expect(lab.row('nobody')).toBeUndefined()
})

test('what is gone when it is listed again goes, and only that', async () => {
  const pages: ExperimentRow[][] = [[rowNamed('a')], [rowNamed('b')]]
  const { lab, letGo } = twoPages(pages)
  letGo()
  await eventually(() => lab.loaded && !lab.listing)
  pages.splice(1, 1, [rowNamed('c')])
  await lab.refresh()
  expect(lab.rows.map(({ id }) => id).sort()).toEqual(['a', 'c'])
})

test('another results folder begins anew, also where experiments have the same names', async () => {
  const pages: ExperimentRow[][] = [[rowNamed('a', { name: 'mine' })], [rowNamed('b')]]
  const { lab, tell, letGo } = twoPages(pages)
  letGo()
  await eventually(() => lab.loaded && !lab.listing)
  const watched = lab.watch('a')
  pages.splice(0, 2, [rowNamed('a', { name: 'theirs' })])
  tell({ kind: 'results', resultsFolder: '/theirs' })
  // Nothing of the one before is shown while the other is queued.
  expect([lab.loaded, lab.description, lab.rows]).toEqual([false, null, []])
  await eventually(() => lab.loaded && !lab.listing)
  expect(lab.rows.map(({ id, name }) => [id, name])).toEqual([['a', 'theirs']])
  expect(lab.watch('a')).not.toBe(watched)
})

test('the latest of a download stands under the set’s name', async () => {
  const { lab, tell, letGo } = twoPages([[rowNamed('a')]])
  letGo()
  await eventually(() => lab.loaded && !lab.listing)
  const download: Download = {
    name: 'mnist',
    state: 'fetching',
    bytes: 10,
    total: 100,
    bytesPerSecond: null,
    secondsLeft: null,
    problem: null,
  }
  tell({ kind: 'download', download })
  tell({ kind: 'download', download: { ...download, bytes: 20 } })
  tell({ kind: 'download', download: { ...download, name: 'cifar-10' } })
  expect(Object.values(lab.downloads).map(({ name, bytes }) => [name, bytes])).toEqual([
    ['mnist', 20],
    ['cifar-10', 10],
  ])
})
