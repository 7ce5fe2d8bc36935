/**
 * Makes the bundled sample: trains `corinfomax-glyphs-small` with five seeds for ten epochs on this machine, and puts
 * the folder under resources/sample without what only a running experiment needs or what tells where this clone lies.
 * Every number in it is the run's own.
 *
 *   node_modules/.bin/node test/sample/make.ts [FOLDER]
 *
 * FOLDER is a finished run of that command, for one that was stopped and resumed.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rowIn, runIds } from '../../src-main/lab/results.ts'

const WORDS = ['corinfomax-glyphs-small', '--seeds', '0..40:10', '--epochs', '10']
const root = fileURLToPath(new URL('../..', import.meta.url))
const samples = join(root, 'resources/sample')

const folder = process.argv[2] ?? train()
if (rowIn(folder)?.state !== 'done') throw new Error(`${folder} is not finished; resume it first`)

const id = basename(folder)
const sample = join(samples, id)
mkdirSync(samples, { recursive: true })
for (const old of readdirSync(samples)) rmSync(join(samples, old), { recursive: true })
cpSync(folder, sample, { recursive: true })
for (const name of readdirSync(sample, { recursive: true }).map(String))
  if (['checkpoint.safetensors', 'run.log', 'worker.json'].includes(basename(name))) rmSync(join(sample, name))
change('summary.json', (summary) => ({ ...summary, folder: id }))
// The system's name without its build: enough to read the times by.
change('environment.json', (environment) => ({ ...environment, os: `${process.platform} ${process.arch}` }))
writeFileSync(
  join(sample, 'notes.md'),
  `A sample that comes with Apical, trained by Apical itself.

It is what this command leaves, less its checkpoints and its log:

    npm run apical -- run ${WORDS.join(' ')}

Duplicate it to train it again on this machine, with other seeds or settings.
`,
)

function train(): string {
  const results = mkdtempSync(join(tmpdir(), 'apical-sample-'))
  const run = spawnSync(process.execPath, [join(root, 'src-main/cli.ts'), 'run', ...WORDS, '--out', results], {
    stdio: 'inherit',
  })
  if (run.status !== 0) throw new Error(`the run ended with ${run.status ?? run.signal ?? 'nothing'}`)
  const [only = '', ...more] = runIds(results)
  if (more.length > 0) throw new Error(`expected one results folder in ${results}`)
  return join(results, only)
}

function change(file: string, edit: (value: Record<string, unknown>) => Record<string, unknown>): void {
  const path = join(sample, file)
  writeFileSync(
    path,
    `${JSON.stringify(edit(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>), null, 2)}\n`,
  )
}
