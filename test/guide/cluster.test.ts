// The page on clusters says what is so: its commands are run here, those of Slurm by test/slurm.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { apical, watch, type Finished } from '../cli/process.ts'

const guide = readFileSync(fileURLToPath(new URL('../../resources/guide/cluster.md', import.meta.url)), 'utf8')
const home = mkdtempSync(join(tmpdir(), 'apical-guide-cluster-'))
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

/** As much as shows that it works. */
const small = ['--set', 'widths=784,16,10', '--set', 'measures=[]', '--limit-train', '300', '--limit-test', '100']
const environment = { APICAL_HOME: home }
const inHome = (word: string): string => (/^(learning-rates|four-seeds)/.test(word) ? join(home, word) : word)

async function run(line: string): Promise<Finished> {
  const words = line.split(' ').map(inHome)
  if (words[0] === 'apical')
    return apical([...words.slice(1), ...(words[2] === 'export' ? [...small, '--epochs', '1'] : [])], environment)
  const [set = '', script = ''] = words
  const [name = '', value = ''] = set.split('=')
  return watch(spawn(script, { env: { ...process.env, ...environment, [name]: value } })).finished
}

test('it has no command that is not tried', () => {
  const languages = [...guide.matchAll(/^```(\S.*)$/gm)].map(([, language]) => language)
  expect(languages).toEqual(['sh', 'sh slurm', 'sh', 'sh'])
  // What test/slurm submits.
  expect(guide).toContain('```sh slurm\nlearning-rates/submit.sh\n```')
})

test('every command, in order', async () => {
  const lines = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, text = '']) => text.trim().split('\n'))
  expect(lines).toHaveLength(5)
  const said = new Map<string, Finished>()
  for (const line of lines) said.set(line, await run(line))
  for (const [line, { code, out, err }] of said)
    // Nobody submitted it, and what is left is said by the exit code.
    expect(code, `${line}\n${out}${err}`).toBe(line === 'apical sweep collect learning-rates' ? 1 : 0)
  const told = [...said.values()].map(({ out }) => out).join('')
  expect(told).toContain('2 experiments, 4 tasks.')
  expect(told).toContain('2 missing')
  expect(told).toContain('1 of 1 here')
})
