/** Where each seed stands, told from its history and the progress of those that train. */
import { expect, it } from 'vitest'
import { Column } from '../../src-renderer/charts/column.ts'
import { seedStates } from '../../src-renderer/screens/live/seed-states.ts'

const history = (epochs: number, collapsed: { epoch: number; reason: string } | null = null) => ({
  epochs: new Column(Array.from({ length: epochs }, (_, i) => i + 1)),
  test: new Column(Array.from({ length: epochs }, (_, i) => (90 + i) / 100)),
  collapsed,
})
const seeds = new Map([
  [0, history(3)],
  [1, history(5)],
  [2, history(2, { epoch: 3, reason: 'not finite' })],
  [3, history(1)],
])
const row = { seeds: [0, 1, 2, 3, 4], epochs: 5, state: 'running' } as const
const told = (...args: Parameters<typeof seedStates>): string[] => seedStates(...args).map(({ state }) => state)

it('tells those that train from those that wait for them', () => {
  expect(told(row, seeds, { epoch: 4 })).toEqual(['training', 'done', 'collapsed', 'waiting', 'waiting'])
  expect(told(row, seeds, { epoch: 1 })).toEqual(['waiting', 'done', 'collapsed', 'training', 'training'])
})

it('tells those that were told to stop, and what is stopped when nothing runs', () => {
  expect(told(row, seeds, { epoch: 4 }, [0])[0]).toBe('stopping')
  expect(told({ ...row, state: 'stopped' }, seeds, null)).toEqual([
    'stopped',
    'done',
    'collapsed',
    'stopped',
    'stopped',
  ])
  expect(told({ ...row, state: 'queued' }, seeds, null)[4]).toBe('waiting')
})

it('has the accuracy after the last epoch, and none before the first', () => {
  expect(seedStates(row, seeds, null).map(({ accuracy }) => accuracy)).toEqual([0.92, 0.94, 0.91, 0.9, null])
})
