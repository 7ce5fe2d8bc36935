// Hits counted while training, on every engine that this machine has: the same as counted here from the scores that a
// session reports of the same batches, by another reading of what a hit is.
import { describe, expect, test } from 'vitest'
import type { BatchPlan, Engine, Numbers, Session } from '../../src-main/engines/engine.ts'
import { lower } from '../../src-main/engines/lowering/lower.ts'
import { placeParameters } from '../../src-main/engines/webgpu/placement.ts'
import { stepsOf } from '../../src-main/engines/webgpu/steps.ts'
import { compile } from '../../src-main/program/compile.ts'
import type { Compiled, Program } from '../../src-main/program/program.ts'
import { prune } from '../../src-main/program/prune.ts'
import { Generator } from '../../src-main/program/random.ts'
import { apply, outer } from '../../src-main/program/words.ts'
import { compileRule, rules, type Rule } from '../../src-main/rules/index.ts'
import { randomSettings } from '../rules/random-settings.ts'
import { judgedEngines, randomSamples, writeInitial } from './trial.ts'
import { SETTLING, STEP_BY_STEP, webgpuWith } from './webgpu-strategies.ts'

// Shaders compile for seconds where the driver computes on the processor.
/** As on today's graphics cards. */
const CARD = { fuse: { workgroupBytes: 49_152, threads: 1024 }, teams: null, join: true, tile: true, block: 1 }

const WIDTHS = [7, 6, 4]
const REPLICAS = 3
const BATCHES = 4
const BATCH = 9
const SAMPLES = 50

/** What each rule scores a batch by before it learns from it. */
const SCORES: Readonly<Record<string, string>> = {
  corinfomax: 'free.r2',
  'corinfomax-sparse': 'free.r2',
  ep: 'free.s2',
  csm: 'free.s2',
  pc: 'feedforward.v2',
  'pc-nudge': 'feedforward.v2',
  'feedback-alignment': 'activation.2',
  'direct-feedback-alignment': 'activation.2',
  'dual-propagation': 'activation.2',
  ebd: 'activation.2',
  pepita: 'activation.2',
  'sign-symmetry': 'activation.2',
  'kolen-pollack': 'activation.2',
  'weight-mirror': 'activation.2',
  backprop: 'activation.2',
}

const engines = judgedEngines.flatMap(({ title, engine }) =>
  engine.name === 'webgpu'
    ? [
        { title: 'webgpu, step by step', engine: webgpuWith(STEP_BY_STEP) },
        { title: 'webgpu, settling in one dispatch', engine: webgpuWith(SETTLING) },
      ]
    : [{ title, engine }],
)

/** Rows of 4 whose first largest entry is the label's; a row with NaN has none. */
function hitsIn(scores: Numbers, labels: readonly number[]): number {
  return labels.filter((label, row) => {
    const own = [...scores.subarray(row * 4, row * 4 + 4)]
    return !own.some((score) => Number.isNaN(score)) && own.indexOf(Math.max(...own)) === label
  }).length
}

async function opened(engine: Engine, compiled: Compiled): Promise<Session> {
  const session = await engine.open(compiled, { replicas: REPLICAS, precision: 'float32' })
  const data = randomSamples(7, 4, SAMPLES, Generator.seeded(3))
  session.bind({ train: data, test: data })
  writeInitial(session, compiled, REPLICAS, Generator.seeded(4))
  return session
}

/** The batches `from` to `to` of every replica; the same samples however they are cut into plans. */
function planOf(compiled: Compiled, from: number, to: number, measure: boolean): BatchPlan {
  const { program } = compiled
  const count = to - from
  const samples = new Uint32Array(REPLICAS * count * BATCH)
  const scalars = new Float64Array(REPLICAS * count * program.scalarCount)
  for (let replica = 0; replica < REPLICAS; replica++) {
    const all = Generator.seeded(5)
      .split(replica)
      .shuffle(Uint32Array.from({ length: SAMPLES }, (_, i) => i))
    samples.set(all.subarray(from * BATCH, to * BATCH), replica * count * BATCH)
    for (let batch = 0; batch < count; batch++)
      scalars.set(
        compiled.scalarsAt({ epoch: 0, batch: from + batch, sign: 1 }),
        (replica * count + batch) * program.scalarCount,
      )
  }
  return { batchSize: BATCH, batches: count, samples, scalars, measureBatch: measure ? 0 : null }
}

function compiledWith(rule: Rule, keep: readonly string[]): Compiled {
  return compileRule(rule, randomSettings(rule, WIDTHS, Generator.seeded(6)), WIDTHS, keep)
}

describe.each(engines)('$title', ({ title, engine }) => {
  // Each program is a second of compiling there; these three are all that a count can stand beside.
  const few = rules.filter(({ name }) => !title.startsWith('webgpu') || ['corinfomax', 'pc', 'backprop'].includes(name))

  test.each(rules)('$name: hits are those among the scores of the same batches', async (rule) => {
    const name = SCORES[rule.name] ?? ''
    const { labels } = randomSamples(7, 4, SAMPLES, Generator.seeded(3))
    const compiled = compiledWith(rule, [name])
    const reporting = await opened(engine, compiled)
    const want = new Array<number>(REPLICAS).fill(0)
    for (let batch = 0; batch < BATCHES; batch++) {
      const plan = planOf(compiled, batch, batch + 1, true)
      const { measurements, hits } = await reporting.train(plan)
      const counted = measurements.map((measured, replica) => {
        const own = plan.samples.subarray(replica * BATCH, (replica + 1) * BATCH)
        return hitsIn(
          measured.get(name) as Numbers,
          Array.from(own, (sample) => labels[sample] as number),
        )
      })
      expect(hits).toEqual(counted)
      counted.forEach((hit, replica) => (want[replica] = (want[replica] as number) + hit))
    }
    reporting.close()
    const whole = await opened(engine, compiledWith(rule, []))
    expect((await whole.train(planOf(compiled, 0, BATCHES, false))).hits).toEqual(want)
    // Of the next plan alone.
    expect((await whole.train(planOf(compiled, 0, 1, false))).hits?.every((hits) => hits <= BATCH)).toBe(true)
    whole.close()
  })

  test.each(few)('$name: counting changes no weight, bit for bit', async (rule) => {
    const compiled = compiledWith(rule, [])
    const training = compiled.program.training.filter(({ kind }) => kind !== 'count')
    const pruned = prune(training, { values: [], measurement: () => false, update: () => true })
    const silent = { ...compiled, program: { ...compiled.program, training: pruned } }
    const weights: Numbers[][] = []
    for (const one of [compiled, silent]) {
      const session = await opened(engine, one)
      const { hits } = await session.train(planOf(one, 0, BATCHES, false))
      expect(hits === null).toBe(one === silent)
      weights.push(await Promise.all(one.program.parameters.map(({ name }) => session.read(name, 1))))
      session.close()
    }
    expect(weights[0]).toEqual(weights[1])
  })

  test('ties go to the lowest index, a row with NaN is a miss, and the scores are those before the update', async () => {
    const compiled = compile('counted', [3, 3], (p) => {
      const W = p.parameter('W', [3, 3], { kind: 'identity' })
      return {
        train() {
          p.count(apply(W, p.x))
          W.increase(-100, outer(p.x, p.x))
        },
        predict: () => apply(W, p.x),
      }
    })
    const session = await engine.open(compiled, { replicas: 1, precision: 'float32' })
    const data = {
      count: 5,
      features: 3,
      pixels: Float32Array.from([5, 5, 1, 5, 5, 1, 0, 0, 0, 0, 1, 0, 1, 2, 3]),
      labels: Uint8Array.from([0, 1, 2, 1, 2]),
      classes: 3,
      image: null,
      scaling: { scale: [1], offset: [0] },
    }
    session.bind({ train: data, test: data })
    session.write('W', 0, Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1))
    const plan = { batchSize: 5, batches: 1, samples: Uint32Array.of(0, 1, 2, 3, 4), scalars: new Float64Array(0) }
    // By hand: 5 = 5 is class 0's, which is the first row's label and not the second's; 0 = 0 = 0 is class 0's, too.
    expect((await session.train({ ...plan, measureBatch: null })).hits).toEqual([3])
    session.write('W', 0, Float32Array.of(1, 0, 0, 0, 1, 0, 0, NaN, 1))
    expect((await session.train({ ...plan, measureBatch: null })).hits).toEqual([0])
    session.close()
  })

  test('a program that counts nothing says so', async () => {
    const silent = compile('silent', [7, 4], (p) => {
      const W = p.parameter('W', [4, 7], { kind: 'xavier' })
      return { train: () => W.increase(0.1, outer(p.y, p.x)), predict: () => apply(W, p.x) }
    })
    const session = await opened(engine, silent)
    expect((await session.train(planOf(silent, 0, 2, false))).hits).toBe(null)
    session.close()
  })
})

test.each(rules)('$name: counting takes no dispatch of its own on a card', (rule) => {
  const widths = [784, 500, 10]
  const { program } = compileRule(rule, rule.settings.parse({}), widths)
  const training = program.training.filter(({ kind }) => kind !== 'count')
  const silent = { ...program, training: prune(training, { values: [], measurement: () => false, update: () => true }) }
  const dispatches = (one: Program): number =>
    stepsOf(lower(one).training, [], placeParameters(one).offsets, { batch: 20, replicas: 10 }, CARD).list.length
  expect(dispatches(program)).toBe(dispatches(silent))
})

test('the word refuses what are no scores of a batch, and a second count', () => {
  const built = (train: (p: Parameters<Parameters<typeof compile>[2]>[0]) => void) => (): unknown =>
    compile('wrong', [3, 2], (p) => ({ train: () => train(p), predict: () => p.y }))
  expect(built((p) => p.count(p.x))).toThrow('scores must be batch × 2')
  expect(built((p) => p.repeat(2, () => p.count(p.y)))).toThrow('outside of any repeat')
  expect(
    built((p) => {
      p.count(p.y)
      p.count(p.y)
    }),
  ).toThrow('counted twice')
})
