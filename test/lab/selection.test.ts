/** What is reported of a run with a validation set, from its files alone. */
import { afterAll, describe, expect, it } from 'vitest'
import { createFolder, Ledger, outcomeIn, readRecord } from '../../src-main/lab/results.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
const QUEUED = { state: 'queued', reason: null, next: null, dataFolder: null, queuedBy: null } as const
const experiment = smallExperiment({ seeds: [0, 7] })

describe('an epoch chosen on the validation set', () => {
  it('is the one whose accuracies the row, the outcomes and the summary tell', () => {
    const validation = { fraction: 0.1, seed: 0, stratified: true }
    const training = { ...experiment.training, epochs: 3, validation, selection: 'best-validation-epoch' as const }
    const { folder } = createFolder(scratch.path, { ...experiment, training }, QUEUED)
    const ledger = new Ledger(folder, 'corinfomax')
    const told = [
      [0, 0.5, 0.4],
      [0, 0.6, 0.8],
      [0, 0.9, 0.7],
      [7, 0.3, 0.9],
      [7, 0.7, 0.9],
      [7, 0.8, 0.2],
    ] as const
    told.forEach(([seed, test, held], i) => {
      const accuracies = { trainAccuracy: 1, validationAccuracy: held, testAccuracy: test }
      ledger.record({ kind: 'epoch', seed, epoch: (i % 3) + 1, seconds: 1, ...accuracies })
    })
    ledger.setState('done')
    ledger.close()
    const done = outcomeIn(folder, 2, 'reference')
    expect(done.seeds.map(({ epoch: chosen, testAccuracy }) => [chosen, testAccuracy])).toEqual([
      [2, 0.6],
      [1, 0.3],
    ])
    expect(done.testAccuracy?.mean).toBeCloseTo(0.45, 12)
    expect(done.validationAccuracy?.mean).toBeCloseTo(0.85, 12)
    expect(done.selection).toBe('best-validation-epoch')
    const { row, seeds } = readRecord(folder)
    expect(row.testAccuracy).toEqual(done.testAccuracy)
    expect(row).toMatchObject({ selection: 'best-validation-epoch', validationAccuracy: done.validationAccuracy })
    expect(seeds[0]?.validationAccuracy).toEqual([0.4, 0.8, 0.7])
  })
})
