/** However a worker ends, the reason is told in its own words, the folder says the same, and the next run starts. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { paths, readRecord } from '../../src-main/lab/results.ts'
import { readJson } from '../../src-main/lab/storage.ts'
import { liveOwner } from '../../src-main/lab/storage/ownership.ts'
import { scratchFolder, smallExperiment } from '../lab/small-experiment.ts'
import { eventually, expectSound } from './soundness.ts'

const scratch = scratchFolder()
let lab: OpenLab
let events: LabEvent[] = []
let count = 0

async function open(stallMs?: number, patienceMs?: number): Promise<string> {
  const results = scratch.inside(`results-${++count}`)
  events = []
  lab = await openLab({ host: 'test', resultsFolder: results, stallMs, patienceMs })
  lab.watch((event) => events.push(event))
  return results
}

afterEach(async () => {
  await lab.close()
})
afterAll(scratch.remove)

const LONG = smallExperiment({ epochs: 1000 })
const SHORT = smallExperiment({ epochs: 1, limitTrain: 100, seeds: [3] })

const heard = (id: string, kind: string) =>
  events.filter((event) => event.kind === 'run' && event.id === id && event.event.kind === kind)
const trains = (id: string) => eventually(`${id} to train`, () => heard(id, 'checkpoint').length > 0)
const lastEvent = (id: string) => events.findLast((event) => event.kind === 'run' && event.id === id)

function workerOf(folder: string): number {
  const worker = readJson(paths(folder).worker)
  if (typeof worker !== 'object' || worker === null || !('pid' in worker) || typeof worker.pid !== 'number')
    throw new Error('no worker')
  return worker.pid
}

describe('a worker that', () => {
  it.each([
    ['SIGKILL', /killed.*SIGKILL.*memory/],
    ['SIGSEGV', /crashed in native code \(SIGSEGV\)/],
  ] as const)('dies of %s is told as such, and the next in the queue starts', async (signal, words) => {
    const results = await open()
    const { id } = await lab.start({ experiment: LONG })
    const { id: next } = await lab.start({ experiment: SHORT })
    expect((await lab.list({})).find((row) => row.id === next)).toMatchObject({ state: 'queued', queuePosition: 0 })
    await trains(id)
    process.kill(workerOf(join(results, id)), signal)
    await eventually('the next run to be done', () => heard(next, 'done').length > 0)
    expect(lastEvent(id)).toMatchObject({
      event: { kind: 'failed', message: expect.stringMatching(words) as unknown },
    })
    expect(readRecord(join(results, id)).row).toMatchObject({
      state: 'interrupted',
      reason: expect.stringMatching(words) as unknown,
    })
    expectSound(join(results, id))
  })

  it.skipIf(process.platform === 'win32')(
    `gives no sign of life is ended${process.platform === 'win32' ? ' (skipped: no SIGSTOP on Windows)' : ''}`,
    async () => {
      const results = await open(5000)
      const { id } = await lab.start({ experiment: LONG })
      await trains(id)
      process.kill(workerOf(join(results, id)), 'SIGSTOP')
      await eventually('the stall to be noticed', () => heard(id, 'failed').length > 0)
      expect(lastEvent(id)).toMatchObject({
        event: { message: expect.stringContaining('did not respond for 5 s') as unknown },
      })
      await eventually('the worker to be gone', () => liveOwner(join(results, id)) === null)
      expect(readRecord(join(results, id)).row).toMatchObject({ state: 'interrupted' })
    },
  )

  it.skipIf(process.platform === 'win32')(
    `gives no sign of life when the lab closes is ended after the patience said${process.platform === 'win32' ? ' (skipped: no SIGSTOP on Windows)' : ''}`,
    async () => {
      const results = await open(undefined, 3000)
      const { id } = await lab.start({ experiment: LONG })
      const { id: waits } = await lab.start({ experiment: SHORT })
      await trains(id)
      process.kill(workerOf(join(results, id)), 'SIGSTOP')
      await lab.close()
      expect(liveOwner(join(results, id))).toBeNull()
      expect(readRecord(join(results, id)).row).toMatchObject({
        state: 'interrupted',
        reason: expect.stringContaining('did not respond for 3 s') as unknown,
      })
      expect(readRecord(join(results, waits)).row).toMatchObject({ state: 'interrupted' })
      expectSound(join(results, id))
    },
  )

  it('meets an error says it itself, and the run is failed', async () => {
    const results = await open()
    const { id } = await lab.start({ experiment: LONG })
    await trains(id)
    // In place of a file that must be renamed into: no disk lets a file replace a folder.
    rmSync(paths(join(results, id)).checkpoint(0))
    mkdirSync(join(paths(join(results, id)).checkpoint(0), 'in the way'), { recursive: true })
    await eventually('the failure', () => heard(id, 'failed').length > 0)
    expect(lastEvent(id)).toMatchObject({
      event: { kind: 'failed', message: expect.stringContaining('checkpoint.safetensors') as unknown },
    })
    await eventually('the folder to say so', () => readRecordState(join(results, id)) === 'failed')
  })

  it('loses its folder says so, and nothing is written elsewhere', async () => {
    const results = await open()
    const { id } = await lab.start({ experiment: LONG })
    await trains(id)
    rmSync(join(results, id), { recursive: true, force: true, maxRetries: 10 })
    await eventually('the failure', () => heard(id, 'failed').length > 0)
    expect(lastEvent(id)).toMatchObject({
      event: { message: expect.stringMatching(/moved or deleted|not there/) as unknown },
    })
    await eventually('the row to be taken away', () =>
      events.some((event) => event.kind === 'removed' && event.id === id),
    )
    expect((await lab.list({})).map((row) => row.id)).not.toContain(id)
  })
})

describe('the person', () => {
  it('pauses, continues and stops; each is answered soon, kept in the folder, and the run can be resumed', async () => {
    const results = await open()
    const { id } = await lab.start({ experiment: LONG })
    const folder = join(results, id)
    await trains(id)
    await lab.pause({ id })
    await eventually('the pause', () => heard(id, 'paused').length > 0)
    expect(readRecord(folder).row.state).toBe('paused')
    await lab.continue({ id })
    await eventually('going on', () => heard(id, 'continued').length > 0)
    expect(readRecord(folder).row.state).toBe('running')
    await lab.stop({ id })
    await eventually('the stop', () => heard(id, 'stopped').length > 0)
    expect(readRecord(folder).row.state).toBe('stopped')
    await eventually('the worker to be gone', () => liveOwner(folder) === null)
    await lab.resume({ id })
    await eventually('training again', () => heard(id, 'resumed').length === 2)
    await lab.close()
    expect(readRecord(folder).row).toMatchObject({
      state: 'interrupted',
      reason: expect.stringContaining('closed') as unknown,
    })
    expectSound(folder)
  })

  it('reorders and empties the queue', async () => {
    await open()
    const { id: running } = await lab.start({ experiment: LONG })
    const waiting: string[] = []
    for (const name of ['a', 'b', 'c']) waiting.push((await lab.start({ experiment: { ...SHORT, name } })).id)
    const [a = '', b = '', c = ''] = waiting
    await lab.moveInQueue({ id: c, position: 0 })
    await lab.stop({ id: a })
    const rows = new Map((await lab.list({})).map((row) => [row.id, row]))
    expect(rows.get(running)).toMatchObject({ state: 'running', queuePosition: null })
    expect(rows.get(c)).toMatchObject({ state: 'queued', queuePosition: 0 })
    expect(rows.get(b)).toMatchObject({ state: 'queued', queuePosition: 1 })
    expect(rows.get(a)).toMatchObject({ state: 'stopped', queuePosition: null })
    await expect(lab.moveInQueue({ id: running, position: 0 })).rejects.toThrow(/is not waiting/)
    await lab.close()
    // A lab's queue ends with it: nothing will run them, so nothing says they wait.
    for (const id of [b, c])
      expect((await lab.list({})).find((row) => row.id === id)).toMatchObject({ state: 'interrupted' })
  })
})

function readRecordState(folder: string): string {
  return readRecord(folder).row.state
}
