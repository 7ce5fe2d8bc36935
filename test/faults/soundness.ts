/** What must hold of an experiment's folder at every moment, whoever was killed while doing whatever to it. */
import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { RunState } from '../../src-main/contract.ts'
import { paths, readCheckpoint, readExperiment, readRecord } from '../../src-main/lab/results.ts'
import { liveOwner } from '../../src-main/lab/storage/ownership.ts'
import { decodeSafetensors } from '../../src-main/lab/storage/safetensors.ts'

/** Every file that has its name is whole, and the record reads without a warning other than of one torn last line per seed. */
export function expectSound(folder: string): void {
  const files = paths(folder)
  for (const path of [files.experiment, files.status, files.environment, files.summary, files.worker])
    if (existsSync(path)) expect(() => JSON.parse(readFileSync(path, 'utf8')) as unknown, path).not.toThrow()
  const { seeds } = readExperiment(folder)
  for (const seed of seeds) {
    expect(() => readCheckpoint(folder, seed), files.checkpoint(seed)).not.toThrow()
    if (existsSync(files.weights(seed)))
      expect(() => decodeSafetensors(readFileSync(files.weights(seed)), 'weights')).not.toThrow()
  }
  const { row, warnings } = readRecord(folder)
  for (const warning of warnings) expect(warning).toMatch(/torn|cannot be read/)
  expect(row.state).not.toBe('unreadable')
  // Nothing but a living worker may be called running. One that lived when the row was read may have ended since.
  if (isRunning(row.state) && liveOwner(folder) === null) expect(isRunning(readRecord(folder).row.state)).toBe(false)
}

function isRunning(state: RunState): boolean {
  return state === 'running' || state === 'paused'
}

export function weightsOf(folder: string): Map<string, Buffer> {
  const { seeds } = readExperiment(folder)
  return new Map(seeds.map((seed) => [`seed ${seed}`, readFileSync(paths(folder).weights(seed))]))
}

/**
 * The history of some seeds without the times it took: what an interruption must not change. How many batches the
 * accuracies of passing batches are means over goes by the clock; they come in order, and one ends with every epoch.
 */
export function historiesOf(folder: string, seeds: readonly number[]): unknown[] {
  return readRecord(folder)
    .seeds.filter(({ seed }) => seeds.includes(seed))
    .map((record) => {
      const { batch, epochs } = record.batches
      batch.forEach((at, i) => expect(at).toBeGreaterThan(batch[i - 1] ?? 0))
      return { ...record, seconds: record.seconds.length, batches: epochs.filter(Number.isInteger) }
    })
}

/** Waits until a condition holds, looking often; fails with `what` when it never does. */
export async function eventually(what: string, holds: () => boolean, limitMs = 240_000): Promise<void> {
  const begin = performance.now()
  while (!holds()) {
    if (performance.now() - begin > limitMs) throw new Error(`waited in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
