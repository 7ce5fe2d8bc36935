/** A checkpoint is taken for what it says it is: its seed, its experiment, its bytes. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paths, readCheckpoint, readRecord } from '../../src-main/lab/results.ts'
import { resumeRun, runExperiment } from '../../src-main/lab/runs.ts'
import { decodeSafetensors, encodeSafetensors } from '../../src-main/lab/storage/safetensors.ts'
import { changeStatus } from '../../src-main/lab/results.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
const resultsFolder = scratch.inside('results')
const experiment = smallExperiment({ epochs: 1, seeds: [0, 1], limitTrain: 40 })
const train = async (changes: object = {}): Promise<string> =>
  (await runExperiment({ ...experiment, ...changes }, { resultsFolder })).folder

let folder = ''
beforeAll(async () => {
  folder = await train()
})

/** A copy of seed 0's checkpoint, which the next test needs whole. */
function withCheckpoint(bytes: Uint8Array, work: () => void): void {
  const path = paths(folder).checkpoint(0)
  const own = readFileSync(path)
  writeFileSync(path, bytes)
  work()
  writeFileSync(path, own)
}

describe('a checkpoint', () => {
  it('of another seed is refused by both numbers, and resuming ends', async () => {
    const copy = await train({ name: 'copied' })
    copyFileSync(paths(copy).checkpoint(1), paths(copy).checkpoint(0))
    expect(() => readCheckpoint(copy, 0)).toThrow(/seed-0.*expected seed 0, found seed 1/)
    changeStatus(paths(copy).status, { state: 'interrupted' })
    const { ending } = await resumeRun(copy, { resultsFolder })
    expect(ending).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('expected seed 0, found seed 1') as unknown,
      next: expect.stringContaining('Delete this checkpoint') as unknown,
    })
  })

  it('of another experiment with a network of the same shape is refused by what differs', async () => {
    const { training } = experiment
    const other = await train({ training: { ...training, batchSize: 10 } })
    withCheckpoint(readFileSync(paths(other).checkpoint(0)), () => {
      expect(() => readCheckpoint(folder, 0)).toThrow(/expected .*batchSize 20, found .*batchSize 10/)
    })
  })

  it('with one byte flipped is refused, wherever the byte is', () => {
    const own = readFileSync(paths(folder).checkpoint(0))
    for (let part = 1; part < 20; part++) {
      const flipped = Buffer.from(own)
      const at = Math.floor((own.length * part) / 20)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      withCheckpoint(flipped, () => {
        expect(() => readCheckpoint(folder, 0)).toThrow(/checkpoint\.safetensors: expected/)
      })
    }
  })

  it('from before there were checksums and origins opens as ever', () => {
    const path = paths(folder).checkpoint(0)
    const { tensors, metadata } = decodeSafetensors(readFileSync(path), path)
    const { origin, ...old } = metadata
    expect(origin).toBeDefined()
    const now = readCheckpoint(folder, 0)
    withCheckpoint(Buffer.concat(encodeSafetensors({ tensors, metadata: old })), () => {
      expect(readCheckpoint(folder, 0)).toEqual(now)
    })
  })
})

it('a seed whose folder was lost is trained again, also of a finished run, and ends as it had', async () => {
  const done = await train({ name: 'lost' })
  await expect(resumeRun(basename(done), { resultsFolder })).rejects.toThrow(/is finished/)
  const weights = readFileSync(paths(done).weights(1))
  const { outcomes } = readRecord(done)
  rmSync(paths(done).seedFolder(1), { recursive: true })
  const { ending } = await resumeRun(basename(done), { resultsFolder })
  expect(ending.kind).toBe('done')
  expect(readFileSync(paths(done).weights(1)).equals(weights)).toBe(true)
  expect(readRecord(done).outcomes).toEqual(outcomes)
})
