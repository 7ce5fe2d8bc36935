// Runs every golden case of a rule that this build has, on every engine that this machine has.
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { rules } from '../../src-main/rules/index.ts'
import { backpropagationCase } from './backpropagation.ts'
import {
  allowed,
  deviation,
  folder,
  present,
  runCases,
  variants,
  type Comparison,
  type GoldenCase,
  type Variant,
} from './case.ts'
import { corinfomaxCase } from './corinfomax.ts'
import { equilibriumCase } from './equilibrium.ts'
import { nudgedPredictiveCodingCase, predictiveCodingCase } from './predictive-coding.ts'

type Replay = (golden: GoldenCase, variant: Variant) => Promise<Comparison[]>

/** How a file's algorithm is replayed, and the rule that it is here. */
const replays: Readonly<Record<string, { readonly rule: string; readonly replay: Replay }>> = {
  corinfomax: { rule: 'corinfomax', replay: corinfomaxCase },
  corinfomax_sparse: { rule: 'corinfomax-sparse', replay: corinfomaxCase },
  ep: { rule: 'ep', replay: equilibriumCase },
  csm: { rule: 'csm', replay: equilibriumCase },
  pc: { rule: 'pc', replay: predictiveCodingCase },
  pc_nudge: { rule: 'pc-nudge', replay: nudgedPredictiveCodingCase },
  fa: { rule: 'feedback-alignment', replay: backpropagationCase },
  bp: { rule: 'backprop', replay: backpropagationCase },
}
/** Rules with cases to replay: a rule that joins the list must bring its own. */
const replayed = new Set(Object.values(replays).map(({ rule }) => rule))
/** What the authors' code does not have, and where it is judged instead. */
const elsewhere: Readonly<Record<string, string>> = {
  'direct-feedback-alignment': 'test/rules/feedback.test.ts',
  'dual-propagation': 'test/rules/dual-propagation.test.ts',
  ebd: 'test/rules/broadcast.test.ts',
  'kolen-pollack': 'test/rules/feedback.test.ts',
  pepita: 'test/rules/pepita.test.ts',
  'sign-symmetry': 'test/rules/feedback.test.ts',
  'weight-mirror': 'test/rules/feedback.test.ts',
}

const cases = runCases()
const judged = await variants()
const table = new Map<string, string[]>()

if (!present) test.skip(`golden cases are not here: no folder ${folder}; set APICAL_GOLDEN`)

describe.runIf(present)('golden cases', () => {
  test('there are cases, and each algorithm is known', () => {
    expect(cases.length).toBeGreaterThan(0)
    expect(cases.map(({ algorithm }) => algorithm).filter((algorithm) => !(algorithm in replays))).toEqual([])
  })

  test('every rule has its replay or a judge elsewhere, and every replay its rule', () => {
    expect(rules.map(({ name }) => name).sort()).toEqual([...replayed, ...Object.keys(elsewhere)].sort())
    expect(Object.values(elsewhere).filter((path) => !existsSync(path))).toEqual([])
  })

  for (const golden of cases) {
    const replay = replays[golden.algorithm]?.replay
    if (replay === undefined) continue
    for (const variant of judged) {
      test(`${golden.case} on ${variant.title}`, async () => {
        const found = await replay(golden, variant)
        // Three steps of parameters, states and outputs at the least: an empty replay must not pass.
        expect(found.length).toBeGreaterThan(3 * golden.architecture.length)
        const worst = found
          .map((comparison) => ({ what: comparison.what, error: deviation(comparison) }))
          .reduce((a, b) => (b.error > a.error ? b : a))
        table.set(golden.case, [...(table.get(golden.case) ?? []), worst.error.toExponential(1)])
        const wrong = found
          .filter((comparison) => !(deviation(comparison) <= allowed(comparison, variant)))
          .map((comparison) => `${comparison.what}: off by ${deviation(comparison).toExponential(1)}`)
        expect(wrong).toEqual([])
      })
    }
  }

  afterAll(() => {
    const width = Math.max(...[...table.keys()].map((name) => name.length), 4)
    const row = (name: string, cells: readonly string[]): string =>
      `${name.padEnd(width)}  ${cells.map((cell, i) => cell.padStart(judged[i]?.title.length ?? 0)).join('  ')}`
    const lines = [
      row(
        'case',
        judged.map(({ title }) => title),
      ),
      ...[...table].map(([name, cells]) => row(name, cells)),
    ]
    console.log(`worst error of each golden case, max|got − want| / max(1, max|want|)\n${lines.join('\n')}`)
  })
})
