// Runs every golden case of a rule that this build has, on every engine that this machine has.
import { afterAll, describe, expect, test } from 'vitest'
import { rules } from '../../src-main/rules/index.ts'
import { backpropagationCase } from './backpropagation.ts'
import {
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

type Replay = (golden: GoldenCase, variant: Variant) => Promise<Comparison[]>

/** How a file's algorithm is replayed; null where its rule comes with a later issue. */
const replays: Readonly<Record<string, Replay | null>> = {
  corinfomax: corinfomaxCase,
  bp: backpropagationCase,
  corinfomax_sparse: null,
  ep: null,
  csm: null,
  pc: null,
  pc_nudge: null,
  fa: null,
}
/** Rules whose cases are replayed above: a rule that joins the list must bring its replay. */
const replayed = new Set(['corinfomax', 'backprop'])

const cases = runCases()
const judged = await variants()
const table = new Map<string, string[]>()

test.skipIf(present)(`golden cases are not here: no folder ${folder}; set APICAL_GOLDEN`, () => undefined)

describe.runIf(present)('golden cases', () => {
  test('there are cases, and each algorithm is known', () => {
    expect(cases.length).toBeGreaterThan(0)
    expect(cases.map(({ algorithm }) => algorithm).filter((algorithm) => !(algorithm in replays))).toEqual([])
  })

  test('every rule has its replay', () => {
    expect(rules.map(({ name }) => name).filter((name) => !replayed.has(name))).toEqual([])
  })

  for (const golden of cases) {
    const replay = replays[golden.algorithm] ?? null
    if (replay === null) {
      test.skip(`${golden.case}: ${golden.algorithm} has no rule in this build yet`, () => undefined)
      continue
    }
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
          .filter((comparison) => !(deviation(comparison) <= variant.tolerance))
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
