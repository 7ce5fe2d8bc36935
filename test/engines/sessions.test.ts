// What a session promises besides its arithmetic: batches, ties, NaN, replicas, refusals, and memory that does not grow.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { chooseEngine, engineCards, engineNamed, engines } from '../../src-main/engines/index.ts'
import { EngineProblem, type Session } from '../../src-main/engines/engine.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { tensorflow } from '../../src-main/engines/tensorflow.ts'
import { ENGINE_NAMES } from '../../src-main/experiment/experiment.ts'
import { compile } from '../../src-main/program/compile.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import { Generator } from '../../src-main/program/random.ts'
import { apply, outer, sum } from '../../src-main/program/words.ts'
import { compileRule, rules } from '../../src-main/rules/index.ts'
import { judgedEngines, randomSamples, writeInitial } from './trial.ts'

/** Scores are the pixels themselves. */
const identity = compile('identity', [3, 3], (p) => ({ train: () => undefined, predict: () => p.x }))

async function scored(
  engine: typeof reference,
  pixels: readonly number[],
  labels: readonly number[],
): Promise<Session> {
  const session = await engine.open(identity, { replicas: 1, precision: 'float32' })
  const data = {
    count: labels.length,
    features: 3,
    pixels: Float32Array.from(pixels),
    labels: Uint8Array.from(labels),
    classes: 3,
    image: null,
    scaling: { scale: [1], offset: [0] },
  }
  session.bind({ train: data, test: data })
  return session
}

for (const { title, engine } of judgedEngines)
  describe(title, () => {
    const plan = {
      split: 'test',
      samples: null,
      scalars: new Float64Array(0),
      topK: [1, 2, 3],
      confusion: true,
    } as const

    test('ties go to the lowest index, a row with NaN is a miss', async () => {
      const session = await scored(engine, [5, 5, 1, 5, 5, 1, 0, 0, 0, NaN, 1, 0, 1, 2, 3], [0, 1, 2, 1, 2])
      const [counts] = await session.evaluate({ ...plan, batchSize: 2 })
      // Ranks: 0, 1 (the equal score before it beats it), 2, none, 0.
      expect(counts?.hits).toEqual([2, 3, 4])
      expect(counts?.samples).toBe(5)
      // True class by predicted class. In the fourth row the largest number is that of class 1.
      expect(Array.from(counts?.confusion ?? [])).toEqual([1, 0, 0, 1, 1, 0, 1, 0, 1])
      session.close()
    })

    test('an evaluation does not depend on its batch size, and may name its samples', async () => {
      const compiled = compileRule(rules[0] as (typeof rules)[0], defaults(), [7, 6, 3])
      const session = await opened(engine, compiled, 1)
      const counts = async (batchSize: number, samples: Uint32Array | null): Promise<unknown> =>
        await session.evaluate({
          ...plan,
          batchSize,
          samples,
          scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
        })
      const all = await counts(50, null)
      for (const size of [1, 7, 33, 1000]) expect(await counts(size, null)).toEqual(all)
      const listed = Uint32Array.from({ length: 50 }, (_, i) => 49 - i)
      expect(await counts(8, listed)).toEqual(all)
      session.close()
    })

    test('a replica that diverges is named, the others are not', async () => {
      const compiled = compile('growing', [3, 3], (p) => {
        const W = p.parameter('W', [3, 3], { kind: 'identity' })
        return { train: () => W.become(sum([1e30, W], [1, outer(p.x, p.x)])), predict: () => apply(W, p.x) }
      })
      const session = await engine.open(compiled, { replicas: 2, precision: 'float32' })
      const data = randomSamples(3, 3, 4, Generator.seeded(1))
      session.bind({ train: data, test: data })
      session.write('W', 0, new Float32Array(9))
      session.write('W', 1, new Float32Array(9).fill(1e20))
      const one = { batchSize: 1, batches: 1, samples: Uint32Array.of(0, 0), scalars: new Float64Array(0) }
      expect((await session.train({ ...one, measureBatch: null })).broken).toEqual([1])
      session.close()
    })

    test('a replica that diverges leaves the others what they would have been', async () => {
      const compiled = compileRule(rules[0] as (typeof rules)[0], defaults(), [7, 6, 3], ['free.r1'])
      const one = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
      const left = async (spoilt: boolean): Promise<{ kept: unknown[]; broken: readonly number[] }> => {
        const session = await opened(engine, compiled, 3)
        if (spoilt) session.write('W1', 1, new Float32Array(6 * 7).fill(NaN))
        const { measurements, broken } = await session.train({
          batchSize: 4,
          batches: 2,
          samples: Uint32Array.from({ length: 3 * 2 * 4 }, (_, i) => i),
          scalars: Float64Array.from({ length: 3 * 2 * one.length }, (_, i) => one[i % one.length] as number),
          measureBatch: 1,
        })
        const counts = await session.evaluate({
          ...plan,
          batchSize: 8,
          scalars: Float64Array.from([...one, ...one, ...one]),
        })
        const kept: unknown[] = []
        for (const replica of [0, 2]) {
          kept.push(measurements[replica], counts[replica])
          for (const { name } of compiled.program.parameters) kept.push(await session.read(name, replica))
        }
        session.close()
        return { kept, broken }
      }
      const whole = await left(false)
      const spoilt = await left(true)
      expect(whole.broken).toEqual([])
      expect(spoilt.broken).toEqual([1])
      expect(spoilt.kept).toEqual(whole.kept)
    })

    test('requests that do not fit are refused with what would', async () => {
      const session = await scored(engine, [1, 2, 3], [0])
      const train = {
        batchSize: 1,
        batches: 1,
        samples: Uint32Array.of(0),
        scalars: new Float64Array(0),
        measureBatch: null,
      }
      await expect(session.train({ ...train, samples: Uint32Array.of(1) })).rejects.toThrow('samples 0 to 0')
      await expect(session.train({ ...train, samples: Uint32Array.of(0, 0) })).rejects.toThrow('needs 1 sample')
      await expect(session.train({ ...train, batchSize: 0 })).rejects.toThrow('batch size')
      await expect(session.read('W', 0)).rejects.toThrow('no parameter "W"')
      expect(() => session.write('W', 0, new Float32Array(1))).toThrow(EngineProblem)
      const data = randomSamples(4, 3, 2, Generator.seeded(1))
      expect(() => session.bind({ train: data, test: data })).toThrow('make the first width 4')
      session.close()
      const unbound = await engine.open(identity, { replicas: 1, precision: 'float32' })
      await expect(unbound.train(train)).rejects.toThrow('call bind')
      unbound.close()
      await expect(engine.open(identity, { replicas: 0, precision: 'float32' })).rejects.toThrow('at least one replica')
    })

    test('what is written is what is read, for every parameter', async () => {
      const compiled = compileRule(rules[0] as (typeof rules)[0], defaults(), [7, 33, 5])
      const session = await engine.open(compiled, { replicas: 2, precision: 'float32' })
      const random = Generator.seeded(4)
      for (const { name, shape } of compiled.program.parameters) {
        const values = Float32Array.from({ length: shape[0] * shape[1] }, () => random.uniform())
        session.write(name, 1, values)
        expect(await session.read(name, 1)).toEqual(values)
        expect(await session.read(name, 0)).toEqual(new Float32Array(values.length))
      }
      session.close()
    })

    test('measurements of an iteration follow one another', async () => {
      const compiled = compile(
        'counting',
        [3, 3],
        (p) => ({
          train() {
            const s = p.state('s', p.zeros(3))
            p.repeat(4, () => {
              s.increase(1, p.x)
              p.measure('s', s)
            })
          },
          predict: () => p.x,
        }),
        ['s'],
      )
      const session = await engine.open(compiled, { replicas: 1, precision: 'float32' })
      const data = {
        ...randomSamples(3, 3, 2, Generator.seeded(1)),
        pixels: Float32Array.of(1, 2, 3, 4, 5, 6),
        scaling: { scale: [1], offset: [0] },
      }
      session.bind({ train: data, test: data })
      const plan = {
        batchSize: 2,
        batches: 2,
        samples: Uint32Array.of(1, 0, 0, 1),
        scalars: new Float64Array(0),
        measureBatch: 1,
      }
      const { measurements } = await session.train(plan)
      expect(Array.from(measurements[0]?.get('s') ?? [])).toEqual(
        [1, 2, 3, 4].flatMap((t) => [1, 2, 3, 4, 5, 6].map((v) => t * v)),
      )
      expect((await session.train({ ...plan, measureBatch: null })).measurements[0]?.size).toBe(0)
      session.close()
    })

    test('a long evaluation lets the process hear its messages', async () => {
      const compiled = compileRule(rules[0] as (typeof rules)[0], defaults(), [7, 33, 5])
      // Long for the quickest; on a driver on the processor a quarter of it takes seconds.
      const session = await opened(engine, compiled, 1, engine.name === 'webgpu' ? 1500 : 6000)
      let turns = 0
      const timer = setInterval(() => turns++, 1)
      await session.evaluate({ ...plan, batchSize: 20, scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }) })
      clearInterval(timer)
      expect(turns).toBeGreaterThan(0)
      session.close()
    })
  })

describe('tensorflow', async () => {
  const { available } = await tensorflow.available()

  test('computes in float32 only, and says so', async () => {
    await expect(tensorflow.open(identity, { replicas: 1, precision: 'float64' })).rejects.toThrow('float32')
  })

  test('who names a tfjs-node by APICAL_TFJS_NODE gets that one or none', () => {
    const ask = [
      "import { tensorflow } from './src-main/engines/tensorflow.ts'",
      'process.stdout.write(JSON.stringify(await tensorflow.available()))',
    ]
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', ask.join('\n')], {
      encoding: 'utf8',
      env: { ...process.env, APICAL_TFJS_NODE: '/nowhere/tfjs-node' },
    })
    const found = JSON.parse(stdout) as unknown
    expect(found).toMatchObject({ available: false })
    expect(found).toHaveProperty('reason', expect.stringContaining('/nowhere/tfjs-node, is not installed'))
  })

  const ways = judgedEngines.filter(({ engine }) => engine.name === 'tensorflow')

  test.runIf(available).each(ways)(
    '$title: neither 1,000 steps (500 of each replica) nor an evaluation leaves a tensor behind',
    async ({ engine }) => {
      const tf = createRequire(import.meta.url)('@tensorflow/tfjs-core') as {
        memory(): { numTensors: number; numBytes: number }
      }
      for (const rule of rules) {
        // As few iterations as walk every statement: what leaks leaks in each of them.
        const few = { iterationsFree: 3, iterationsNudged: 2, iterations: 3 }
        const known = Object.entries(few).filter(([key]) => key in (rule.settings.parse({}) as object))
        const settings = rule.settings.parse(Object.fromEntries(known)) as unknown
        const compiled = compileRule(rule, settings, [7, 6, 3], ['free.r1', 'loss'])
        const before = tf.memory().numTensors
        const session = await opened(engine, compiled, 2)
        // The same sign and position throughout, so that the host's numbers are the same too.
        const one = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
        const steps = async (batches: number): Promise<{ numTensors: number; numBytes: number }> => {
          const samples = Uint32Array.from({ length: 2 * batches * 4 }, (_, i) => i % 50)
          const scalars = Float64Array.from(
            { length: 2 * batches * one.length },
            (_, i) => one[i % one.length] as number,
          )
          await session.train({ batchSize: 4, batches, samples, scalars, measureBatch: batches - 1 })
          const { numTensors, numBytes } = tf.memory()
          return { numTensors, numBytes }
        }
        const warm = await steps(3)
        expect(await steps(500)).toEqual(warm)
        const all = Float64Array.from([...one, ...one])
        await session.evaluate({
          split: 'test',
          samples: null,
          batchSize: 8,
          scalars: all,
          topK: [1],
          confusion: false,
        })
        await session.predict({ split: 'test', samples: Uint32Array.of(1, 2), scalars: one, replica: 1 })
        expect(await steps(3)).toEqual(warm)
        session.close()
        expect(tf.memory().numTensors).toBe(before)
      }
    },
  )

  test.runIf(available).each(ways)(
    '$title: an error in the midst of a batch leaves no tensor behind',
    async ({ engine }) => {
      const tf = createRequire(import.meta.url)('@tensorflow/tfjs-core') as { memory(): { numTensors: number } }
      const before = tf.memory().numTensors
      const whole = compileRule(rules[0] as (typeof rules)[0], defaults(), [7, 6, 3])
      // A program that reads a value nobody makes, after real work.
      const { training } = whole.program
      const torn = {
        ...whole,
        program: {
          ...whole.program,
          training: [...training.slice(0, -1), { kind: 'update', parameter: 0, value: 10_000 } as const],
        },
      }
      const session = await opened(engine, torn, 2)
      const one = whole.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
      const scalars = Float64Array.from([...one, ...one])
      await expect(
        session.train({ batchSize: 2, batches: 1, samples: Uint32Array.of(0, 1, 2, 3), scalars, measureBatch: null }),
      ).rejects.toThrow('read before it is made')
      session.close()
      expect(tf.memory().numTensors).toBe(before)
    },
  )
})

describe('the list of engines', () => {
  test('auto takes a GPU, else native code, else tensorflow, and says why', async () => {
    const { engine, why } = await chooseEngine('auto')
    const cards = await engineCards()
    const onGpu = await Promise.all(engines.map((one) => one.available())).then((found) =>
      engines.find((_, index) => found[index]?.available === true && found[index].gpu === true),
    )
    // A driver that imitates a GPU is no GPU, and never comes before an engine made for processors.
    expect(cards.findIndex(({ device }) => device?.includes('software') === true)).not.toBe(0)
    const first = ['native', 'tensorflow', 'reference'].find(
      (name) => cards.find((card) => card.name === name)?.available,
    )
    expect(engine.name).toBe(onGpu?.name ?? first)
    expect(why).toContain(`${engine.name} on `)
    expect(cards.filter(({ isDefault }) => isDefault).map(({ name }) => name)).toEqual([engine.name])
  })

  test('every engine has its card, and one that cannot be used is refused with the sentence of its card', async () => {
    const cards = await engineCards()
    expect(cards.map(({ name }) => name).sort()).toEqual([...ENGINE_NAMES].sort())
    for (const { name, available, device, reason } of cards) {
      expect(reason).toMatch(/\.$/)
      if (available) expect((await chooseEngine(name)).engine).toBe(engineNamed(name))
      else {
        expect(device).toBeNull()
        await expect(chooseEngine(name)).rejects.toThrow(reason)
      }
    }
  })
})

function defaults(): unknown {
  return rules[0]?.settings.parse({})
}

/** A session with random data and parameters. */
async function opened(engine: typeof reference, compiled: Compiled, replicas: number, count = 50): Promise<Session> {
  const session = await engine.open(compiled, { replicas, precision: 'float32' })
  const [features, classes] = [compiled.program.widths[0] as number, compiled.program.widths.at(-1) as number]
  const data = randomSamples(features, classes, count, Generator.seeded(2))
  session.bind({ train: data, test: data })
  writeInitial(session, compiled, replicas, Generator.seeded(3))
  return session
}
