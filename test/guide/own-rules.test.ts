// The guide says what is so: every rule in it is trained, every command run, every error provoked, and its words are the sources'.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deltaRule } from '../../src-main/cli/rule-examples.ts'
import { TOO_LONG } from '../../src-main/lab/own-rules/sandbox.ts'
import { apical, type Finished } from '../cli/process.ts'
import { GUIDE_FILE, withWords } from './words.ts'

const guide = readFileSync(GUIDE_FILE, 'utf8')
const home = mkdtempSync(join(tmpdir(), 'apical-guide-'))
const rules = join(home, 'rules')
beforeAll(() => mkdirSync(rules))
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

/** Of one language, in order. */
function blocks(language: string): string[] {
  return [...guide.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)]
    .filter(([, of]) => of === language)
    .map(([, , text = '']) => text)
}
const run = (words: readonly string[]): Promise<Finished> => apical(words, { APICAL_HOME: home })

test('its words are those of the sources; node_modules/.bin/node test/guide/words.ts writes them', async () => {
  expect(guide).toBe(await withWords(guide))
})

test('it has nothing that is not tried here', () => {
  const languages = [...guide.matchAll(/^```(\S.*)$/gm)].map(([, language]) => language)
  expect([...new Set(languages)].sort()).toEqual(['math', 'sh', 'ts', 'ts part'])
})

test('every command and every whole rule, in order', async () => {
  for (const text of blocks('ts')) writeFileSync(join(rules, `${/name: '(.*?)'/.exec(text)?.[1] ?? ''}.ts`), text)
  const said: string[] = []
  for (const line of blocks('sh').join('').trim().split('\n')) {
    let words = line.split(' ')
    expect(words.shift()).toBe('apical')
    // As much of the data as shows that it works.
    if (words[0] === 'run')
      words.push('--limit-test', '200', ...(line.includes('--limit-train') ? [] : ['--limit-train', '500']))
    if (words[1] === 'check') words.push('--engine', 'native')
    if (words[0] === 'report') {
      const { lines } = await run(['runs', '--json'])
      const named = (rule: string): string =>
        String(lines.find(({ id }) => String(id).includes(`-${rule.toLowerCase()}@`))?.['id'])
      words = words.map((word) =>
        /^[A-Z]+$/.test(word) ? named(word) : word.endsWith('.html') ? join(home, word) : word,
      )
    }
    const { code, out, err } = await run(words)
    expect(code, `${line}\n${err}\n${out}`).toBe(0)
    said.push(out)
  }
  expect(said.join('')).toContain('Nothing failed.')
  expect(readFileSync(join(home, 'teacher.html'), 'utf8')).toContain('Hebb with a teacher')
}, 240_000)

test('what it shows of a rule is right where it would stand', async () => {
  const scaffold = (part: string): string => `
import { apply, applyTransposed, difference, formula, hardSigmoid, number, reportResidual, rule, schedule, sum, type State } from 'apical/rule'
const card = { help: 'As in the guide.', group: 'learning' } as const
export default rule({
  name: 'part', label: 'Part', summary: 'A part of the guide.',
  settings: {
    learningRate: number({ ...card, label: 'Learning rate', default: 0.1 }),
    beta: number({ ...card, label: 'Nudging', default: 0.5 }),
    decay: schedule({ ...card, label: 'Schedule', default: [{ fromEpoch: 0, base: 0.95 }] }),
  },
  build(p, s, widths) {
    ${part}
    const V = p.parameter('V', [widths[2] as number, widths[0] as number], { kind: 'xavier' })
    return {
      train() {
        ${part.includes('function settle') ? "settle('free', p.state('r1', p.zeros(n1)), p.state('r2', p.zeros(n2)), 0.5)" : 'V.increase(rate, V); V.increase(beta.times(-1), V); p.repeat(20, () => { p.state("u", p.x).increase(eta, p.x) })'}
      },
      layers: () => [p.x, apply(V, p.x)],
    }
  },
})
`
  const parts = blocks('ts part')
  expect(parts.length).toBe(2)
  for (const [i, part] of parts.entries()) {
    const path = join(rules, `part${i}.ts`)
    writeFileSync(path, scaffold(part))
    expect((await run(['rule', 'allow', path])).err).toBe('')
    const { out, err } = await run(['rule', 'check', path, '--network', '12-7-3', '--engine', 'native'])
    expect(out + err).toMatch(/^description {2}ok$/m)
  }
})

/** Slips in the delta rule, in the order of the guide's table of what is said, without its last one. */
const SLIPS: readonly ((rule: string) => string)[] = [
  (rule) => rule,
  (rule) => rule.replaceAll(/\bapply\b/g, 'applyTransposed'),
  (rule) => rule.replace('s.learningRate,', 's.learningRat,'),
  (rule) => rule.replace('const y =', "p.parameter('W2', [1, 1], { kind: 'xavier' }); const y ="),
  (rule) => rule.replace("'apical/rule'", "'node:fs'"),
  (rule) => rule.replace('formula.times(s.learningRate, formula.scheduled(s.decay))', '() => 1'),
]

test('what it says is said', async () => {
  const rows = [...guide.matchAll(/^\| (.*?) +\| .*$/gm)].map(([, said = '']) => said)
  const table = rows.slice(rows.indexOf('what is said') + 2).slice(0, SLIPS.length + 1)
  // That of a loop without end; test/lab waits the ten seconds until it is said.
  expect(table.pop()).toBe(TOO_LONG)
  const path = join(rules, 'slip.ts')
  for (const [i, slip] of SLIPS.entries()) {
    const text = slip(deltaRule('slip'))
    writeFileSync(path, text)
    const allowed = await run(['rule', 'allow', path])
    if (i === 0) writeFileSync(path, `${text}// Changed.\n`)
    const checked = await run(['rule', 'check', path, '--network', '12-3'])
    const said = (allowed.err + checked.out + checked.err).replaceAll(/\s+/g, ' ')
    const pattern = (table[i] ?? '').split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    expect(said).toMatch(new RegExp(pattern.join('.*')))
  }
}, 120_000)
