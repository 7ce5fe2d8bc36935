// The index of rows is a cache: whatever becomes of it or of the folders, a lab shows what the folders say.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { makeMany } from '../sample/many.ts'
import { scratchFolder } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
const lister = fileURLToPath(new URL('list-process.ts', import.meta.url))

let turn = 0
let results: string
let ids: string[]
beforeEach(() => {
  results = scratch.inside(`results-${turn++}`)
  ids = makeMany(results, 12)
  settle()
})

/** Ten minutes ago, so that nothing counts as still changing. */
function settle(): void {
  const then = new Date(Date.now() - 600_000)
  for (const name of readdirSync(results, { recursive: true })) utimesSync(join(results, String(name)), then, then)
}

/** The rows as a process of its own lists them, which remembers nothing but the index. */
function list(): ExperimentRow[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [lister, results], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return (JSON.parse(stdout) as ExperimentRow[]).filter(({ state }) => state !== 'sample')
}

const index = (): string => join(results, '.index.jsonl')
const byId = (rows: readonly ExperimentRow[], id: string | undefined): ExperimentRow | undefined =>
  rows.find((row) => row.id === id)

describe('the index', () => {
  it('gives the rows that the folders give', () => {
    const cold = list()
    expect(cold.map(({ id }) => id).sort()).toEqual([...ids].sort())
    expect(existsSync(index())).toBe(true)
    expect(list()).toEqual(cold)
    expect(readFileSync(index(), 'utf8').split('\n').filter(Boolean)).toHaveLength(1 + ids.length)
  })

  it('keeps all that an experiment says of its sweep', () => {
    const file = join(results, ids[0] ?? '', 'experiment.json')
    const experiment = JSON.parse(readFileSync(file, 'utf8')) as object
    const sweep = { id: 'apart', settings: [{ key: 'neuralLr', value: 0.05 }], members: 3 }
    writeFileSync(file, JSON.stringify({ ...experiment, sweep }))
    settle()
    expect(byId(list(), ids[0])?.sweep).toEqual(sweep)
    expect(byId(list(), ids[0])?.sweep).toEqual(sweep)
  })

  it('notices a folder that changed, came or went', () => {
    list()
    const [first = '', second = '', third = ''] = ids
    // As every program does that keeps files whole: written beside, then renamed.
    const labels = join(results, first, 'labels.json')
    writeFileSync(`${labels}~`, '{"version":1,"tags":["seen"],"pinned":true}')
    renameSync(`${labels}~`, labels)
    cpSync(join(results, second), join(results, `${second}-copy`), { recursive: true })
    rmSync(join(results, third), { recursive: true })
    const rows = list()
    expect(byId(rows, first)).toMatchObject({ tags: ['seen'], pinned: true, archived: false })
    expect(byId(rows, `${second}-copy`)).toMatchObject({ state: byId(rows, second)?.state })
    expect(byId(rows, third)).toBeUndefined()
    expect(list()).toEqual(rows)
  })

  it('notices an edit in place, which leaves the folder’s own time as it was', () => {
    const id = ids.find((one) => existsSync(join(results, one, 'notes.md'))) ?? ''
    const before = list()
    const { mtime } = statSync(join(results, id))
    writeFileSync(join(results, id, 'notes.md'), 'Edited by hand.')
    utimesSync(join(results, id), mtime, mtime)
    const { status, stdout } = spawnSync(process.execPath, [lister, results, 'edits'], { encoding: 'utf8' })
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toEqual([id])
    expect(byId(before, id)?.note).not.toBe('Edited by hand.')
  })

  it.each<[string, (bytes: Buffer) => Buffer | string]>([
    ['torn', (bytes) => bytes.subarray(0, bytes.length - 100)],
    ['of another version', (bytes) => bytes.toString().replace(/rows \d+/, 'rows 999')],
    ['with a bit turned over', (bytes) => bytes.toString().replace('"epochsDone":10', '"epochsDone":11')],
    ['not an index', () => 'hello'],
    ['empty', () => ''],
  ])('is passed over and made anew when it is %s', (_, spoil) => {
    const cold = list()
    const sound = readFileSync(index())
    writeFileSync(index(), spoil(sound))
    expect(list()).toEqual(cold)
    expect(readFileSync(index(), 'utf8').split('\n')[0]).toEqual(sound.toString().split('\n')[0])
  })

  it('keeps nothing of what changed a moment ago', () => {
    const [first = ''] = ids
    // Ahead of the clock, so that it is lately whenever it is looked at.
    const lately = new Date(Date.now() + 600_000)
    utimesSync(join(results, first, 'seed-0/metrics.jsonl'), lately, lately)
    list()
    expect(readFileSync(index(), 'utf8').includes(first)).toBe(false)
  })
})
