// Sessions that are joined compute what sessions of their own do, bit for bit, whatever the others do meanwhile.
import { describe, expect, test } from 'vitest'
import type { Engine, Session } from '../../src-main/engines/engine.ts'
import { joinedMembers } from '../../src-main/engines/joined.ts'
import { lower } from '../../src-main/engines/lowering/lower.ts'
import { chooseLayout } from '../../src-main/engines/matrix-layout.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { planWorkgroup, type Repeat } from '../../src-main/engines/webgpu/workgroup.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileRule, type Rule, ruleNamed } from '../../src-main/rules/index.ts'
import { drawParameter } from '../../src-main/training/draw.ts'
import type { SeedCheckpoint } from '../../src-main/training/checkpoint.ts'
import { numbersOf, tinyData, tinyExperiment, tinyTask, told, type TinyOptions, type Told } from '../training/tiny.ts'
import { presentEngines, randomSamples, writeInitial } from './trial.ts'
import { SETTLING, webgpuWith } from './webgpu-strategies.ts'

type Each = Parameters<typeof told>[1]

interface Part {
  readonly experiment: Experiment
  readonly each?: Each
  readonly from?: readonly SeedCheckpoint[]
}

const data = tinyData()

function experiment(lr: number, options: TinyOptions = {}): Experiment {
  const settings = { lrForward: [lr, lr / 2], lrFeedback: [lr / 3], randomSign: true }
  return tinyExperiment('corinfomax', { precision: 'float32', ...options, settings })
}

/** All of them in one session. */
async function together(engine: Engine, parts: readonly Part[]): Promise<readonly Told[]> {
  let opened = 0
  const counted: Engine = {
    ...engine,
    open: (compiled, options) => {
      if (options.replicas === parts.reduce((sum, { experiment: { seeds } }) => sum + seeds.length, 0)) opened++
      return engine.open(compiled, options)
    },
  }
  const members = joinedMembers(counted, parts.length)
  const results = await Promise.all(
    parts.map(({ experiment: one, each, from }, index) =>
      told(tinyTask(one, { engine: members[index]?.engine as Engine, data, from: from ?? null }), each),
    ),
  )
  expect(opened).toBe(1)
  return results
}

function alone(engine: Engine, { experiment: one, each, from }: Part): Promise<Told> {
  return told(tinyTask(one, { engine, data, from: from ?? null }), each)
}

/** How a run begins, with a number in it that is none. */
async function spoilt(engine: Engine, one: Experiment): Promise<readonly SeedCheckpoint[]> {
  const { last } = await alone(engine, { experiment: one, each: (_, controls) => controls.stop() })
  for (const { parameters } of last) for (const { values } of parameters.slice(0, 1)) values[0] = NaN
  return last
}

/** What must be the same: the weights of the last checkpoints and all that was told of networks, but for times and for how often. */
function numbersIn({ last, events }: Told): unknown {
  return {
    weights: last.map((checkpoint) => [checkpoint.seed, checkpoint.position, numbersOf(checkpoint)]),
    told: events
      .filter(({ kind }) => kind === 'epoch' || kind === 'measure' || kind === 'confusion')
      .map((event) => ({ ...event, seconds: 0 })),
  }
}

const here = presentEngines.filter(({ name }) => name !== 'tensorflow')
const settling = here.some(({ name }) => name === 'webgpu')
const judged = [
  ...here.map((engine) => ({ title: engine.name, engine })),
  ...(settling ? [{ title: 'webgpu, settling in one dispatch', engine: webgpuWith(SETTLING) }] : []),
]

describe.each(judged)('$title: joined sessions', ({ engine }) => {
  test('that pause, stop, collapse, measure and end at different epochs leave the weights of sessions of their own', async () => {
    const ended = Promise.withResolvers<null>()
    const paused: Each = (event, controls) => {
      if (event.kind === 'epoch' && event.epoch === 1) controls.pause()
      // The others train on in its absence.
      if (event.kind === 'paused') void ended.promise.then(() => controls.continue())
    }
    const plain = experiment(0.3, { training: { epochs: 4 } })
    const lost = experiment(0.2, { seeds: [5] })
    const parts: readonly Part[] = [
      { experiment: plain, each: paused },
      {
        experiment: experiment(0.1, { seeds: [4], measures: [{ name: 'alignment', everyBatches: 2 }] }),
        each: (event) => {
          if (event.kind === 'done') ended.resolve(null)
        },
      },
      { experiment: lost, from: await spoilt(engine, lost) },
      {
        experiment: experiment(0.2, { seeds: [6, 7, 8], training: { epochs: 5 } }),
        each: (event, controls) => {
          if (event.kind === 'epoch' && event.epoch === 2) controls.stopAfterwards('epoch')
        },
      },
    ]
    const joined = await together(engine, parts)
    expect(joined[0]?.of('continued')).toHaveLength(1)
    expect(joined[2]?.of('collapsed')).toHaveLength(1)
    expect(joined[3]?.last[0]?.position.epoch).toBe(2)
    const own = [{ experiment: plain }, ...parts.slice(1)]
    for (const [index, part] of own.entries()) {
      const expected = await alone(engine, part)
      // Which batch a collapse is noticed after is a matter of chunks.
      if (part.from !== undefined) expect(expected.of('collapsed')).toHaveLength(1)
      else expect(numbersIn(joined[index] as Told)).toEqual(numbersIn(expected))
    }
  }, 180_000)

  test('at different batches go on side by side', async () => {
    const long = experiment(0.3, { training: { epochs: 3 } })
    const first = await alone(engine, {
      experiment: long,
      each: (event, controls) => {
        if (event.kind === 'epoch') controls.stop()
      },
    })
    const from = first.last
    expect(from[0]?.position.epoch).toBe(1)
    const [a, b] = joinedMembers(engine, 2)
    const [resumed, fresh] = await Promise.all([
      told(tinyTask(long, { engine: a?.engine as Engine, data, from })),
      told(tinyTask(experiment(0.2, { seeds: [9] }), { engine: b?.engine as Engine, data })),
    ])
    expect(resumed.last.map(numbersOf)).toEqual((await alone(engine, { experiment: long })).last.map(numbersOf))
    const single = await alone(engine, { experiment: experiment(0.2, { seeds: [9] }) })
    expect(numbersIn(fresh)).toEqual(numbersIn(single))
  }, 180_000)
})

const rule = ruleNamed('corinfomax') as Rule

function compiled(settings: Readonly<Record<string, unknown>> = {}, widths = [6, 5, 3], keep: string[] = []): Compiled {
  return compileRule(rule, rule.settings.parse(settings), widths, keep)
}

describe('a share', () => {
  const options = { replicas: 1, precision: 'float32' } as const
  const samples = randomSamples(6, 3, 12, Generator.seeded(3))

  async function two(one = compiled(), keep: string[] = []): Promise<readonly [Session, Session]> {
    const [a, b] = joinedMembers(reference, 2)
    const open = (member: typeof a): Promise<Session> =>
      member?.engine.open(keep.length === 0 ? one : compiled({}, [6, 5, 3], keep), options) as Promise<Session>
    const sessions = await Promise.all([open(a), open(b)])
    for (const session of sessions) session.bind({ train: samples, test: samples })
    return sessions
  }

  const planOf = (one: Compiled, batches: number, measureBatch: number | null = null) => ({
    batchSize: 2,
    batches,
    samples: Uint32Array.from({ length: 2 * batches }, (_, i) => i),
    scalars: Float64Array.from(
      Array.from({ length: batches }, (_, batch) => [...one.scalarsAt({ epoch: 0, batch, sign: 1 })]).flat(),
    ),
    measureBatch,
  })

  test('is refused with another program, other options, or other samples', async () => {
    const [a, b, c] = joinedMembers(reference, 3)
    const whole = a?.engine.open(compiled(), options)
    await expect(b?.engine.open(compiled({ iterationsFree: 3 }), options)).rejects.toThrow(/one program.*corinfomax/)
    await expect(c?.engine.open(compiled(), { ...options, precision: 'float64' })).rejects.toThrow(/same precision/)
    // Two were refused, and the third is not kept waiting.
    ;(await whole)?.close()
    const [one, other] = await two()
    expect(() => other.bind({ train: { ...samples, pixels: samples.pixels.slice() }, test: samples })).toThrow(
      /share their samples/,
    )
    one.close()
    other.close()
  })

  test('takes another learning rate, and another beginning', async () => {
    const [a, b] = joinedMembers(reference, 2)
    const sessions = await Promise.all([
      a?.engine.open(compiled({ lrForward: [0.1, 0.1] }), options),
      b?.engine.open(compiled({ lrForward: [0.2, 0.3] }), options),
    ])
    for (const session of sessions) session?.close()
  })

  test('need not wait for who opens none', async () => {
    const [a, b] = joinedMembers(reference, 2)
    const opening = a?.engine.open(compiled(), options)
    b?.leave()
    ;(await opening)?.close()
  })

  test('counts its hits and measures its batch over rounds that others cut short', async () => {
    const one = compiled({}, [6, 5, 3], ['free.r1'])
    const sessions = await two(one, ['free.r1'])
    const single = await reference.open(one, options)
    single.bind({ train: samples, test: samples })
    for (const session of [...sessions, single]) writeInitial(session, one, 1, Generator.seeded(8))
    const [a, b] = sessions
    const expected = await single.train(planOf(one, 5, 3))
    const [got] = await Promise.all([
      a.train(planOf(one, 5, 3)),
      b.train(planOf(one, 2)).then(() => b.train(planOf(one, 3))),
    ])
    expect(got).toEqual(expected)
    expect(got.measurements[0]?.size).toBeGreaterThan(0)
    for (const session of [...sessions, single]) session.close()
  })

  test('fails with the others where the session behind fails, and when it is closed meanwhile', async () => {
    const one = compiled()
    const broken: Engine = {
      ...reference,
      open: async (program, how) => ({
        ...(await reference.open(program, how)),
        engine: 'reference',
        device: 'broken',
        bind: () => undefined,
        close: () => undefined,
        write: () => undefined,
        train: () => Promise.reject(new Error('the card is gone')),
      }),
    }
    const [a, b] = await Promise.all(joinedMembers(broken, 2).map(({ engine }) => engine.open(one, options)))
    for (const session of [a, b]) session?.bind({ train: samples, test: samples })
    const both = await Promise.allSettled([a?.train(planOf(one, 1)), b?.train(planOf(one, 2))])
    expect(both.map((result) => result.status === 'rejected' && String(result.reason))).toEqual([
      'Error: the card is gone',
      'Error: the card is gone',
    ])
    const [left, stays] = await two()
    const waiting = left.train(planOf(one, 1))
    left.close()
    await expect(waiting).rejects.toThrow(/closed while it trained/)
    expect((await stays.train(planOf(one, 1))).broken).toEqual([])
    stays.close()
  })
})

test('how many threads of a card add up a sum does not depend on how many networks it trains', () => {
  const random = Generator.seeded(5)
  let more = 0
  for (let trial = 0; trial < 40; trial++) {
    const { program } = compiled({}, [
      20,
      ...Array.from({ length: 1 + random.integer(2) }, () => 20 + random.integer(900)),
      10,
    ])
    const { buffers, instructions } = lower(program, chooseLayout(program)).training
    for (const workgroupBytes of [16_384, 32_768, 49_152])
      for (const repeat of instructions.filter((one) => one.kind === 'repeat')) {
        const plans = [1, 100].map((replicas) =>
          planWorkgroup(buffers, repeat, { workgroupBytes, threads: 1024 }, { replicas, batch: 20 }),
        )
        expect(plans[1]?.threads).toBe(plans[0]?.threads)
        if (plans[0]?.quads !== plans[1]?.quads) more++
      }
  }
  expect(more).toBeGreaterThan(0)
})

test.skipIf(!settling)(
  `a network has the same bits among others, of which a workgroup takes more samples${settling ? '' : ' (skipped: this machine has no WebGPU)'}`,
  async () => {
    const one = compiled({ iterationsFree: 2, iterationsNudged: 1 }, [8, 257, 5])
    const batch = 20
    const { buffers, instructions } = lower(one.program, chooseLayout(one.program)).training
    const repeat = instructions.find(({ kind }) => kind === 'repeat') as Repeat
    const limits = { workgroupBytes: 32_768, threads: 256 }
    const quadsOf = (replicas: number) => planWorkgroup(buffers, repeat, limits, { replicas, batch })?.quads
    expect([quadsOf(1), quadsOf(14)]).toEqual([1, 2])
    const data = randomSamples(8, 5, batch, Generator.seeded(1))
    const scalars = one.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
    const trained = async (replicas: number): Promise<unknown> => {
      const session = await webgpuWith({ ...SETTLING, fuse: limits }).open(one, { replicas, precision: 'float32' })
      session.bind({ train: data, test: data })
      for (const parameter of one.program.parameters)
        for (let replica = 0; replica < replicas; replica++)
          session.write(parameter.name, replica, drawParameter(parameter, 3))
      await session.train({
        ...{ batchSize: batch, batches: 1, measureBatch: null },
        samples: Uint32Array.from({ length: replicas * batch }, (_, i) => i % batch),
        scalars: Float64Array.from(
          { length: replicas * scalars.length },
          (_, i) => scalars[i % scalars.length] as number,
        ),
      })
      const numbers: unknown[] = []
      for (const { name } of one.program.parameters) numbers.push(await session.read(name, replicas - 1))
      session.close()
      return numbers
    }
    expect(await trained(14)).toEqual(await trained(1))
  },
  180_000,
)
