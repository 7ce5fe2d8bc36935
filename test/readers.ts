// Reads what Apical exports with the programs that others read it with: a Python of its own in build/readers, with pandas,
// pyarrow, numpy, safetensors and the validators of RO-Crate and Croissant, and the tests of test/exports and of the guide's
// results page on it. Not a part of `npm test`, which uses that Python where it is: it downloads two hundred megabytes.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { READERS, pythonWith } from './lab/python.ts'

const root = dirname(import.meta.dirname)
const requirements = join(import.meta.dirname, 'exports/requirements.txt')
const said = join(dirname(dirname(READERS)), 'installed.txt')
const wanted = readFileSync(requirements, 'utf8')

if (!existsSync(said) || readFileSync(said, 'utf8') !== wanted) {
  const python = pythonWith('venv', 'pip') ?? skip('there is no Python with venv and pip')
  process.stdout.write('installing what reads exports into build/readers…\n')
  const steps = [
    [python, '-m', 'venv', dirname(dirname(READERS))],
    [READERS, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
  ] as const
  for (const [program, ...words] of steps)
    if (spawnSync(program, words, { stdio: 'inherit' }).status !== 0) skip('pip cannot have them here')
  writeFileSync(said, wanted)
}
const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts']
const tests = ['test/exports', 'test/guide/results.test.ts']
process.exit(spawnSync(process.execPath, [...vitest, ...tests], { cwd: root, stdio: 'inherit' }).status ?? 1)

function skip(why: string): never {
  process.stdout.write(`skipped: ${why}\n`)
  process.exit(0)
}
