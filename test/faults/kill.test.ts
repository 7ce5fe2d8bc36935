/**
 * kill -9 at random moments, of the worker and of the host: no file is ever corrupt, the state is told truly, and after
 * going on as often as it takes the weights are, byte for byte, those of a run that was never interrupted.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { rootFolder } from '../../src-main/lab/machine/installation.ts'
import { changeStatus, paths, readCheckpoint, readRecord } from '../../src-main/lab/results.ts'
import { runExperiment } from '../../src-main/lab/runs/headless.ts'
import { createRun } from '../../src-main/lab/runs/preparation.ts'
import { TrainingWorker } from '../../src-main/lab/runs/training-worker.ts'
import { liveOwner } from '../../src-main/lab/storage/ownership.ts'
import { Generator } from '../../src-main/program/random.ts'
import { scratchFolder, smallExperiment } from '../lab/small-experiment.ts'
import { eventually, expectSound, historiesOf, weightsOf } from './soundness.ts'

/** `npm run test:faults` looks longer than the suite of all tests has time for. */
const KILLS = process.env['npm_lifecycle_event'] === 'test:faults' ? 10 : 4
const EPOCHS = 10
const seed = Number(process.env['APICAL_FAULTS_SEED'] ?? Date.now() % 1_000_000)
const scratch = scratchFolder()
afterAll(scratch.remove)

const experiment = smallExperiment({ epochs: EPOCHS })
let expected: ReadonlyMap<string, Buffer>
let history: readonly unknown[]
let wholeMs: number

beforeAll(async () => {
  console.log(`random moments from seed ${seed}; APICAL_FAULTS_SEED=${seed} repeats them`)
  const begin = performance.now()
  const { folder, ending } = await runExperiment(experiment, { resultsFolder: scratch.inside('unbroken') })
  wholeMs = performance.now() - begin
  expect(ending.kind).toBe('done')
  expectSound(folder)
  expected = weightsOf(folder)
  history = historiesOf(folder, experiment.seeds)
})

function newRun(results: string): string {
  const { folder } = createRun(results, experiment, null)
  // Handed over by a process that is gone: what the next start finds.
  changeStatus(paths(folder).status, { state: 'interrupted' })
  return folder
}

/** Finished epochs that no seed will have to repeat. */
function lowestKeptEpoch(folder: string): number {
  return Math.min(...experiment.seeds.map((one) => readCheckpoint(folder, one)?.position.epoch ?? 0))
}

/** Processes that have a file open. */
function writersOf(path: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path)
    } catch {
      // It has just ended, or is another user's.
      return false
    }
  })
}

function expectSameWeights(folder: string): void {
  const found = weightsOf(folder)
  for (const [name, bytes] of expected) expect(found.get(name)?.equals(bytes), `weights of ${name}`).toBe(true)
  expect(readRecord(folder).row.state).toBe('done')
  expect(historiesOf(folder, experiment.seeds)).toEqual(history)
}

describe('kill -9', () => {
  it(`of the worker, ${KILLS} times`, async () => {
    const moments = Generator.seeded(seed).split('worker')
    let folder = newRun(scratch.inside('worker'))
    let wentOn = 0
    for (let kills = 0; ;) {
      const kept = lowestKeptEpoch(folder)
      const began: number[] = []
      const checkpointed = Promise.withResolvers<null>()
      const onEvent = (event: RunEvent): void => {
        if (event.kind === 'started') began.push(event.fromEpoch)
        if (event.kind === 'checkpoint') checkpointed.resolve(null)
      }
      const worker = new TrainingWorker({ root: rootFolder(), folder, dataFolder: null, onEvent })
      // Where chance left nothing to go on from, one more is killed that has left something. The last is left alone.
      const last = kills >= KILLS && (kept > 0 || wentOn > 0)
      if (kills < KILLS) await Promise.race([worker.ended, sleep(moments.uniform() * wholeMs)])
      else await Promise.race([worker.ended, ...(last ? [] : [checkpointed.promise])])
      if (worker.pid !== undefined && !worker.isExiting) process.kill(worker.pid, 'SIGKILL')
      const ending = await worker.ended
      expectSound(folder)
      // At most the running epoch is done again.
      for (const epoch of began) expect(epoch).toBe(kept)
      if (began.length > 0 && kept > 0) wentOn++
      if (ending.kind === 'failed') {
        kills++
        expect(ending.message).toContain('SIGKILL')
        expect(readRecord(folder).row).toMatchObject({ state: 'interrupted', reason: ending.message })
        continue
      }
      expect(ending.kind).toBe('done')
      expectSameWeights(folder)
      if (last) break
      // It was quicker than the blow.
      folder = newRun(scratch.inside('worker'))
    }
    console.log(`${wentOn} times training went on from a later epoch than the first`)
    expect(wentOn).toBeGreaterThan(0)
  }, 600_000)

  it.skipIf(process.platform !== 'linux')(
    `of the host, ${KILLS} times${process.platform === 'linux' ? '' : ' (skipped: who has a file open is asked of Linux)'}`,
    async () => {
      const moments = Generator.seeded(seed).split('host')
      const results = scratch.inside('host')
      let folder = newRun(results)
      for (let kills = 0; kills <= KILLS;) {
        const host = spawn(
          process.execPath,
          [fileURLToPath(new URL('host.ts', import.meta.url)), results, basename(folder)],
          {
            stdio: ['ignore', 'pipe', 'inherit'],
          },
        )
        const said: string[] = []
        host.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text))
        const gone = once(host, 'close')
        // The last one is left alone.
        if (kills < KILLS) await Promise.race([gone, sleep(moments.uniform() * wholeMs)])
        else await gone
        if (host.exitCode === null && host.signalCode === null) {
          host.kill('SIGKILL')
          await gone
        }
        expectSound(folder)
        // Also one that has not taken the folder yet.
        await eventually('the worker of a dead host to end', () => writersOf(paths(folder).log).length === 0)
        expect(liveOwner(folder)).toBeNull()
        expectSound(folder)
        const { state } = readRecord(folder).row
        if (host.signalCode === 'SIGKILL') kills++
        else expect(said.join(''), 'a host that was not killed ends with its run').toContain('"kind":"done"')
        if (state === 'done') {
          expectSameWeights(folder)
          if (host.signalCode !== 'SIGKILL' && kills >= KILLS) return
          folder = newRun(results)
        } else expect(state).toBe('interrupted')
      }
    },
    600_000,
  )
})
