/**
 * `apical report`: one file of a run or of several, judged by the run's own summary.json; and that nothing is overwritten.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answered, apical, ROOT } from './process.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-cli-'))
const out = join(scratch, 'results')
const [SAMPLE = ''] = readdirSync(join(ROOT, 'resources/sample'))
const at = (name: string): string => join(scratch, name)

beforeAll(() => {
  for (const name of ['first', 'second'])
    cpSync(join(ROOT, 'resources/sample', SAMPLE), join(out, name), { recursive: true })
})
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

it('a run is written as a page with its own numbers, and the place it lay in is not told', async () => {
  const { code, lines, err } = await apical(['report', 'first', '--to', at('one.html'), '--out', out, '--json'])
  expect([code, err.trim()]).toEqual([0, `Wrote ${at('one.html')}`])
  expect(lines).toEqual([{ kind: 'report', file: at('one.html'), runs: ['first'] }])
  const html = readFileSync(at('one.html'), 'utf8')
  const { testAccuracy } = JSON.parse(readFileSync(join(out, 'first/summary.json'), 'utf8')) as {
    testAccuracy: { mean: number; sd: number }
  }
  expect(html).toContain(`${(100 * testAccuracy.mean).toFixed(2)} ± ${(100 * testAccuracy.sd).toFixed(2)} %`)
  expect(html).not.toContain(scratch)
  expect(html).not.toContain(ROOT)
})

it('several runs, by name and by path, are written as a comparison with the first as baseline', async () => {
  const words = ['report', 'first', join(out, 'second'), '--to', at('two.html'), '--out', out, '--json']
  const { code, lines } = await apical(words)
  expect([code, lines[0]?.['runs']]).toEqual([0, ['first', 'second']])
  expect(readFileSync(at('two.html'), 'utf8')).toContain('<p class="kind">Comparison</p>')
})

it('exhibits of the paper are written as a page', async () => {
  const id = 'mnist-test-accuracy-comparison'
  const { code, lines } = await apical(['paper', 'report', id, '--to', at('paper.html'), '--out', out, '--json'])
  expect([code, lines]).toEqual([0, [{ kind: 'report', file: at('paper.html'), exhibits: [id] }]])
  const html = readFileSync(at('paper.html'), 'utf8')
  expect(html.match(/<svg /g)).toHaveLength(1)
  expect(html).toContain('shipped with Apical')
})

describe.concurrent('refuses', () => {
  async function refused(words: readonly string[], said: RegExp): Promise<void> {
    const finished = await answered([...words, '--out', out])
    expect(finished.err).toMatch(said)
    expect([finished.code, finished.out]).toEqual([2, ''])
  }

  it('no run', () => refused(['report', '--to', at('no.html')], /Expected RUN/))
  it('no file', () => refused(['report', 'first'], /Expected --to FILE/))
  it('a file of another kind', () => refused(['report', 'first', '--to', at('no.pdf')], /ends in \.html/))
  it('a run that is not there, and writes nothing', async () => {
    await refused(['report', 'first', 'third', '--to', at('no.html')], /no experiment "third"/)
    expect(existsSync(at('no.html'))).toBe(false)
  })
  it('a run given twice', () =>
    refused(['report', 'first', join(out, 'first'), '--to', at('no.html')], /every run once, found ".*first" again/))
  it('an option that would do nothing', () =>
    refused(['report', 'first', '--with-collapsed', '--to', at('no.html')], /several runs/))
  it('an exhibit that there is not', () =>
    refused(['paper', 'report', 'none', '--to', at('no.html')], /no exhibit "none"/))
  it('to write over a file, of runs and of a paper', async () => {
    writeFileSync(at('mine.html'), 'mine')
    await refused(['report', 'first', '--to', at('mine.html')], /is there already/)
    await refused(['paper', 'report', '--to', at('mine.html')], /is there already/)
    expect(readFileSync(at('mine.html'), 'utf8')).toBe('mine')
  })
})
