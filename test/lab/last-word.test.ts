/** What is known of a run whose worker could not say it: a last word, a later version's status, what a crash left, what travels. */
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LabProblem } from '../../src-main/lab/problem.ts'
import { changeStatus, createFolder, Ledger, outcomeIn, paths, readState, rowIn } from '../../src-main/lab/results.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
const status = { state: 'queued', reason: null, next: null, dataFolder: null, queuedBy: null } as const
const newRun = (dataFolder: string | null = null): string =>
  createFolder(scratch.inside('results'), smallExperiment({ seeds: [0, 7] }), { ...status, dataFolder }).folder

describe('the status', () => {
  it('of a later version is refused, and not written over', () => {
    const folder = newRun()
    const later = JSON.stringify({ version: 2, phase: 'dreaming' })
    writeFileSync(paths(folder).status, later)
    expect(() => readState(folder)).toThrow(/status\.json: expected version 1 or lower, found 2/)
    expect(rowIn(folder)).toMatchObject({ state: 'unreadable', reason: expect.stringContaining('version') as unknown })
    expect(() => {
      changeStatus(paths(folder).status, { state: 'stopped' })
    }).toThrow(/version/)
    expect(readFileSync(paths(folder).status, 'utf8')).toBe(later)
  })

  it('that cannot be written any more is told by another trace, until the next worker', () => {
    const folder = newRun()
    const ledger = new Ledger(folder, 'corinfomax')
    ledger.setState('running')
    const running = readFileSync(paths(folder).status)
    // Nothing can be renamed over a folder with something in it, as nothing can be written to a full disk.
    rmSync(paths(folder).status)
    mkdirSync(join(paths(folder).status, 'in the way'), { recursive: true })
    expect(() => {
      ledger.setState('failed', 'The disk is full.', 'Free some space.')
    }).toThrow(LabProblem)
    ledger.close()
    rmSync(paths(folder).status, { recursive: true })
    writeFileSync(paths(folder).status, running)
    expect(readState(folder)).toMatchObject({ state: 'failed', reason: 'The disk is full.', next: 'Free some space.' })
    expect(rowIn(folder)).toMatchObject({ state: 'failed', reason: 'The disk is full.' })
    const again = new Ledger(folder, 'corinfomax')
    again.setState('stopped')
    again.close()
    expect(readState(folder)).toMatchObject({ state: 'stopped', reason: null })
    expect(readdirSync(folder)).not.toContain('last-word.json')
  })
})

it('half a checkpoint in the folder of a seed is removed by the next worker once it is old', () => {
  const folder = newRun()
  const dayAgo = new Date(Date.now() - 86_400_000)
  const [old, now] = ['.writing-checkpoint.safetensors-1-a', '.writing-checkpoint.safetensors-2-b']
  for (const name of [old, now]) writeFileSync(join(folder, 'seed-7', name), 'half of one')
  utimesSync(join(folder, 'seed-7', old), dayAgo, dayAgo)
  new Ledger(folder, 'corinfomax').close()
  expect(readdirSync(join(folder, 'seed-7')).filter((name) => name.startsWith('.'))).toEqual([now])
})

it('what travels holds no path of the machine; what does is one file that may be deleted', () => {
  const data = join(scratch.path, 'my secret data')
  const folder = newRun(data)
  const ledger = new Ledger(folder, 'corinfomax')
  ledger.setState('failed', `${paths(folder).checkpoint(0)}: the disk is full.`, null)
  ledger.writeSummary(outcomeIn(folder, 1, 'reference'))
  ledger.close()
  changeStatus(paths(folder).status, { state: 'stopped' })
  expect(readState(folder).dataFolder).toBe(data)
  for (const path of [paths(folder).status, paths(folder).summary])
    expect(readFileSync(path, 'utf8')).not.toContain(scratch.path)
  expect(readFileSync(paths(folder).local, 'utf8')).toContain(data)
  rmSync(paths(folder).local)
  expect(readState(folder)).toMatchObject({ state: 'stopped', dataFolder: null })
  // As it was written before.
  const old = { ...status, state: 'stopped', dataFolder: data, created: '2026-01-01', updated: '2026-01-01' }
  writeFileSync(paths(folder).status, JSON.stringify(old))
  expect(readState(folder).dataFolder).toBe(data)
})
