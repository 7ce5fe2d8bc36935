/** Data of one's own from the command line: looked at, added, trained on, gone on with, removed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { apical } from './process.ts'

let home = ''
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'apical-own-cli-'))
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

/** Two heaps far from each other: whatever learns tells them apart. */
const heaps = (at: number): string =>
  `x;kind\n${Array.from({ length: 200 }, (_, i) => `${(i % 2) * at + (i % 7) / 10};${i % 2 === 0 ? 'left' : 'right'}\n`).join('')}`.replaceAll(
    '.',
    ',',
  )

it('from a file to a run, and only on with the data it began with', async () => {
  const file = join(home, 'Two heaps.csv')
  const run = (...words: readonly string[]) => apical(words, { APICAL_HOME: home })
  writeFileSync(file, heaps(5))
  const look = await run('data', 'add', file, '--look', '--json')
  expect(look.lines[0]).toMatchObject({ kind: 'look', trainCount: 160, testCount: 40, features: 1, problem: null })
  expect((await run('data', 'list', '--json')).lines.map(({ name }) => name)).not.toContain('two-heaps')

  const added = await run('data', 'add', file)
  expect(added.out).toContain('two-heaps: 160 training and 40 test samples, 1 feature, 2 classes')
  const again = await run('data', 'add', file)
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('There is a data set two-heaps already')])

  const settings = ['data.name=two-heaps', 'widths=[1,8,2]', 'learningRate=0.05'].flatMap((set) => ['--set', set])
  const trained = await run('run', 'backprop-glyphs', ...settings, '--engine', 'reference', '--epochs', '10', '--json')
  const done = trained.lines.find(({ kind }) => kind === 'done')
  expect(done).toMatchObject({ testAccuracy: { mean: 1 } })

  expect((await run('data', 'remove', 'two-heaps')).code).toBe(0)
  const folder = String(done?.['folder'])
  const gone = await run('resume', folder, '--epochs', '11')
  expect([gone.code, gone.err]).toEqual([2, expect.stringContaining('found "two-heaps"')])
  writeFileSync(file, heaps(6))
  expect((await run('data', 'add', file)).code).toBe(0)
  const other = await run('resume', folder, '--epochs', '11')
  expect(other.code).not.toBe(0)
  expect(other.err).toContain('expected the train.safetensors that this run was trained on so far, found another one')
}, 60_000)

it('refuses in words, with exit code 2', async () => {
  const refused = async (...words: readonly string[]) => {
    const { code, err } = await apical(['data', ...words], { APICAL_HOME: home })
    expect(code).toBe(2)
    return err
  }
  expect(await refused('add')).toContain('found no file')
  expect(await refused('add', join(home, 'none.csv'))).toContain('expected a file or a folder, found nothing')
  expect(await refused('add', 'x.csv', '--shape', '28')).toContain('--shape takes height x width')
  expect(await refused('add', 'x.csv', '--name', 'No Name')).toContain('--name takes lower-case letters')
  expect(await refused('add', 'x.csv', '--test-fraction', '2')).toContain('--test-fraction takes a share')
  expect(await refused('remove', 'mnist')).toContain('There is no data set "mnist" of your own')
}, 60_000)
