/** Seeds of one run that a crash left at different places: each goes on from its own, and all end as if unbroken. */
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { paths, readCheckpoint } from '../../src-main/lab/results.ts'
import { resumeRun, runExperiment } from '../../src-main/lab/runs/headless.ts'
import type { RunOptions } from '../../src-main/lab/runs/run-options.ts'
import { scratchFolder, smallExperiment } from '../lab/small-experiment.ts'
import { expectSound, historiesOf, weightsOf } from './soundness.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

const experiment = smallExperiment({ epochs: 4, seeds: [0, 10, 20, 30], limitTrain: 200 })

it('go on in groups, bit for bit, and the outcome is over all of them', async () => {
  const unbroken = await runExperiment(experiment, { resultsFolder: scratch.inside('unbroken') })

  const resultsFolder = scratch.inside('broken')
  const stopped = await runExperiment(experiment, stopAt(2, resultsFolder))
  expect(stopped.ending.kind).toBe('stopped')
  const files = paths(stopped.folder)
  expectSound(stopped.folder)
  // As if the machine went down between two seeds' checkpoints, and one file had been lost altogether.
  const earlier = await runExperiment(experiment, stopAt(1, scratch.inside('earlier')))
  copyFileSync(paths(earlier.folder).checkpoint(10), files.checkpoint(10))
  rmSync(files.checkpoint(20))
  copyFileSync(paths(unbroken.folder).checkpoint(30), files.checkpoint(30))
  const positions = experiment.seeds.map((seed) => readCheckpoint(stopped.folder, seed)?.position.batch ?? 0)
  expect(new Set(positions).size, 'four seeds at four places').toBe(4)

  const events: RunEvent[] = []
  const resumed = await resumeRun(stopped.folder, { resultsFolder, onEvent: (event) => events.push(event) })
  expect(events.filter(({ kind }) => kind === 'started')).toMatchObject([{ seeds: experiment.seeds, fromEpoch: 0 }])
  expect(events.filter(({ kind }) => kind === 'done')).toHaveLength(1)
  expect(resumed.ending).toMatchObject({ kind: 'done', seeds: experiment.seeds.map((seed) => ({ seed })) })
  const [found, expected] = [weightsOf(resumed.folder), weightsOf(unbroken.folder)]
  for (const [name, bytes] of expected) expect(found.get(name)?.equals(bytes), name).toBe(true)
  // The seed whose checkpoint came from the unbroken run has no lines of its own beyond where it was stopped.
  expect(historiesOf(resumed.folder, [0, 10, 20])).toEqual(historiesOf(unbroken.folder, [0, 10, 20]))
  expect(existsSync(files.worker)).toBe(false)
})

/** Options that stop a run at the checkpoint after that epoch. */
function stopAt(epoch: number, resultsFolder: string): RunOptions {
  const stop = new AbortController()
  return {
    resultsFolder,
    stop: stop.signal,
    onEvent: (event) => {
      if (event.kind === 'checkpoint' && event.epoch >= epoch) stop.abort()
    },
  }
}
