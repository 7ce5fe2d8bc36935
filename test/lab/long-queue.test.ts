/** A queue of any length: what waits is told in one event, and making a sweep's folders leaves the host free to answer. */
import { readdirSync } from 'node:fs'
import { afterAll, afterEach, expect, it } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { eventually } from '../faults/soundness.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
let lab: OpenLab
let events: LabEvent[] = []
let results = ''
let count = 0

async function open(): Promise<void> {
  results = scratch.inside(`results-${++count}`)
  events = []
  lab = await openLab({ host: 'test', resultsFolder: results })
  lab.watch((event) => events.push(event))
}
afterEach(async () => {
  await lab.close()
})

const LONG = smallExperiment({ epochs: 1000, seeds: [0] })
const sweep = (members: number) => ({
  experiment: LONG,
  sweep: {
    axes: [{ key: 'training.batchSize', values: Array.from({ length: members }, (_, i) => i + 1).join(', ') }],
    paired: false,
  },
})
const lastOrder = (): readonly string[] | undefined => events.findLast((event) => event.kind === 'queue')?.waiting
const rowsTold = (ids: readonly string[]) =>
  events.filter(({ kind, ...rest }) => kind === 'row' && 'row' in rest && ids.includes(rest.row.id))

it('tells those who wait in one event when one starts, moves or leaves, and not one by one', async () => {
  await open()
  const { ids } = await lab.start(sweep(40))
  const [running = '', second = '', third = '', ...others] = ids
  await eventually('the first to run', () =>
    events.some((event) => event.kind === 'run' && event.event.kind === 'started'),
  )
  events = []
  await lab.moveInQueue({ id: third, position: 0 })
  await eventually('the new order', () => lastOrder()?.[0] === third)
  expect(lastOrder()).toEqual([third, second, ...others])
  await lab.stop({ id: second })
  await eventually('one fewer', () => lastOrder()?.length === 38)
  await lab.stop({ id: running })
  await eventually('the next to be taken', () => lastOrder()?.length === 37)
  expect(lastOrder()).toEqual(others)
  expect(rowsTold(others)).toEqual([])
  expect(events.filter(({ kind }) => kind === 'queue').length).toBeLessThanOrEqual(3)
  const positions = new Map((await lab.list({})).map((row) => [row.id, row.queuePosition]))
  expect(others.map((id) => positions.get(id))).toEqual(others.map((_, position) => position))
})

it('makes the folders of a sweep in steps between which others are answered', async () => {
  await open()
  const seen: number[] = []
  const progress = { done: false }
  const started = lab.start(sweep(60)).finally(() => (progress.done = true))
  while (!progress.done) {
    await lab.views({})
    await new Promise((turn) => setImmediate(turn))
    seen.push(readdirSync(results).filter((name) => !name.startsWith('.')).length)
  }
  expect((await started).ids).toHaveLength(60)
  expect(new Set(seen).size).toBeGreaterThan(20)
})
