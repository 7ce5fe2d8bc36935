/** Folders on disk: made whole, read back, and every way in which they can be damaged or contested, in words. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { LabProblem } from '../../src-main/lab/problem.ts'
import {
  changeStatus,
  createFolder,
  findRun,
  Ledger,
  listRows,
  moveToTrash,
  outcomeIn,
  paths,
  readCheckpoint,
  readExperiment,
  readRecord,
  readState,
  removeAbandoned,
  requireResultsFolder,
  restoreFromTrash,
  resultsFolder,
  rowIn,
} from '../../src-main/lab/results.ts'
import { README } from '../../src-main/lab/results/read-me.ts'
import type { Status } from '../../src-main/lab/results/status.ts'
import { LineFile, writeWhole } from '../../src-main/lab/storage/files.ts'
import { identity, liveOwner } from '../../src-main/lab/storage/ownership.ts'
import type { SeedCheckpoint } from '../../src-main/training/checkpoint.ts'
import { pythonWith } from './python.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
let count = 0
const fresh = (): string => scratch.inside(`results-${++count}`)

const QUEUED: Omit<Status, 'created' | 'updated'> = {
  state: 'queued',
  reason: null,
  next: null,
  dataFolder: null,
  queuedBy: null,
}
const experiment = smallExperiment({ epochs: 2, seeds: [0, 7] })
const newRun = (results = fresh()): string => createFolder(results, experiment, QUEUED).folder

const epoch = (seed: number, number: number, accuracy: number): RunEvent => ({
  ...{ kind: 'epoch', seed, epoch: number, seconds: 1 },
  ...{ trainAccuracy: accuracy, testAccuracy: accuracy, validationAccuracy: null },
})

function checkpoint(seed: number): SeedCheckpoint {
  return {
    seed,
    position: { epoch: 2, batchInEpoch: 0, batch: 40 },
    generators: { sign: { key: [1, -2], position: 40 } },
    parameters: [
      { name: 'W1', shape: [2, 2], role: 'weight', values: Float32Array.from([1, NaN, -0, 4]) },
      { name: 'm', shape: [1, 2], role: 'optimiser', values: Float64Array.from([0.1, 1 / 3]) },
    ],
    collapsed: null,
    chosen: null,
    learned: null,
    seconds: 12.5,
  }
}

/** A run with everything in it, both seeds done. */
function doneRun(results = fresh()): string {
  const folder = newRun(results)
  const ledger = new Ledger(folder, 'corinfomax')
  ledger.setState('running')
  for (const seed of experiment.seeds) {
    ledger.record(epoch(seed, 1, 0.5))
    ledger.record({ kind: 'measure', seed, batch: 7, measure: 'alignment', values: { 'layer 1': 80 + seed } })
    ledger.record(epoch(seed, 2, 0.8 + seed / 100))
  }
  ledger.writeCheckpoints(experiment.seeds.map(checkpoint), true)
  ledger.writeSummary(outcomeIn(folder, 2, 'reference'))
  ledger.setState('done')
  ledger.close()
  return folder
}

describe('the results folder', () => {
  it('is where the person said, else under APICAL_HOME, else in the documents', () => {
    expect(resultsFolder(scratch.path, { APICAL_HOME: '/home/lab' })).toBe(scratch.path)
    expect(resultsFolder(undefined, { APICAL_HOME: '/home/lab' })).toBe(join('/home/lab', 'results'))
    expect(resultsFolder(null, { XDG_DOCUMENTS_DIR: '/papers' })).toBe(join('/papers', 'Apical', 'results'))
    expect(resultsFolder(null, {})).toMatch(/Documents.Apical.results$/)
  })

  it('under a file is refused in words, for whatever user', () => {
    writeFileSync(scratch.inside('plain'), '')
    for (const path of [scratch.inside('plain'), scratch.inside('plain', 'results')]) {
      expect(() => {
        requireResultsFolder(path)
      }).toThrow(LabProblem)
      expect(() => newRun(path)).toThrow(/plain.*(file|in the way)/)
    }
  })

  const proc = existsSync('/proc/self')
  it.skipIf(!proc)(`where nobody can make one is refused${proc ? '' : ' (skipped: this system has no /proc)'}`, () => {
    for (const path of ['/proc/apical', '/proc/apical/results'])
      expect(() => {
        requireResultsFolder(path)
      }).toThrow(LabProblem)
  })

  const mount = mountSmallDisk(scratch.inside('small-disk'))
  it.skipIf(!mount)(
    `on a full disk keeps the last checkpoint and leaves no piece of the next${mount ? '' : ' (skipped: this user may not mount a small disk)'}`,
    () => {
      const disk = scratch.inside('small-disk')
      try {
        const folder = doneRun(join(disk, 'results'))
        const before = readFileSync(paths(folder).checkpoint(0))
        const large = {
          ...checkpoint(0),
          parameters: [
            { name: 'W1', shape: [1, 1e6] as const, role: 'weight' as const, values: new Float32Array(1e6) },
          ],
        }
        const ledger = new Ledger(folder, 'corinfomax')
        expect(() => {
          ledger.writeCheckpoints([large], false)
        }).toThrow(/checkpoint\.safetensors: the disk is full/)
        ledger.close()
        const lines = new LineFile(join(disk, 'lines'))
        expect(() => {
          for (let line = 0; line < 1000; line++) lines.append({ some: 'line'.repeat(1000) })
        }).toThrow(/lines: the disk is full/)
        lines.close()
        expect(readFileSync(paths(folder).checkpoint(0)).equals(before)).toBe(true)
        expect(readdirSync(join(folder, 'seed-0')).filter((name) => name.startsWith('.'))).toEqual([])
      } finally {
        spawnSync('umount', [disk])
      }
    },
  )
})

describe('an experiment’s folder', () => {
  it('is named for time, rule, data and content, and never taken twice', () => {
    const results = fresh()
    const now = new Date('2026-11-23T20:15:07.123Z')
    const names = [1, 2, 3].map(() => createFolder(results, experiment, QUEUED, now).id)
    expect(names[0]).toMatch(/^2026-11-23-201507-corinfomax-glyphs-[0-9a-f]{8}$/)
    expect(names.slice(1)).toEqual([`${names[0] ?? ''}-2`, `${names[0] ?? ''}-3`])
    // A clock set back makes an old name again; what lies there stays.
    writeFileSync(join(results, names[0] ?? '', 'notes.md'), 'mine')
    expect(createFolder(results, experiment, QUEUED, now).id).toBe(`${names[0] ?? ''}-4`)
    expect(readFileSync(join(results, names[0] ?? '', 'notes.md'), 'utf8')).toBe('mine')
    expect(readdirSync(results).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('gives back everything that was put in', () => {
    const folder = doneRun()
    writeWhole(paths(folder).notes, ['First line.\n\nMore.'])
    const record = readRecord(folder)
    expect(record.experiment).toEqual(experiment)
    expect(record.warnings).toEqual([])
    expect(record.notes).toBe('First line.\n\nMore.')
    expect(record.row).toMatchObject({
      ...{ state: 'done', epochsDone: 2, note: 'First line.' },
      seeds: [0, 7],
      seconds: 2,
    })
    expect(record.row.best).toBeCloseTo(0.87, 12)
    expect(record.row.testAccuracy?.mean).toBeCloseTo(0.835, 12)
    expect(record.row.testAccuracy?.sd).toBeCloseTo(0.07 / Math.SQRT2, 12)
    expect(record.row.curve).toEqual([0.5, expect.closeTo(0.835, 12)])
    expect(record.seeds[1]).toMatchObject({ seed: 7, epochs: [1, 2], testAccuracy: [0.5, expect.closeTo(0.87, 12)] })
    expect(record.seeds[1]?.measures['alignment']?.['layer 1']).toEqual({ batch: [7], value: [87] })
    expect(record.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.txt', 'experiment.json', join('seed-0', 'weights.safetensors')]),
    )
    expect(readCheckpoint(folder, 7)).toEqual(checkpoint(7))
    expect(readCheckpoint(newRun(), 0)).toBeNull()
    expect(liveOwner(folder)).toBeNull()
  })

  it('drops what a resume superseded, and only that', () => {
    const folder = newRun()
    const ledger = new Ledger(folder, 'corinfomax')
    const measure = (batch: number, value: number): RunEvent => ({
      kind: 'measure',
      seed: 0,
      batch,
      measure: 'alignment',
      values: { a: value },
    })
    for (const event of [epoch(0, 1, 0.1), measure(20, 1), measure(21, 2), epoch(0, 2, 0.2), measure(41, 3)])
      ledger.record(event)
    ledger.record({ kind: 'collapsed', seed: 0, epoch: 3, batch: 45, reason: 'too early' })
    ledger.record({ kind: 'resumed', seed: 0, epoch: 1, batch: 20 })
    for (const event of [measure(21, 4), epoch(0, 2, 0.3)]) ledger.record(event)
    ledger.close()
    const [seed] = readRecord(folder).seeds
    expect(seed).toMatchObject({ epochs: [1, 2], testAccuracy: [0.1, 0.3], collapsed: null })
    expect(seed?.measures['alignment']?.['a']).toEqual({ batch: [20, 21], value: [1, 4] })
  })

  it('loses a torn last line and not the one written after it', () => {
    const folder = newRun()
    appendFileSync(paths(folder).metrics(0), `${JSON.stringify(epoch(0, 1, 0.5))}\n{"kind":"epoch","seed":0,"ep`)
    expect(readRecord(folder)).toMatchObject({
      warnings: [expect.stringMatching(/metrics\.jsonl.*torn/)],
      seeds: [{ epochs: [1] }, {}],
    })
    const ledger = new Ledger(folder, 'corinfomax')
    ledger.record(epoch(0, 2, 0.6))
    ledger.close()
    expect(readRecord(folder)).toMatchObject({
      warnings: [expect.stringMatching(/line 2 cannot be read/)],
      seeds: [{ epochs: [1, 2] }, {}],
    })
  })

  it('takes names from a file for what they are, whatever they are', () => {
    const folder = newRun()
    appendFileSync(
      paths(folder).metrics(0),
      '{"kind":"measure","seed":0,"batch":1,"measure":"__proto__","values":{"polluted":1}}\n{"kind":"measure","seed":0,"batch":1,"measure":"constructor","values":{"x":1}}\n',
    )
    readRecord(folder)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  const python = pythonWith('pandas', 'safetensors', 'numpy')
  it.skipIf(python === null)(
    `is readable by the Python in its README${python === null ? ' (skipped: this machine has no Python with pandas and safetensors)' : ''}`,
    () => {
      const folder = doneRun()
      appendFileSync(paths(folder).metrics(0), '{"kind":"epo')
      const script = README.slice(README.indexOf('import json'))
      const { stdout, stderr, status } = spawnSync(python ?? '', ['-c', `${script}\nprint(weights["W1"].shape)`], {
        cwd: folder,
        encoding: 'utf8',
      })
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(stdout).toMatch(/2\s+0\.8\s+0\.8/)
      expect(stdout).toContain('(2, 2)')
    },
  )
})

describe('the state', () => {
  const elsewhere = { pid: process.pid, began: '1', host: hostname() }
  const here = identity()
  it.each<[string, Status['state'], Status['queuedBy'], object | null, string]>([
    ['running without a worker', 'running', null, null, 'interrupted'],
    ['running with its worker alive', 'running', null, here, 'running'],
    ['running with a recycled process number', 'running', null, elsewhere, 'interrupted'],
    ['paused with its worker alive', 'paused', null, here, 'paused'],
    ['paused with a recycled process number', 'paused', null, elsewhere, 'interrupted'],
    ['queued by nobody', 'queued', null, null, 'interrupted'],
    ['queued by a living process', 'queued', here, null, 'queued'],
    ['queued by a process that is gone', 'queued', elsewhere, null, 'interrupted'],
    ['queued, but taken by a worker already', 'queued', elsewhere, here, 'running'],
    ['stopped', 'stopped', null, null, 'stopped'],
    ['failed', 'failed', null, null, 'failed'],
    ['done, with a name that a kill left behind', 'done', null, elsewhere, 'done'],
  ])('%s', (_, said, queuedBy, worker, truly) => {
    const folder = newRun()
    changeStatus(paths(folder).status, { state: said, queuedBy })
    if (worker !== null) writeFileSync(paths(folder).worker, JSON.stringify(worker))
    expect(readState(folder).state).toBe(truly)
    expect(readRecord(folder).row.state).toBe(truly)
  })

  it('of a worker on another machine is believed while it gives signs of life', () => {
    const folder = newRun()
    changeStatus(paths(folder).status, { state: 'running' })
    writeFileSync(paths(folder).worker, JSON.stringify({ pid: 1, began: '1', host: 'the box down the hall' }))
    expect(readState(folder).state).toBe('running')
    const past = new Date(Date.now() - 600_000)
    utimesSync(paths(folder).worker, past, past)
    expect(readState(folder).state).toBe('interrupted')
  })

  it('without a readable status is interrupted, and changing it keeps when it began', () => {
    const folder = newRun()
    const { created } = readState(folder)
    for (const text of ['{"state":', '{}', '[]']) {
      writeFileSync(paths(folder).status, text)
      expect(readState(folder)).toMatchObject({
        state: 'interrupted',
        reason: expect.stringContaining('status.json') as unknown,
      })
    }
    changeStatus(paths(folder).status, { state: 'stopped' })
    expect(Math.abs(Date.parse(readState(folder).created) - Date.parse(created))).toBeLessThan(1000)
  })
})

describe('two instances', () => {
  const other = (folder: string): ChildProcess =>
    spawn(process.execPath, [fileURLToPath(new URL('own.ts', import.meta.url)), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const said = (child: ChildProcess): Promise<string> =>
    new Promise((resolve) => child.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString())))

  it('do not work on one folder: the second is refused by the number of the first, until that is gone', async () => {
    const folder = newRun()
    const first = other(folder)
    expect(await said(first)).toBe('mine\n')
    expect(() => new Ledger(folder, 'corinfomax')).toThrow(`is in use by process ${first.pid ?? 0}`)
    expect(liveOwner(folder)).toBe(first.pid)
    first.kill('SIGKILL')
    await once(first, 'exit')
    expect(liveOwner(folder)).toBeNull()
    const ledger = new Ledger(folder, 'corinfomax')
    expect(liveOwner(folder)).toBe(process.pid)
    ledger.close()
    expect(existsSync(paths(folder).worker)).toBe(false)
  })

  it('that come at the same moment, over a dead one’s name, get it once', async () => {
    const folder = newRun()
    writeFileSync(paths(folder).worker, JSON.stringify({ pid: process.pid, began: 'long ago', host: hostname() }))
    const children = Array.from({ length: 6 }, () => other(folder))
    const answers = await Promise.all(children.map(said))
    for (const child of children) child.kill('SIGKILL')
    expect(answers.filter((answer) => answer === 'mine\n')).toHaveLength(1)
    expect(answers.filter((answer) => answer.includes('is in use by process'))).toHaveLength(5)
  })

  it('that lost the folder write no checkpoint into it', () => {
    const folder = newRun()
    const ledger = new Ledger(folder, 'corinfomax')
    writeFileSync(paths(folder).worker, JSON.stringify({ pid: 1, began: '', host: 'another' }))
    expect(() => {
      ledger.writeCheckpoints([checkpoint(0)], false)
    }).toThrow(/process 1/)
    expect(existsSync(paths(folder).checkpoint(0))).toBe(false)
    ledger.close()
    rmSync(folder, { recursive: true })
    expect(() => {
      ledger.setState('running')
    }).toThrow(/moved or deleted/)
  })
})

describe('the list', () => {
  it('shows every folder, the newest first; what cannot be read says why and spoils nothing', () => {
    const results = fresh()
    const good = doneRun(results)
    const broken: Record<string, string | null> = {
      empty: null,
      'no-json': 'hello',
      'a-list': '[]',
      deep: '['.repeat(100_000),
      future: JSON.stringify({ ...experiment, version: 99 }),
      extra: JSON.stringify({ ...experiment, surprise: 1 }),
      prototype: '{"__proto__": {"version": 1}}',
    }
    for (const [name, text] of Object.entries(broken)) {
      mkdirSync(join(results, name))
      if (text !== null) writeFileSync(join(results, name, 'experiment.json'), text)
    }
    mkdirSync(join(results, 'a-folder', 'experiment.json'), { recursive: true })
    mkdirSync(join(results, '.hidden'))
    writeFileSync(join(results, 'a file'), '')
    symlinkSync(join(results, 'nowhere'), join(results, 'dangling'))
    const rows = new Map(listRows(results).map((row) => [row.id, row]))
    expect([...rows.keys()].sort()).toEqual([basename(good), 'a-folder', ...Object.keys(broken)].sort())
    expect(rows.get(basename(good))?.state).toBe('done')
    for (const name of ['a-folder', ...Object.keys(broken)]) {
      const row = rows.get(name)
      expect(row?.state, name).toBe('unreadable')
      expect(row?.reason, name).toContain('experiment.json')
    }
    expect(rows.get('future')?.reason).toMatch(/version 1.*99/)
    expect(() => readExperiment(join(results, 'future'))).toThrow(LabProblem)
  })

  it('is empty where there is no folder yet, and sees what changed since', () => {
    const results = fresh()
    expect(listRows(results)).toEqual([])
    const folder = doneRun(results)
    expect(listRows(results)).toMatchObject([{ note: '' }])
    writeWhole(paths(folder).notes, ['hello'])
    expect(listRows(results)).toMatchObject([{ note: 'hello' }])
    cpSync(folder, `${folder}-copied-back-from-the-cluster`, { recursive: true })
    expect(listRows(results)).toHaveLength(2)
    rmSync(folder, { recursive: true })
    expect(listRows(results)).toHaveLength(1)
    expect(rowIn(folder)).toBeNull()
  })

  it('finds a run by name or path, and nothing outside by a trick', () => {
    const results = fresh()
    const folder = doneRun(results)
    expect(findRun(results, basename(folder))).toBe(folder)
    expect(findRun(fresh(), folder)).toBe(folder)
    for (const named of ['', '.', '..', '.trash', 'nothing', '../nothing'])
      expect(() => findRun(results, named), named).toThrow(/There is no experiment/)
  })
})

describe('the trash', () => {
  it('takes a folder and gives it back whole; never over another', () => {
    const results = fresh()
    const folder = doneRun(results)
    const id = basename(folder)
    const before = readRecord(folder).files
    moveToTrash(results, id)
    expect(listRows(results)).toEqual([])
    cpSync(join(results, '.trash', id), folder, { recursive: true })
    expect(() => {
      restoreFromTrash(results, id)
    }).toThrow(/exists already/)
    expect(() => {
      moveToTrash(results, id)
    }).toThrow(/exists already/)
    rmSync(folder, { recursive: true })
    restoreFromTrash(results, id)
    expect(readRecord(folder).files).toEqual(before)
    expect(() => {
      restoreFromTrash(results, id)
    }).toThrow(/no experiment .* in the trash/)
  })
})

describe('what a crash leaves', () => {
  it('is removed once it is old, and left alone while somebody may be writing it', () => {
    const results = fresh()
    const folder = doneRun(results)
    const hourAgo = new Date(Date.now() - 7_200_000)
    mkdirSync(join(results, '.new-old'))
    mkdirSync(join(results, '.new-now'))
    writeFileSync(join(folder, '.writing-status.json-1-a'), 'old')
    writeFileSync(join(folder, '.writing-status.json-2-b'), 'now')
    for (const path of [join(results, '.new-old'), join(folder, '.writing-status.json-1-a')])
      utimesSync(path, hourAgo, hourAgo)
    removeAbandoned(results)
    removeAbandoned(folder)
    expect(readdirSync(results).filter((name) => name.startsWith('.'))).toEqual(['.new-now'])
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual(['.writing-status.json-2-b'])
    expect(
      readRecord(folder)
        .files.map(({ path }) => path)
        .filter((path) => path.includes('.writing')),
    ).toEqual([])
  })
})

/** A disk of 400 KiB, where this user may have one. */
function mountSmallDisk(at: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  mkdirSync(at, { recursive: true })
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'apical-test', at]).status === 0
}
