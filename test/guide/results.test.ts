// The page on results says what is so: its commands and its Python run, and its tables have every file and field that a run leaves.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXPORT_KINDS } from '../../src-main/contract.ts'
import { TABLE_NAMES } from '../../src-main/lab/exports.ts'
import { apical, ROOT } from '../cli/process.ts'
import { pythonWith } from '../lab/python.ts'

const guide = readFileSync(join(ROOT, 'resources/guide/results.md'), 'utf8')
const home = mkdtempSync(join(tmpdir(), 'apical-guide-'))
const python = pythonWith('pandas', 'pyarrow', 'numpy', 'safetensors')
let run = ''
const said: string[] = []

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

/** Of one language, in order. */
function blocks(language: string): string[] {
  return [...guide.matchAll(/^```(\S*)\n(.*?)^```$/gms)]
    .filter(([, of]) => of === language)
    .map(([, , text = '']) => text)
}

beforeAll(async () => {
  for (const line of blocks('sh').join('').trim().split('\n')) {
    // A word in quotation marks is one word.
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
    expect(words.shift()).toBe('apical')
    const after = words.indexOf('--to')
    const placed = words.map((word, at) =>
      word === 'RUN' ? run : at === after + 1 && after >= 0 ? join(home, word) : word,
    )
    // As much of the data as shows that it works.
    if (words[0] === 'run') placed.push('--limit-train', '500', '--limit-test', '200')
    const { code, out, err } = await apical(placed, { APICAL_HOME: home })
    expect(code, `${line}\n${err}\n${out}`).toBe(0)
    said.push(out)
    if (words[0] === 'run') run = readdirSync(join(home, 'results')).find((name) => !name.startsWith('.')) ?? ''
  }
})

test('it has nothing that is not tried here', () => {
  expect([...new Set([...guide.matchAll(/^```(\S+)$/gm)].map(([, language]) => language))].sort()).toEqual([
    'python',
    'sh',
  ])
  for (const kind of EXPORT_KINDS) expect(guide).toContain(`.${kind}`)
  for (const table of TABLE_NAMES) if (table !== 'epochs') expect(guide).toContain(`--table ${table}`)
})

test('its commands do what it says', () => {
  for (const file of [
    'epochs.csv',
    'epochs.parquet',
    'results.csv',
    'measures.csv',
    'weights.npz',
    'run.zip',
    'glyphs.json',
  ])
    expect(readdirSync(home)).toContain(file)
  expect(readFileSync(join(home, 'results', run, 'ro-crate-metadata.json'), 'utf8')).toContain('#run-')
  expect(said.at(-1)).toContain('3 training runs of 2 epochs each, with seeds 0, 1, 2.')
})

test('it names every file that a run leaves', () => {
  const rows = [...guide.matchAll(/^\| (`[^|]+`) +\| [A-Z]/gm)].map(([, cell = '']) => cell)
  const named = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
  const folder = join(home, 'results', run)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/')
        .replace(/^seed-\d+/, 'seed-N'),
    )
  for (const file of new Set(files)) if (file !== 'ro-crate-metadata.json') expect(named).toContain(file)
})

test('it names every field of the lines of metrics.jsonl', () => {
  const fields = new Map(
    [...guide.matchAll(/^\| `([a-z-]+)` +\| (.*)$/gm)].map(([, kind = '', text = '']) => [
      kind,
      new Set([...text.matchAll(/`([A-Za-z]+)`/g)].map(([, field]) => field)),
    ]),
  )
  const kinds = new Set<string>()
  for (const text of readFileSync(join(home, 'results', run, 'seed-0/metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')) {
    const { kind, ...rest } = JSON.parse(text) as Record<string, unknown> & { kind: string }
    kinds.add(kind)
    for (const field of Object.keys(rest))
      if (field !== 'seed') expect([...(fields.get(kind) ?? [])], kind).toContain(field)
  }
  expect([...kinds]).toEqual(expect.arrayContaining(['epoch', 'batches', 'confusion']))
  // All of a summary's that it speaks of are there.
  const summary = JSON.parse(readFileSync(join(home, 'results', run, 'summary.json'), 'utf8')) as object
  const section = guide.split('## summary.json')[1]?.split('\n## ')[0] ?? ''
  const spoken = [...section.matchAll(/`(\w+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !['mean', 'sd', 'n'].includes(name))
  for (const name of spoken) expect(Object.keys(summary)).toContain(name)
})

test.skipIf(python === null)(
  `its Python runs${python === null ? ' (skipped: this machine has no Python with pandas, pyarrow, numpy and safetensors)' : ''}`,
  () => {
    for (const text of blocks('python')) {
      const cwd = text.includes('"seed-0/metrics.jsonl"') ? join(home, 'results', run) : home
      const { status, stderr, stdout } = spawnSync(python ?? '', ['-c', text], { encoding: 'utf8', cwd })
      expect(status, stderr).toBe(0)
      expect(stdout).toMatch(/784/)
    }
  },
)
