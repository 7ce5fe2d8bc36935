// A rule of one's own from the first command to a run that outlives its file.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { deltaRule } from '../../src-main/cli/rule-examples.ts'
import { apical, ROOT } from './process.ts'

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
  const words = join(home, 'rules', 'apical-rule.d.ts')
  expect(readFileSync(words, 'utf8')).toBe(readFileSync(join(ROOT, 'resources/apical-rule.d.ts'), 'utf8'))
  // Of an earlier Apical, which it gives way to; what is no such file is left alone.
  writeFileSync(words, readFileSync(words, 'utf8').replace('interface Step', 'interface Stride'))
  expect((await rule(['rule', 'types', '--json'])).lines).toEqual([{ path: words, state: 'written' }])
  expect(readFileSync(words, 'utf8')).not.toContain('Stride')
  const over = await rule(['rule', 'types', '--to', path])
  expect([over.code, over.err]).toEqual([2, expect.stringMatching(/Apical did not write it/)])
  const early = await rule(['run', 'mine', ...small])
  expect([early.code, early.err]).toEqual([2, expect.stringMatching(/mine\.ts is not allowed yet; its SHA-256 is/)])
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
  const early = await rule(['run', '--rule', elsewhere, ...small])
  const sha256 = createHash('sha256').update(readFileSync(elsewhere)).digest('hex')
  expect([early.code, early.out]).toEqual([2, ''])
  for (const part of [elsewhere, sha256, `"apical rule allow ${elsewhere}"`]) expect(early.err).toContain(part)
  expect((await rule(['run', elsewhere, ...small])).err).toContain(`--rule ${elsewhere}`)
  const allowed = await rule(['rule', 'allow', elsewhere, '--json'])
  expect(allowed.code).toBe(0)
  expect((await rule(['rule'])).out).toContain(elsewhere)

  const sweep = ['--sweep', 'learningRate=0.02,0.03', '--epochs', '1', '--set', 'training.batchSize=40']
  const run = await rule(['run', '--rule', elsewhere, ...sweep, ...small])
  expect(run.code).toBe(0)
  const began = run.lines.filter(({ kind }) => kind === 'started').map(({ folder }) => String(folder))
  const read = (folder: string) => JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8')) as object
  expect(began.map(read)).toMatchObject(
    [0.02, 0.03].map((learningRate) => ({
      ...{ widths: [784, 10], training: { batchSize: 40 } },
      rule: { name: allowed.lines[0]?.['rule'], settings: { learningRate } },
    })),
  )
  const short = ['--engine', 'reference', '--batches', '7', '--json']
  const byName = await rule(['bench', '--rule', 'flat', '--dataset', 'cifar-10', ...short])
  expect([byName.code, byName.err]).toEqual([0, ''])
  expect(byName.lines).toMatchObject([{ kind: 'bench', rule: allowed.lines[0]?.['rule'], widths: [3072, 10] }])
  const nobody = await rule(['bench', '--rule', 'flatt', ...short])
  expect([nobody.code, nobody.err]).toEqual([2, expect.stringMatching(/Did you mean "flat"/)])
}, 120_000)

it('that shares its name with another is not guessed', async () => {
  for (const [file, more] of [
    ['twin.ts', ''],
    ['other.ts', '// Another.\n'],
  ] as const) {
    writeFileSync(join(home, 'rules', file), deltaRule('twin') + more)
    expect((await rule(['rule', 'allow', file])).code).toBe(0)
  }
  const { code, err } = await rule(['run', 'twin', ...small])
  expect([code, err]).toEqual([2, expect.stringMatching(/2 files are a rule called "twin".*twin@\w+ or twin@\w+/s)])
}, 60_000)

describe('rule check', () => {
  const folder = join(home, 'rules')
  const path = join(folder, 'checked.ts')
  const text = deltaRule('checked')
  const put = (changed: string): string => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, changed)
    return createHash('sha256').update(changed).digest('hex')
  }
  const checked = (...more: readonly string[]) =>
    rule(['rule', 'check', 'checked.ts', '--engine', 'reference', ...more, '--json'])

  it('runs no file that is not allowed, and says which it is and how to allow it', async () => {
    const sha256 = put(text)
    const refused = await checked()
    expect(refused.code).toBe(2)
    for (const part of [path, sha256, '"apical rule allow checked.ts"']) expect(refused.err).toContain(part)
    expect(refused.out).toBe('')
  }, 60_000)

  it('passes the example, tells each check, and that a layer of its own error follows the gradient', async () => {
    put(text)
    await rule(['rule', 'allow', 'checked.ts'])
    const { code, lines } = await checked()
    expect(code).toBe(0)
    const of = (check: string) => lines.find((line) => line['check'] === check)
    expect(of('engine')).toMatchObject({ kind: 'check', engine: 'reference', state: 'passed' })
    expect(of('learning')?.['figures']).toMatchObject({ widths: [784, 10] })
    // (t − y) xᵀ is steepest descent of half the squared error: the rule is that.
    const { layers } = of('direction')!['figures'] as { layers: { squaredError: number }[] }
    expect(layers.map(({ squaredError }) => squaredError < 1e-3)).toEqual([true])
    const other = await checked('--network', '12-7-3')
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/does not take the network 12-7-3: expected a/)])
    const unknown = await checked('--set', 'learningrate=1')
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/Did you mean "learningRate"/)])
  }, 60_000)

  it('fails with the line of what is wrong', async () => {
    // Divided by zero where the first example reports its error; and described by chance.
    const report = "p.measure('error', divide(error, p.zeros(1)))"
    const spoilt = text
      .replace("p.measure('error', error)", report)
      .replace('import { apply,', 'import { divide, apply,')
      .replace("{ kind: 'xavier' }", "{ kind: 'constant', value: Math.random() }")
    put(spoilt)
    await rule(['rule', 'allow', 'checked.ts'])
    const { code, lines } = await checked()
    expect(code).toBe(1)
    const failed = lines.filter(({ state }) => state === 'failed')
    const line = (of: string): number => spoilt.split('\n').findIndex((one) => one.includes(of)) + 1
    expect(failed).toMatchObject([
      { check: 'trace', about: 'W1', line: line('Math.random') },
      { check: 'finite', about: 'error', line: line(report) },
    ])
    put(text.replace('outer(error, p.x)', 'outer(p.x, p.x)'))
    await rule(['rule', 'allow', 'checked.ts'])
    const wrong = await checked()
    expect([wrong.code, wrong.lines.length]).toEqual([1, 1])
    const at = text.split('\n').findIndex((one) => one.includes('outer(error, p.x)')) + 1
    expect(wrong.lines).toMatchObject([{ line: at, message: expect.stringContaining(`checked.ts:${at}: `) as string }])
  }, 60_000)
})
