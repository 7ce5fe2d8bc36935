// The check of a rule that nobody has tried: what is right passes, every planted fault is found and named, and angles to the
// gradient are those that theory gives.
import { describe, expect, test } from 'vitest'
import { EngineProblem, type Engine, type Session } from '../../src-main/engines/engine.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { experimentOfRule } from '../../src-main/experiment/rule-experiment.ts'
import type { Traced } from '../../src-main/program/replay.ts'
import type { Tracer } from '../../src-main/program/trace.ts'
import { difference, divide, map, sum } from '../../src-main/program/words.ts'
import { compileRule, ruleNamed, type Rule } from '../../src-main/rules/index.ts'
import { checkRule, type CheckedRule, type RuleCheck } from '../../src-main/training/rule-battery.ts'
import { noAngle, updateAngles } from '../../src-main/training/update-angle.ts'

const WIDTHS = [6, 5, 3]

function named(name: string): Rule {
  const rule = ruleNamed(name)
  if (rule === undefined) throw new Error(`there is no rule ${name}`)
  return rule
}
const sgd = (rule: Rule, more: object = {}): unknown =>
  rule.settings.parse({ optimiser: 'sgd', momentum: 0, learningRate: 0.1, ...more }) as unknown

/** Everything found about a rule on small networks, trained for one epoch of few samples. */
async function checks(rule: Rule, some: Partial<CheckedRule> = {}): Promise<readonly RuleCheck[]> {
  const plain = experimentOfRule('backprop', [12])
  if (plain === undefined) throw new Error('there is no such rule')
  const found: RuleCheck[] = []
  const task: CheckedRule = {
    ...{ rule, settings: sgd(rule), widths: WIDTHS, engines: [reference], now: () => 0 },
    experiment: {
      ...plain,
      data: { ...plain.data, limitTrain: 60, limitTest: 20 },
      training: { ...plain.training, epochs: 1 },
    },
    traceAgain: () => Promise.resolve(null),
    ...some,
  }
  for await (const one of checkRule(task)) found.push(one)
  return found
}
const failures = (found: readonly RuleCheck[]) => found.filter(({ state }) => state === 'failed')

/** A rule with something more in what a batch does. */
function spoilt(rule: Rule, spoil: (p: Tracer) => void): Rule {
  return {
    ...rule,
    build(p, settings: unknown, widths) {
      const behaviour = rule.build(p, settings, widths)
      return {
        ...behaviour,
        train() {
          behaviour.train()
          spoil(p)
        },
        layers: () => behaviour.layers(),
      }
    },
  }
}

/** The reference with a session that is not all right. */
function faulty(spoil: (session: Session, replicas: number) => Partial<Session>): Engine {
  return {
    ...reference,
    async open(compiled, options) {
      const session = await reference.open(compiled, options)
      const wrong = spoil(session, options.replicas)
      return new Proxy(session, {
        get(target, key) {
          const own: unknown = Reflect.get(wrong, key)
          const value: unknown = own ?? Reflect.get(target, key, target)
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        },
      })
    },
  }
}
const readsPlus = (by: (name: string, replicas: number) => number): Engine =>
  faulty((session, replicas) => ({
    read: async (name, replica) =>
      (await session.read(name, replica)).map((value, i) => value + (i === 0 ? by(name, replicas) : 0)),
  }))

describe('a check', () => {
  test('fails nothing of a rule that is right, and says what it costs', async () => {
    const found = await checks(named('backprop'))
    expect(failures(found)).toEqual([])
    expect(found.map(({ check }) => check)).toEqual([
      ...['trace', 'program', 'reports', 'finite', 'engine', 'replicas', 'repeat', 'learning', 'direction'],
    ])
    const size = found.find(({ check }) => check === 'program')?.figures
    // W and b of 6-5-3; forward 2·20·(30 + 15), the error back 2·20·15, and both gradients 2·20·(30 + 15).
    expect(size).toMatchObject({ parameters: 6 * 5 + 5 + 5 * 3 + 3, flopPerBatch: 20 * 2 * (45 + 15 + 45) })
    expect(size).toMatchObject({ flopPerSampleClassified: 2 * 45 })
  })

  test('names the report that is not finite, and goes no further', async () => {
    const rule = spoilt(named('backprop'), (p) => {
      p.measure('ratio', divide(p.x, p.fill(0, [1, 1])))
    })
    const found = await checks(rule)
    expect(failures(found)).toMatchObject([{ check: 'finite', about: 'ratio' }])
    expect(found.at(-1)?.check).toBe('finite')
  })

  test('names a measure that nothing reports', async () => {
    const rule = named('backprop')
    const silent = {
      name: 'noise',
      label: 'Noise',
      unit: '',
      help: '',
      keep: () => [],
      take: () => Promise.resolve([]),
    }
    expect(failures(await checks({ ...rule, measures: [silent] }))).toMatchObject([
      { check: 'reports', about: 'noise' },
    ])
  })

  test('names the parameter that an engine gets wrong', async () => {
    const found = await checks(named('backprop'), { engines: [readsPlus((name) => (name === 'W2' ? 0.01 : 0))] })
    expect(failures(found)).toMatchObject([{ check: 'engine', engine: 'reference', about: 'W2' }])
    // What is within what float32 may be off is not told against an engine.
    const near = await checks(named('backprop'), { engines: [readsPlus(() => 1e-6)] })
    expect(failures(near)).toEqual([])
  })

  test('tells of an engine that refuses the program, and goes on with the others', async () => {
    const refusing: Engine = {
      ...reference,
      name: 'webgpu',
      open: () => Promise.reject(new EngineProblem('It does not fit on the card.')),
    }
    const found = await checks(named('backprop'), { engines: [reference, refusing] })
    expect(failures(found)).toEqual([])
    expect(found.filter(({ engine }) => engine === 'webgpu')).toMatchObject([
      { check: 'engine', state: 'skipped', message: 'It does not fit on the card.' },
    ])
    expect(found.at(-1)?.check).toBe('direction')
  })

  test('judges no engine by numbers that float32 cannot hold', async () => {
    // 2·10⁴ (√(x² + 10⁸) − 10⁴) is about x²; in float32 the root is a multiple of 10⁻³.
    const rule = spoilt(named('backprop'), (p) => {
      const root = map('sqrt', sum([1, map('square', p.x)], [1, p.fill(1e8, [1, 1])]))
      p.measure('cancelled', sum([2e4, difference(root, p.fill(1e4, [1, 1]))]))
    })
    const found = await checks(rule)
    expect(failures(found)).toEqual([])
    expect(found.find(({ check }) => check === 'engine')).toMatchObject({ state: 'skipped' })
  })

  test('names the parameter that depends on the networks beside it', async () => {
    const engine = readsPlus((name, replicas) => (name === 'b1' ? replicas * 1e-6 : 0))
    expect(failures(await checks(named('backprop'), { engines: [engine] }))).toMatchObject([
      { check: 'replicas', about: 'b1' },
    ])
  })

  test('names the parameter that another run with the same seed leaves otherwise', async () => {
    let reads = 0
    const engine = readsPlus((name) => (name === 'W1' ? ++reads * 1e-9 : 0))
    const found = failures(await checks(named('backprop'), { engines: [engine] }))
    expect(found.map(({ check, about }) => [check, about])).toContainEqual(['repeat', 'W1'])
  })

  test('fails a file that leaves another program each time', async () => {
    const traced = (value: number) => ({
      traced: { parameters: [{ name: 'W1', initial: { kind: 'constant', value } }] } as unknown as Traced,
    })
    const rule = named('backprop')
    const file = { ...{ file: '', sha256: '', text: '', card: {} as never }, trace: () => traced(1) }
    const found = await checks({ ...rule, file }, { traceAgain: () => Promise.resolve(traced(2)) })
    expect(failures(found)).toMatchObject([{ check: 'trace', about: 'W1' }])
    const alike = await checks({ ...rule, file }, { traceAgain: () => Promise.resolve(traced(1)) })
    expect(failures(alike)).toEqual([])
  })

  test('says of a word that is misused what is wrong, and nothing more', async () => {
    const rule = spoilt(named('backprop'), (p) => {
      p.count(p.x)
    })
    const found = await checks(rule)
    expect(found).toMatchObject([{ check: 'trace', state: 'failed' }])
    expect(found[0]?.message).toMatch(/count/)
  })
})

describe('the angle to backpropagation', () => {
  const angles = async (name: string, more: object, widths: readonly number[] = WIDTHS) => {
    const rule = named(name)
    return updateAngles(compileRule(rule, sgd(rule, more), widths), 3)
  }

  test.each([
    ['squared-error', 'squaredError'],
    ['cross-entropy', 'crossEntropy'],
  ] as const)('is none for backpropagation itself of the %s', async (criterion, which) => {
    for (const layer of await angles('backprop', { criterion })) {
      expect(layer[which]).toBeLessThan(1e-3)
      const other = which === 'squaredError' ? 'crossEntropy' : 'squaredError'
      expect(layer[other]).toBeGreaterThan(1)
    }
  })

  test('is none in the last layer of feedback alignment, where no feedback weight has acted, and some below', async () => {
    const [below, last] = await angles('feedback-alignment', { criterion: 'squared-error' })
    expect(last?.squaredError).toBeLessThan(1e-3)
    expect(below?.squaredError).toBeGreaterThan(1)
  })

  test('is not taken where there are no weights of that shape, or too many', () => {
    const { program } = compileRule(named('backprop'), sgd(named('backprop')), [100, 50, 3])
    expect(noAngle(program)).toMatch(/at most 4000 weights, found 5150/)
    const renamed = { ...program, parameters: program.parameters.map((one) => ({ ...one, name: `${one.name}'` })) }
    expect(noAngle(renamed)).toBe('the rule has no parameter W1')
  })
})
