/** Runs as long as are permitted, by the mechanisms that long ones need: streams, columns, no list spread into arguments. */
import { appendFileSync, linkSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { createFolder, outcomeIn, paths, readRecord, rowIn } from '../../src-main/lab/results.ts'
import { readHistory } from '../../src-main/lab/results/history.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
const STATUS = { state: 'done', reason: null, next: null, dataFolder: null, queuedBy: null } as const

const epochLine = (epoch: number, testAccuracy: number): string =>
  `${JSON.stringify({ kind: 'epoch', seed: 0, epoch, trainAccuracy: 0.5, testAccuracy, validationAccuracy: null, seconds: 0.5 })}\n`

/** Every seed has the same file, whose accuracies rise to 0.9 in the middle and end at 0.8. */
function longRun(seeds: number, epochs: number): string {
  const experiment = smallExperiment({ epochs, seeds: Array.from({ length: seeds }, (_, seed) => seed) })
  const { folder } = createFolder(scratch.inside('results'), experiment, STATUS)
  const middle = Math.floor(epochs / 2)
  const lines = Array.from({ length: epochs }, (_, i) => epochLine(i + 1, i === middle ? 0.9 : 0.8))
  writeFileSync(paths(folder).metrics(0), lines.join(''))
  for (let seed = 1; seed < seeds; seed++) linkSync(paths(folder).metrics(0), paths(folder).metrics(seed))
  return folder
}

describe('more numbers than a call takes arguments', () => {
  const [seeds, epochs] = [2, 80_000]

  it('give a row, a record and an outcome', () => {
    const folder = longRun(seeds, epochs)
    const row = rowIn(folder)
    expect(row).toMatchObject({ state: 'done', best: 0.9, epochsDone: epochs, seconds: epochs / 2 })
    expect(row?.testAccuracy).toMatchObject({ mean: expect.closeTo(0.8) as unknown, n: seeds })
    // As small as a word, from the first epoch to the last.
    expect(row?.curve).toHaveLength(1000)
    expect(row?.curve.at(-1)).toBe(0.8)
    expect(readRecord(folder).seeds.map((seed) => seed.epochs.length)).toEqual([epochs, epochs])
    expect(outcomeIn(folder, 1, 'reference').seeds).toHaveLength(seeds)
  })

  it('as warnings are told by the first ones and how many there are', () => {
    const folder = longRun(1, 1)
    appendFileSync(paths(folder).metrics(0), '?\n'.repeat(200_000))
    const { warnings, seeds: read } = readRecord(folder)
    expect(warnings).toHaveLength(21)
    expect(warnings[0]).toContain('line 2 cannot be read')
    expect(warnings.at(-1)).toContain('199980 more lines')
    expect(read[0]?.epochs).toEqual([1])
  })
})

it('more epochs over all seeds than a window can be sent are thinned: the last one stays, and no second is lost', () => {
  const [seeds, epochs] = [101, 10_000]
  const { seeds: shown, row, outcomes, warnings } = readRecord(longRun(seeds, epochs))
  expect(warnings).toMatchObject([expect.stringMatching(/101 seeds of 10000 epochs.*one epoch in 2/)])
  for (const seed of shown) {
    expect(seed.epochs.slice(0, 3)).toEqual([1, 3, 5])
    expect(seed.epochs.at(-1)).toBe(epochs)
    expect(seed.seconds.reduce((sum, value) => sum + value, 0)).toBe(epochs / 2)
  }
  expect(row).toMatchObject({ best: 0.9, epochsDone: epochs })
  expect(outcomes.every(({ epoch, status }) => epoch === epochs && status === 'done')).toBe(true)
})

it('a measure of more points than are kept is thinned evenly, also across a resume', () => {
  const folder = longRun(1, 1)
  const line = (batch: number): string =>
    `{"kind":"measure","seed":0,"batch":${batch},"measure":"m","values":{"a":${batch}}}\n`
  const batches = Array.from({ length: 1000 }, (_, i) => i + 1)
  appendFileSync(paths(folder).metrics(0), batches.map(line).join(''))
  const points = () => readHistory(folder, 0, 'everything', 100).record.measures['m']?.['a']
  const apart = points()?.batch.map((batch, i, all) => batch - (all[i - 1] ?? batch - 16))
  expect(new Set(apart)).toEqual(new Set([16]))
  expect(points()?.value).toEqual(points()?.batch)
  expect(readHistory(folder, 0, 'everything', 100).warnings.join()).toContain('more than 100 points')
  appendFileSync(paths(folder).metrics(0), '{"kind":"resumed","seed":0,"epoch":1,"batch":500}\n')
  expect(Math.max(...(points()?.batch ?? []))).toBeLessThanOrEqual(500)
})
