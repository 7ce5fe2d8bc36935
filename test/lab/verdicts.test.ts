/** What a folder says of seeds that ended badly: collapsed ones are never averaged in, and every measured number is shown. */
import { afterAll, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { createFolder, Ledger, outcomeIn, readRecord } from '../../src-main/lab/results.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

const experiment = smallExperiment({ epochs: 2, seeds: [0, 7] })
const QUEUED = { state: 'queued', reason: null, next: null, dataFolder: null, queuedBy: null } as const
const newRun = (): string => createFolder(scratch.inside('results'), experiment, QUEUED).folder

const epoch = (seed: number, number: number, accuracy: number): RunEvent => ({
  ...{ kind: 'epoch', seed, epoch: number, seconds: 1 },
  ...{ trainAccuracy: accuracy, testAccuracy: accuracy, validationAccuracy: null },
})

describe('a record', () => {
  it('marks a seed that collapsed, and never averages it in', () => {
    const folder = newRun()
    const ledger = new Ledger(folder, 'corinfomax')
    ledger.record(epoch(0, 1, 0.9))
    ledger.record(epoch(0, 2, 0.9))
    ledger.record(epoch(7, 1, 0.1))
    ledger.record({ kind: 'collapsed', seed: 7, epoch: 2, batch: 33, reason: 'W1 is not finite' })
    ledger.setState('done')
    ledger.close()
    expect(readRecord(folder).row).toMatchObject({
      collapsedSeeds: [7],
      testAccuracy: { mean: 0.9, n: 1 },
      curve: [0.9, 0.9],
      epochsDone: 2,
    })
    expect(outcomeIn(folder, 1, 'reference').seeds[1]).toMatchObject({
      seed: 7,
      status: 'collapsed',
      reason: 'W1 is not finite',
    })
  })

  it('shows what was measured where all seeds collapsed, and compares it with nothing', () => {
    const folder = newRun()
    const ledger = new Ledger(folder, 'corinfomax')
    for (const seed of experiment.seeds) {
      ledger.record(epoch(seed, 1, 0.5))
      ledger.record(epoch(seed, 2, 0.1))
      ledger.record({ kind: 'collapsed', seed, epoch: 2, batch: 40, reason: 'at chance level' })
    }
    ledger.setState('collapsed')
    ledger.close()
    const { row } = readRecord(folder)
    expect(row).toMatchObject({ state: 'collapsed', testAccuracy: { mean: 0.1, sd: 0, n: 2 }, collapsedSeeds: [0, 7] })
    expect(outcomeIn(folder, 1, 'reference')).toMatchObject({ testAccuracy: { mean: 0.1, n: 2 }, published: null })
  })

  it('marks a seed that ended at chance, and counts it', () => {
    const folder = newRun()
    const ledger = new Ledger(folder, 'corinfomax')
    for (const [seed, accuracy] of [
      [0, 0.9],
      [7, 0.1],
    ] as const)
      for (const number of [1, 2]) ledger.record(epoch(seed, number, accuracy))
    const chance = { kind: 'at-chance', seed: 7, batch: 40, reason: 'at chance level; 40 updates' } as const
    ledger.record({ ...chance, epoch: 2 })
    ledger.setState('done')
    ledger.close()
    const { row, outcomes, seeds } = readRecord(folder)
    expect(row).toMatchObject({ chanceSeeds: [7], collapsedSeeds: [], testAccuracy: { mean: 0.5, n: 2 } })
    expect(outcomes[1]).toMatchObject({ status: 'done', atChance: true, reason: chance.reason, testAccuracy: 0.1 })
    expect(seeds.map(({ atChance }) => atChance)).toEqual([null, { epoch: 2, reason: chance.reason }])
  })
})
