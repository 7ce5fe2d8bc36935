// A rule of one's own from the first command to a run that outlives its file.
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { apical } from './process.ts'

const home = mkdtempSync(join(tmpdir(), 'apical-rule-'))
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})
const rule = (words: readonly string[]) => apical(words, { APICAL_HOME: home })
const small = ['--limit-train', '400', '--limit-test', '100', '--engine', 'reference', '--seeds', '0-1', '--json']

it('is written, refused until allowed, trained, and gone on with where its file is not', async () => {
  expect((await rule(['rule'])).out).toMatch(/There are no rules in .*"apical rule new NAME"/s)
  const begun = await rule(['rule', 'new', 'mine', '--settling', '--json'])
  const path = String(begun.lines[0]?.['path'])
  expect(path).toBe(join(home, 'rules', 'mine.ts'))
  expect((await rule(['rule', 'new', 'mine'])).err).toMatch(/is there already.*nothing is overwritten/s)
  const early = await rule(['run', 'mine', ...small])
  expect([early.code, early.err]).toEqual([2, expect.stringMatching(/There is no preset "mine"/)])
  expect((await rule(['rule'])).out).toMatch(/Not allowed yet: "apical rule allow .*mine\.ts"/)

  const allowed = await rule(['rule', 'allow', 'mine.ts', '--json'])
  const name = String(allowed.lines[0]?.['rule'])
  expect(name).toMatch(/^mine@[0-9a-f]{12}$/)
  const run = await rule(['run', 'mine', ...small, '--set', 'widths=784,12,10', '--epochs', '1'])
  expect(run.code).toBe(0)
  const folder = String(run.lines.find(({ kind }) => kind === 'started')?.['folder'])
  expect(existsSync(join(folder, 'rule.json'))).toBe(true)

  rmSync(path)
  const more = await rule(['resume', basename(folder), '--epochs', '2'])
  expect(more.code).toBe(0)
  const whole = await rule(['show', basename(folder), '--json'])
  expect(whole.code).toBe(0)
  const gone = await rule(['run', 'mine', ...small])
  expect(gone.code).toBe(2)
}, 120_000)

it('of one layer takes a network of one layer, and its file may lie elsewhere', async () => {
  const begun = await rule(['rule', 'new', 'flat', '--json'])
  const elsewhere = join(home, 'elsewhere.ts')
  renameSync(String(begun.lines[0]?.['path']), elsewhere)
  const allowed = await rule(['rule', 'allow', elsewhere, '--json'])
  expect(allowed.code).toBe(0)
  expect((await rule(['rule'])).out).toContain(elsewhere)
  const run = await rule(['run', 'flat', ...small, '--epochs', '1'])
  expect(run.code).toBe(0)
  const folder = String(run.lines.find(({ kind }) => kind === 'started')?.['folder'])
  const { widths } = JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8')) as { widths: number[] }
  expect(widths).toEqual([784, 10])
}, 120_000)
