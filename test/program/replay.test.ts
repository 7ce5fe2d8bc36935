import { describe, expect, it } from 'vitest'
import { compile } from '../../src-main/program/compile.ts'
import {
  batch,
  epoch,
  evaluate,
  floor,
  fromEpoch,
  iteration,
  over,
  plus,
  power,
  root,
  scheduled,
  sign,
  times,
  type Formula,
} from '../../src-main/program/formula.ts'
import { reference } from '../../src-main/engines/reference.ts'
import type { Compiled, Step } from '../../src-main/program/program.ts'
import { Generator } from '../../src-main/program/random.ts'
import { replay, traced, type Described, type Traced } from '../../src-main/program/replay.ts'
import type { Operand, Tracer } from '../../src-main/program/trace.ts'
import { apply } from '../../src-main/program/words.ts'
import { compileRule, rules } from '../../src-main/rules/index.ts'
import { scheduleFactor } from '../../src-main/rules/setting.ts'
import { outcomeOf, type Outcome } from '../engines/trial.ts'
import { everyName, randomSettings } from '../rules/random-settings.ts'

type At = (step: Step, iteration: number) => number

/** Functions that a rule gave for the numbers of a batch, which are no data: set aside, and said again when the trace is. */
function setAside(tracer: Tracer, kept: Map<string, At>): Tracer {
  const scalar = tracer.scalar.bind(tracer)
  const perIteration = tracer.scalarPerIteration.bind(tracer)
  tracer.scalar = (name, at) => {
    if (typeof at === 'function') kept.set(name, at)
    return scalar(name, 1)
  }
  tracer.scalarPerIteration = (name, count, at) => {
    if (typeof at === 'function') kept.set(name, (step, iteration) => at(iteration, step))
    return perIteration(name, count, 1)
  }
  return tracer
}

function sayAgain(tracer: Tracer, kept: ReadonlyMap<string, At>): Tracer {
  const scalar = tracer.scalar.bind(tracer)
  const perIteration = tracer.scalarPerIteration.bind(tracer)
  const at = (name: string): At => kept.get(name) ?? (() => NaN)
  tracer.scalar = (name) => scalar(name, (step) => at(name)(step, 0))
  tracer.scalarPerIteration = (name, count) => perIteration(name, count, (iteration, step) => at(name)(step, iteration))
  return tracer
}

function compiled(name: string, widths: readonly number[], build: (p: Tracer) => Described, keep: readonly string[]) {
  const describe = (p: Tracer) => {
    const described = build(p)
    return { train: () => described.train(), predict: () => described.layers().at(-1) as Operand }
  }
  return compile(name, widths, describe, keep)
}

describe('a traced rule', () => {
  it.each(rules.map((rule) => [rule.name, rule] as const))(
    '%s, through JSON and back, leaves the same bytes',
    async (name, rule) => {
      const random = Generator.seeded(7)
      for (const widths of [
        [6, 7, 4],
        [6, 5, 4, 3],
      ]) {
        const settings = randomSettings(rule, widths, random)
        const keep = everyName(rule, settings, widths)
        const kept = new Map<string, At>()
        const trace = traced(name, widths, (p) => rule.build(setAside(p, kept), settings, widths))
        const back = JSON.parse(JSON.stringify(trace)) as Traced
        const again = compiled(name, widths, (p) => replay(back, sayAgain(p, kept)), keep)
        const original = compileRule(rule, settings, widths, keep)
        expect(again.program.measurements).toEqual(original.program.measurements)
        expect(again.program.parameters).toEqual(original.program.parameters)
        const run = (one: Compiled): Promise<Outcome> =>
          outcomeOf(
            {
              compiled: one,
              ...{ seed: 3, replicas: 2, batchSize: 3, batches: 4, counts: [17, 5], evaluationBatch: 4 },
            },
            reference,
            'float64',
          )
        expect(await run(again)).toEqual(await run(original))
      }
    },
  )

  it('whose number of a batch is a function is refused, with its name', () => {
    expect(() =>
      traced('mine', [2, 2], (p) => {
        p.scalar('rate', () => 1)
        return { train: () => undefined, layers: () => [p.x] }
      }),
    ).toThrow(/mine: scalar: rate must be a number or a formula .*found a function/)
  })

  it.each<[string, (trace: Traced) => Traced, RegExp]>([
    [
      'shapes that do not fit',
      (t) => ({ ...t, parameters: [{ ...first(t.parameters), shape: [2, 9] }] }),
      /do not fit/,
    ],
    ['a value that nothing makes', (t) => ({ ...t, layers: [999] }), /value 999 is used before it is made/],
    ['a parameter that is none', (t) => ({ ...t, parameters: [] }), /there is no parameter 0/],
    [
      'scores of another width',
      (t) => ({ ...t, layers: [first(t.prediction.flatMap((s) => (s.kind === 'let' ? [s.id] : [])))] }),
      /scores must be batch × 2/,
    ],
  ])('that was tampered with, %s, is refused before an engine sees it', (_what, tamper, message) => {
    const trace = traced('mine', [3, 2], (p) => {
      const W = p.parameter('W', [2, 3], { kind: 'xavier' })
      return { train: () => W.increase(0.1, W), layers: () => [apply(W, p.x)] }
    })
    expect(() => compiled('mine', [3, 2], (p) => replay(tamper(trace), p), [])).toThrow(message)
  })
})

describe('a formula', () => {
  const at = (formula: Formula, epochNow = 0, batchNow = 0, signNow: 1 | -1 = 1, t = 0): number =>
    evaluate(formula, { epoch: epochNow, batch: batchNow, sign: signNow }, t)

  it('gives what the same function of JavaScript gives, to the bit', () => {
    for (let k = 0; k < 40; k++) {
      expect(at(over(0.001, plus(1, times(-1, power(0.9, plus(batch, 1))))), 0, k)).toBe(
        0.001 / (1 + -1 * 0.9 ** (k + 1)),
      )
      expect(at(times(0.1, power(0.95, floor(over(epoch, 3)))), k)).toBe(0.1 * 0.95 ** Math.floor(k / 3))
      expect(at(over(0.3, root(plus(iteration, 1))), 0, 0, 1, k)).toBe(0.3 / Math.sqrt(k + 1))
    }
    expect(at(times(sign, 0.5), 0, 0, -1)).toBe(-0.5)
    expect(at(fromEpoch(3, 2, 1), 2)).toBe(1)
    expect(at(fromEpoch(3, 2, 1), 3)).toBe(2)
  })

  it('of a schedule is the factor that rules multiply by', () => {
    const pieces = [
      { fromEpoch: 2, base: 0.9 },
      { fromEpoch: 7, base: 0.5 },
    ]
    for (let k = 0; k < 12; k++) expect(at(scheduled(pieces), k)).toBe(scheduleFactor(pieces, k))
  })
})

function first<T>(list: readonly T[]): T {
  return list[0] as T
}
