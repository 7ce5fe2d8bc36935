/**
 * What may stand in a results folder under the name of a file without being one: a FIFO that has no end, a device that
 * has none either, a link to one, a folder. Nobody waits for it, nothing fills the memory, and no file that a person may
 * leave out makes a run unreadable or fails it.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createFolder,
  Ledger,
  listRows,
  outcomeIn,
  paths,
  readCheckpoint,
  readRecord,
} from '../../src-main/lab/results.ts'
import { fileProblem, LabProblem, systemProblem } from '../../src-main/lab/problem.ts'
import { openLab } from '../../src-main/lab/lab.ts'
import { answer } from '../../src-main/answer.ts'
import { failureOf } from '../../src-main/lab/runs/failure.ts'
import { TrainingWorker } from '../../src-main/lab/runs/training-worker.ts'
import { readLines, readText } from '../../src-main/lab/storage.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
const windows = process.platform === 'win32'
const experiment = smallExperiment({ epochs: 1, seeds: [0] })

let results = ''
let folder = ''
let count = 0
beforeEach(() => {
  results = scratch.inside(`results-${++count}`)
  const status = { state: 'stopped', reason: null, next: null, dataFolder: null, queuedBy: null } as const
  folder = createFolder(results, experiment, status).folder
})

const KINDS: Record<string, (path: string) => void> = {
  'a FIFO': (path) => execFileSync('mkfifo', [path]),
  'a link to a FIFO': (path) => {
    execFileSync('mkfifo', [`${path}-elsewhere`])
    symlinkSync(`${path}-elsewhere`, path)
  },
  'a device': (path) => {
    symlinkSync('/dev/zero', path)
  },
  'a folder': (path) => mkdirSync(path),
  'a link to itself': (path) => {
    symlinkSync(path, path)
  },
}

function inPlaceOf(path: string, kind: string): void {
  rmSync(path, { force: true, recursive: true })
  KINDS[kind]?.(path)
}

describe.skipIf(windows)(`what is no file${windows ? ' (skipped: Windows has none of these)' : ''}`, () => {
  it.each(Object.keys(KINDS))('%s in place of what may be left out is a warning', (kind) => {
    const files = paths(folder)
    for (const path of [files.notes, files.labels, files.costs, files.environment]) inPlaceOf(path, kind)
    const record = readRecord(folder)
    expect(record.row).toMatchObject({ state: 'stopped', note: '', tags: [] })
    expect(record.warnings.some((warning) => warning.includes('notes.md'))).toBe(true)
    expect(listRows(results)).toMatchObject([{ state: 'stopped' }])
    expect(outcomeIn(folder, 1, 'reference').kind).toBe('done')
  })

  it.each(Object.keys(KINDS))('%s in place of the history, status or owner is told, and nobody waits', (kind) => {
    const files = paths(folder)
    for (const path of [files.status, files.worker]) inPlaceOf(path, kind)
    expect(listRows(results)).toMatchObject([{ state: 'interrupted' }])
    inPlaceOf(files.metrics(0), kind)
    expect(listRows(results)[0]).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('metrics.jsonl') as unknown,
    })
    inPlaceOf(files.checkpoint(0), kind)
    expect(() => readCheckpoint(folder, 0)).toThrow(LabProblem)
  })

  it.each(Object.keys(KINDS))('%s in place of the experiment makes that one unreadable, and no other', (kind) => {
    const other = createFolder(results, experiment, {
      ...{ state: 'stopped', reason: null, next: null, dataFolder: null, queuedBy: null },
    })
    inPlaceOf(paths(folder).experiment, kind)
    const rows = new Map(listRows(results).map((row) => [row.id, row.state]))
    expect(rows.get(other.id)).toBe('stopped')
    expect([...rows.values()].sort()).toEqual(['stopped', 'unreadable'])
  })

  it.each(Object.keys(KINDS))('%s beside the experiments harms none of what the lab keeps there', async (kind) => {
    mkdirSync(join(results, '.templates'))
    for (const name of [
      '.views.json',
      '.index.jsonl',
      '.benches.json',
      '.speeds.json',
      '.hidden-samples.json',
      'beside',
    ])
      inPlaceOf(join(results, name), kind)
    inPlaceOf(join(results, '.templates', 'a.json'), kind)
    const lab = await openLab({ host: 'test', resultsFolder: results })
    expect((await lab.list({})).some(({ state }) => state === 'stopped')).toBe(true)
    expect((await lab.describe({})).templates).toEqual([])
    expect(await lab.views({})).toEqual([])
    await lab.close()
  })

  it('a ledger writes into none of them', () => {
    for (const kind of ['a FIFO', 'a folder']) {
      inPlaceOf(paths(folder).metrics(0), kind)
      inPlaceOf(paths(folder).log, kind)
      inPlaceOf(paths(folder).worker, kind)
      const ledger = new Ledger(folder, 'corinfomax')
      ledger.log('nobody waits for a reader of this')
      expect(() => {
        ledger.record({ kind: 'collapsed', seed: 0, epoch: 1, batch: 1, reason: 'a test' } as never)
      }).toThrow(/metrics\.jsonl/)
      ledger.close()
    }
  })

  it('a folder in place of run.log is told by its name', async () => {
    inPlaceOf(paths(folder).log, 'a folder')
    const worker = new TrainingWorker({ root: '', folder, dataFolder: null, onEvent: () => undefined })
    const ending = await worker.ended
    expect(ending).toMatchObject({ kind: 'failed', message: expect.stringMatching(/run\.log.*folder/) as unknown })
    expect(ending).not.toMatchObject({ next: expect.stringContaining('defect') as unknown })
  })
})

it('notes larger than any that Apical takes are left out, with a warning', () => {
  writeFileSync(paths(folder).notes, 'x'.repeat(5_000_000))
  const record = readRecord(folder)
  expect(record.notes).toBe('')
  expect(record.warnings).toMatchObject([expect.stringMatching(/notes\.md.*4000000.*5000000.*without its notes/)])
})

it('lines are read as they lie in the file, wherever its pieces end', () => {
  const path = scratch.inside('lines')
  const lines = ['', 'µ'.repeat(3 << 19), 'short', '', 'the last, torn']
  writeFileSync(path, lines.join('\n'))
  const whole = [...readLines(path, 2 ** 30, 2 ** 30)]
  expect(whole.join('')).toBe(lines.join('\n'))
  expect(whole.map((line) => line.replace('\n', ''))).toEqual(lines)
  expect([...readLines(path, 2 ** 30, 4)].map((line) => line.length)).toEqual([1, 2, 4, 1, 4])
  expect([...readLines(scratch.inside('nowhere'), 1, 1)]).toEqual([])
  expect(() => [...readLines(path, 10, 10)]).toThrow(/at most 10 bytes/)
})

describe('what the system says has its own sentence, never "a defect"', () => {
  it.each(['EMFILE', 'ENFILE', 'EFBIG', 'ELOOP', 'ENAMETOOLONG', 'EISDIR', 'EACCES'])('%s', (code) => {
    const error = Object.assign(new Error(code), { code, path: '/somewhere' })
    expect(fileProblem(error, 'Cannot write', '/somewhere')?.message).not.toContain(code)
    expect(systemProblem(error)?.message).toContain('/somewhere')
    expect(failureOf(error).next).not.toContain('defect')
  })

  it('a NUL in a path', async () => {
    expect(() => readText('a\0b', 10)).toThrow(/no file can have that name/)
    const lab = await openLab({ host: 'test', resultsFolder: results })
    for (const [call, argument] of [
      ['openResults', { folder: 'a\0b' }],
      ['read', { id: 'a\0b' }],
      ['restore', { ids: ['a\0b'] }],
      ['useDataFolder', { name: 'mnist', folder: 'a\0b' }],
    ] as const) {
      const said = await answer(lab, call, argument)
      expect(said).toMatchObject({ refusal: { next: expect.not.stringContaining('defect') as unknown } })
    }
    await lab.close()
  })
})
