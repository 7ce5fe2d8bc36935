/** What a run measured, in its folder: the latest of what is one at a time, and what each measure cost. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { createFolder, Ledger, paths, readRecord, rowIn } from '../../src-main/lab/results.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

const newRun = (): string =>
  createFolder(scratch.inside('results'), smallExperiment({ epochs: 2, seeds: [0, 7] }), {
    state: 'queued',
    reason: null,
    next: null,
    dataFolder: null,
    queuedBy: null,
  }).folder

const epoch = (seed: number, number: number, accuracy: number): RunEvent => ({
  ...{ kind: 'epoch', seed, epoch: number, seconds: 1 },
  ...{ trainAccuracy: accuracy, testAccuracy: accuracy, validationAccuracy: null },
})

it('keeps the accuracy of the batches as they passed, without what was done again; an older folder has none', () => {
  const folder = newRun()
  const ledger = new Ledger(folder, 'corinfomax')
  const batches = (batch: number, accuracy: number): RunEvent => ({
    ...{ kind: 'batches', seed: 0, batch, epochs: batch / 20, accuracy, samples: 40 },
  })
  for (const event of [batches(4, 0.25), batches(8, 0.5), epoch(0, 1, 0.75), batches(24, 0.625)]) ledger.record(event)
  // From within an epoch: the line of its last batch stands.
  ledger.record({ kind: 'resumed', seed: 0, epoch: 0, batch: 8 })
  for (const event of [batches(12, 0.75), epoch(0, 1, 0.875)]) ledger.record(event)
  ledger.record(epoch(7, 1, 0.5))
  ledger.close()
  const { seeds, warnings } = readRecord(folder)
  expect(warnings).toEqual([])
  expect(seeds[0]?.batches).toEqual({
    batch: [4, 8, 12],
    epochs: [0.2, 0.4, 0.6],
    accuracy: [0.25, 0.5, 0.75],
    samples: [40, 40, 40],
  })
  expect(seeds[0]?.trainAccuracy).toEqual([0.875])
  expect(seeds[1]?.batches, 'of a folder from before they were counted').toEqual({
    ...{ batch: [], epochs: [], accuracy: [], samples: [] },
  })
  expect(seeds[1]?.trainAccuracy).toEqual([0.5])
  appendFileSync(paths(folder).metrics(0), '{"kind":"batches","torn\n')
  expect(rowIn(folder)?.state, 'its lines are not even read for a row').not.toBe('unreadable')
})

it('keeps the latest iterations and the latest confusion, what measures cost, and shows none of it in a row', () => {
  const folder = newRun()
  const ledger = new Ledger(folder, 'corinfomax')
  const residual = (batch: number, free: number[]): RunEvent => ({
    kind: 'measure',
    seed: 0,
    batch,
    measure: 'residual',
    values: { 'free, first': free[0] ?? NaN },
    profiles: { free },
  })
  const confusion = (at: number, counts: number[]): RunEvent => ({
    kind: 'confusion',
    seed: 0,
    epoch: at,
    batch: 20 * at,
    split: 'test',
    classes: ['a', 'b'],
    counts,
  })
  for (const event of [residual(1, [1, 0.5]), epoch(0, 1, 0.5), confusion(1, [3, 1, 2, 2]), residual(21, [1, 0.25])])
    ledger.record(event)
  ledger.record(confusion(2, [4, 0, 0, 4]))
  ledger.record({ kind: 'resumed', seed: 0, epoch: 1, batch: 20 })
  ledger.record({ kind: 'costs', costs: [{ measure: 'residual', seconds: 1.5, percent: 2 }] })
  ledger.close()
  const { seeds, costs, warnings } = readRecord(folder)
  expect(warnings).toEqual([])
  expect(seeds[0]?.profiles['residual']?.['free']).toEqual({ batch: 1, value: [1, 0.5] })
  expect(seeds[0]?.confusion).toEqual({ epoch: 1, split: 'test', classes: ['a', 'b'], counts: [3, 1, 2, 2] })
  expect(seeds[1]).toMatchObject({ profiles: {}, confusion: null })
  expect(costs).toEqual([{ measure: 'residual', seconds: 1.5, percent: 2 }])
  appendFileSync(paths(folder).metrics(0), '{"kind":"confusion","seed":0,"torn\n{"kind":"measure","torn\n')
  expect(rowIn(folder)?.state, 'lines of measures are not even read for a row').not.toBe('unreadable')
  writeFileSync(paths(folder).costs, '{"not":"a list"}')
  expect(readRecord(folder).warnings.join()).toMatch(/costs\.json.*found something else/)
})

it('shows the top-k accuracy of the last epoch in its row, over the seeds that count', () => {
  const { folder } = createFolder(
    scratch.inside('results'),
    {
      ...smallExperiment({ epochs: 2, seeds: [0, 7] }),
      evaluation: { topK: 5, topKEveryEpochs: 1, confusionEveryEpochs: null, keepWeightsEveryEpochs: null },
    },
    { state: 'done', reason: null, next: null, dataFolder: null, queuedBy: null },
  )
  const ledger = new Ledger(folder, 'corinfomax')
  const topK = (seed: number, batch: number, test: number): RunEvent => ({
    ...{ kind: 'measure', seed, batch, measure: 'top-k' },
    values: { train: 0.9, test },
  })
  for (const event of [epoch(0, 1, 0.2), topK(0, 20, 0.3), epoch(0, 2, 0.4), topK(0, 40, 0.5)]) ledger.record(event)
  for (const event of [epoch(7, 1, 0.2), topK(7, 20, 0.3), epoch(7, 2, 0.4), topK(7, 40, 0.75)]) ledger.record(event)
  ledger.close()
  // The row passes over measures, but not over this one; the record has all of them.
  for (const row of [rowIn(folder), readRecord(folder).row])
    expect(row?.topK).toMatchObject({ k: 5, test: { mean: 0.625, n: 2 }, published: null })
  expect(readRecord(folder).outcomes.map(({ topK }) => topK)).toEqual([0.5, 0.75])
  expect(rowIn(newRun())?.topK).toBeNull()
})
