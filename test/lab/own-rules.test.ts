// Rules of a person's own files: what runs them has no rights, no file runs that was not allowed as it is, and what a run keeps
// of one is data that is checked like anybody's.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deltaRule, settlingRule } from '../../src-main/cli/rule-examples.ts'
import { checkExperiment } from '../../src-main/experiment/check.ts'
import { experimentOfRule } from '../../src-main/experiment/rule-experiment.ts'
import { allowOwnRule, listOwnRules } from '../../src-main/lab/own-rules.ts'
import { askFile, askFileNow, TOO_LONG } from '../../src-main/lab/own-rules/sandbox.ts'
import { LabProblem } from '../../src-main/lab/problem.ts'
import { createFolder, paths, readExperiment } from '../../src-main/lab/results.ts'
import { compileRule, ruleNamed, rules } from '../../src-main/rules/index.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-rules-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

const plain = deltaRule('delta')
/** The example with a line at the start of its `build`, or at the top of the file. */
const inBuild = (line: string): string =>
  plain.replace('  build(p, s, widths) {\n', `  build(p, s, widths) {\n${line}\n`)
const atTop = (line: string): string => plain.replace('export default', `${line}\nexport default`)
const lineOf = (text: string, part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1
const network = { settings: { learningRate: 0.05, decay: [{ fromEpoch: 0, base: 0.95 }] }, widths: [4, 3] }

async function refused(text: string, asked: typeof network | null = network): Promise<string> {
  try {
    await askFile({ file: join(scratch, 'mine.ts'), text, network: asked })
  } catch (error) {
    if (error instanceof LabProblem) return error.message.replace(join(scratch, 'mine.ts'), 'FILE')
    throw error
  }
  throw new Error('It was not refused.')
}

describe('the process of a file', () => {
  it('says what the rule is, and what it leaves for a network, the same whether the host waits or not', async () => {
    const file = join(scratch, 'mine.ts')
    const card = await askFile({ file, text: plain, network: null })
    expect(card).toMatchObject({ kind: 'card', card: { name: 'delta', settings: { learningRate: { symbol: 'μ' } } } })
    const traced = await askFile({ file, text: plain, network })
    expect(traced).toMatchObject({
      ...{ kind: 'traced', lines: { W1: lineOf(plain, "'W1'"), error: lineOf(plain, "p.measure('error'") } },
    })
    expect(askFileNow({ file, text: plain, network })).toEqual(traced)
    expect(await askFile({ file, text: plain, network: { ...network, widths: [4, 5, 3] } })).toEqual({
      kind: 'problems',
      problems: [{ key: '', message: 'expected a network without hidden layers, found 4-5-3' }],
    })
  })

  it.each([
    ['throws', inBuild("throw new Error('not today')"), /not today/],
    ['names what is not there', inBuild('undefinedThing()'), /ReferenceError: undefinedThing is not defined/],
    [
      'multiplies what does not fit',
      plain.replace('outer(error, p.x)', 'outer(p.x, p.x)'),
      /increase: 4 × 4 does not fit/,
    ],
    ['uses a word that is none', plain.replace('apply(W, p.x)', 'applied(W, p.x)'), /applied is not defined/],
    ['misses a setting', plain.replace('s.learningRate', 's.rate'), /./],
  ])('that %s is told with its line', async (_what, text, message) => {
    const said = await refused(text)
    expect(said).toMatch(message)
    expect(said).toMatch(/^FILE:\d+: /)
  })

  it('names the very line', async () => {
    const text = inBuild("throw new Error('here')")
    expect(await refused(text)).toBe(`FILE:${lineOf(text, "'here'")}: here.`)
  })

  it.each([
    [
      'imports Node',
      `import 'node:fs'\n${plain}`,
      /it imports "node:fs"; the file of a rule may import only "apical\/rule"/,
    ],
    ['is no module', 'const a = ;', /./],
    ['exports nothing', 'export const a = 1', /exports no rule/],
    ['has no build', plain.replace('build(', 'built('), /no "build" function/],
    [
      'has a setting of its own making',
      plain.replace('settings: {', 'settings: { x: 1,'),
      /its setting "x" is not made by/,
    ],
  ])('that %s is refused in words', async (_what, text, message) => {
    expect(await refused(text, null)).toMatch(message)
  })

  it('that never ends is ended', async () => {
    expect(await refused(atTop('for (;;) {}'), null)).toContain(TOO_LONG)
  }, 30_000)

  it.each([
    ['objects', 'const all = []; for (;;) all.push(new Array(100000).fill(1.5))'],
    ['buffers', 'const all = []; for (;;) all.push(new Uint8Array(50e6).fill(1))'],
  ])(
    'that takes ever more memory for %s is ended',
    async (_what, line) => {
      expect(await refused(atTop(line), null)).toMatch(/takes too much memory/)
    },
    30_000,
  )

  describe('that breaks out of its realm', () => {
    const node = "const node = apply.constructor('return process')();"
    let connections = 0
    const server = createServer(() => connections++)
    beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
    afterAll(() => server.close())
    const port = (): number => (server.address() as { port: number }).port

    it.each([
      ['reads no file', () => `node.getBuiltinModule('node:fs').readFileSync('/etc/hostname')`],
      ['writes none', () => `node.getBuiltinModule('node:fs').writeFileSync('${join(scratch, 'owned')}', '1')`],
      ['starts no process', () => `node.getBuiltinModule('node:child_process').execSync('id')`],
      ['starts no thread', () => `new (node.getBuiltinModule('node:worker_threads').Worker)('1', { eval: true })`],
      [
        'opens no socket',
        () =>
          `await new Promise((done, fail) => node.getBuiltinModule('node:net').connect(${port()}, '127.0.0.1').on('connect', done).on('error', fail))`,
      ],
    ])('%s', async (_what, line) => {
      expect(await refused(atTop(`${node} ${line()}`), null)).toMatch(/restricted/)
      expect(existsSync(join(scratch, 'owned'))).toBe(false)
      expect(connections).toBe(0)
    })

    it('sees nothing of the environment', async () => {
      process.env['APICAL_SECRET_OF_THE_TEST'] = 'x'
      expect(await refused(atTop(`${node} throw new Error(Object.keys(node.env).join())`), null)).not.toMatch(/SECRET/)
    })
  })
})

describe('the rules folder', () => {
  const folder = join(scratch, 'rules')
  const path = join(folder, 'chl.ts')
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

  it('runs no file before it is allowed, and not a changed one', async () => {
    mkdirSync(folder)
    writeFileSync(path, settlingRule('chl'))
    writeFileSync(join(folder, 'notes.txt'), 'no rule')
    expect(listOwnRules(folder)).toEqual([
      { path, sha256: hash(settlingRule('chl')), state: 'new', rule: null, label: null },
    ])
    await expect(allowOwnRule(path, hash('another'), folder)).rejects.toThrow(/has changed since/)
    const name = await allowOwnRule(path, hash(settlingRule('chl')), folder)
    expect(name).toBe(`chl@${hash(settlingRule('chl')).slice(0, 12)}`)
    expect(listOwnRules(folder)[0]).toMatchObject({ state: 'allowed', rule: name, label: 'Chl' })
    writeFileSync(path, `${settlingRule('chl')}\n`)
    expect(listOwnRules(folder)[0]).toMatchObject({ state: 'changed', rule: null, label: 'Chl' })
  })

  it('leaves a rule that is checked, compiled and forecast like any other', () => {
    const name = `chl@${hash(settlingRule('chl')).slice(0, 12)}`
    const rule = ruleNamed(name)
    if (rule === undefined) throw new Error('It is not known.')
    // No chart shows it in the colour of a rule of Apical's.
    expect(rules.map(({ palette }) => palette)).not.toContain(rule.palette)
    const settings = rule.settings.parse({ beta: 0.5 }) as Record<string, unknown>
    expect(rule.settings.safeParse({ beta: -1 }).success).toBe(false)
    const { program } = compileRule(rule, settings, [5, 4, 3], ['free.residual'])
    expect(program.parameters.map((parameter) => parameter.name)).toEqual(['W1', 'W2'])
    expect(program.measurements).toEqual([{ name: 'free.residual', shape: [1, 1], iterations: 20 }])
    const experiment = experimentOfRule('chl')
    expect(experiment?.rule.name).toBe(name)
    expect(checkExperiment(experiment).problems).toBeUndefined()
  })

  it('is kept with a run, as text for people and as data for workers, and a made-up one is refused', () => {
    const results = join(scratch, 'results')
    const experiment = experimentOfRule('chl')
    if (experiment === undefined) throw new Error('It is not known.')
    const run = createFolder(results, experiment, {
      ...({ state: 'queued', reason: null, next: null, dataFolder: null, queuedBy: null } as const),
    })
    const file = paths(run.folder).rule
    const kept = JSON.parse(readFileSync(file, 'utf8')) as {
      text: string
      sha256: string
      traced: { shapes: unknown[] }
    }
    expect(kept.text).toBe(settlingRule('chl'))
    expect(readExperiment(run.folder)).toEqual(experiment)
    // In a process that has not met the file.
    const elsewhere = (change: object): void => {
      const text = `${settlingRule('chl')}// elsewhere`
      const sha256 = hash(text)
      const named = { ...experiment, rule: { ...experiment.rule, name: `chl@${sha256.slice(0, 12)}` } }
      writeFileSync(paths(run.folder).experiment, JSON.stringify(named))
      writeFileSync(file, JSON.stringify({ ...kept, text, sha256, ...change }))
    }
    elsewhere({ traced: { ...kept.traced, layers: ['x'] } })
    expect(() => readExperiment(run.folder)).toThrow(/rule\.json: traced\.layers\.0/)
    elsewhere({ sha256: hash('x') })
    expect(() => readExperiment(run.folder)).toThrow(/is not the rule/)
    elsewhere({})
    const again = readExperiment(run.folder)
    const rule = ruleNamed(again.rule.name)
    expect(rule?.check(again.rule.settings, again.widths)).toEqual([])
    expect(() => rule?.check({ ...again.rule.settings, beta: 3 }, again.widths)).toThrow(/not in the rules folder/)
  })
})
