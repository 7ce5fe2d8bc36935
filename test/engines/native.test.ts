// What is the native engine's own: the same bits however the work is divided, every instruction set that this processor
// has, and sessions that come and go. That its numbers are right, the battery and the golden cases judge.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { checkedOpen } from '../../src-main/engines/checked-session.ts'
import { EngineProblem } from '../../src-main/engines/engine.ts'
import { native } from '../../src-main/engines/native.ts'
import { findAddon } from '../../src-main/engines/native/addon.ts'
import { NativeSession } from '../../src-main/engines/native/session.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileRule, ruleNamed, rules } from '../../src-main/rules/index.ts'
import { randomProgram } from './random-program.ts'
import { steadyTrial } from './steady-trial.ts'
import { differences, outcomeOf, type Trial } from './trial.ts'

const { available } = await native.available()

describe.skipIf(!available)('native', () => {
  /** The engine with so many threads and one of the processor's instruction sets. */
  const withThreads = (threads: number, set?: string): typeof native => ({
    ...native,
    open: checkedOpen('native', async (program, { replicas }) => {
      const found = findAddon()
      return new NativeSession(found.addon, `${threads} threads`, program, { replicas, threads, set: set ?? found.set })
    }),
  })
  const trialOf = async (number: number, replicas: number): Promise<Trial> => {
    const rule = rules[number % rules.length]
    if (rule === undefined) throw new Error('there is no rule')
    const some = { replicas: 3, batchSize: 11, batches: 3, counts: [40, 60], evaluationBatch: 7 } as const
    // Of the rule's own, so that another rule in the list leaves it as it was judged before.
    const seed = Generator.seeded(1).split(rule.name).integer(1_000_000)
    const { trial } = await steadyTrial(rule, [37, 50, 29, 5], { ...some, seed })
    return { ...trial, replicas }
  }

  test('every instruction set tells the rates of this processor, for memory smaller than a vector too', async () => {
    const { addon } = findAddon()
    for (const set of addon.instructionSets())
      for (const bytes of [4, 1_000_000]) {
        const rate = await addon.bandwidth(set, 2, bytes)
        expect(rate, set).toBeGreaterThan(0)
        expect(rate, set).toBeLessThan(Infinity)
      }
  })

  test('the same bits with 1, 2, 3 and 5 threads, and however the replicas fall to them', async () => {
    for (let number = 0; number < rules.length; number++) {
      const one = await outcomeOf(await trialOf(number, 3), withThreads(1), 'float32')
      // Threads that no core is free for wait a time slice at every barrier; a few rules show that more are no different.
      for (const threads of number % 4 === 0 ? [2, 3, 5] : [2])
        expect((await outcomeOf(await trialOf(number, 3), withThreads(threads), 'float32')).parameters).toEqual(
          one.parameters,
        )
      const alone = await outcomeOf(await trialOf(number, 1), withThreads(2), 'float32')
      for (const [name, values] of alone.parameters) expect(one.parameters.get(name)).toEqual(values)
    }
  })

  test('a matrix of which each thread reads some columns for all samples', async () => {
    const rule = rules.find(({ name }) => name === 'corinfomax')
    if (rule === undefined) throw new Error('there is no corinfomax')
    const settings = rule.settings.parse({ iterationsFree: 4, iterationsNudged: 2 }) as unknown
    // Lateral synapses of more than 2 MiB.
    const compiled = compileRule(rule, settings, [37, 760, 5])
    const trial: Trial = {
      compiled,
      seed: 1,
      replicas: 1,
      batchSize: 7,
      batches: 2,
      counts: [20, 9],
      evaluationBatch: 9,
    }
    const one = await outcomeOf(trial, withThreads(1), 'float32')
    for (const threads of [2, 3]) expect(await outcomeOf(trial, withThreads(threads), 'float32')).toEqual(one)
    expect(differences(one, await outcomeOf(trial, reference, 'float64'), 1e-4)).toEqual([])
  })

  test('random programs divided among threads, which wait for each other inside a repeat', async () => {
    for (let number = 0; number < 40; number++) {
      const trial: Trial = {
        compiled: randomProgram([7, 33, 5], Generator.seeded(number)),
        seed: number,
        replicas: 1,
        batchSize: 7,
        batches: 2,
        counts: [20, 9],
        evaluationBatch: 9,
      }
      const one = await outcomeOf(trial, withThreads(1), 'float32')
      expect(await outcomeOf(trial, withThreads(3), 'float32')).toEqual(one)
    }
  })

  test('every instruction set of this processor computes what the reference does', async () => {
    for (const set of findAddon().addon.instructionSets())
      for (let number = 0; number < rules.length; number++) {
        const trial = await trialOf(number, 2)
        const want = await outcomeOf(trial, reference, 'float64')
        const got = await outcomeOf(trial, withThreads(2, set), 'float32')
        expect({ set, rule: trial.compiled.program.rule, off: differences(got, want, 1e-4) }).toMatchObject({ off: [] })
      }
  })

  test('Adam’s step by every instruction set, with second moments of any size and none', async () => {
    const compiled = compileRule(
      ruleNamed('backprop')!,
      ruleNamed('backprop')!.settings.parse({ optimiser: 'adam' }) as unknown,
      [37, 5],
    )
    const size = 37 * 5
    const numbers = Generator.seeded(7)
    const drawn = (low: number, high: number): number => 10 ** (low + (high - low) * numbers.uniform())
    const odd = [0, -0, 1e-45, 1e-38, 1e38, Infinity, -1, NaN]
    const before = {
      W1: Float32Array.from({ length: size }, () => drawn(-3, 0)),
      'W1.m': Float32Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -1) * drawn(-12, 3)),
      // Odd ones stand beside plain ones, which must not feel them.
      'W1.v': Float32Array.from({ length: size }, (_, i) =>
        i % 5 === 0 ? (odd[(i / 5) % 8] as number) : drawn(-30, 30),
      ),
    }
    // Black pixels: no gradient, so that the moments decay and the weights move by them.
    const data = { count: 2, features: 37, pixels: new Uint8Array(2 * 37), labels: Uint8Array.of(0, 1), classes: 5 }
    const samples = { ...data, image: null, scaling: { scale: [1], offset: [0] } }
    const scalars = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
    const [rate, correction] = scalars as unknown as [number, number]
    for (const set of findAddon().addon.instructionSets()) {
      const session = await withThreads(1, set).open(compiled, { replicas: 1, precision: 'float32' })
      session.bind({ train: samples, test: samples })
      for (const [name, values] of Object.entries(before)) session.write(name, 0, values)
      await session.train({ batchSize: 2, batches: 1, samples: Uint32Array.of(0, 1), scalars, measureBatch: null })
      const after = await session.read('W1', 0)
      session.close()
      for (let i = 0; i < size; i++) {
        const m = 0.9 * before['W1.m'][i]!
        // A denormal is 0 here.
        const v = 0.999 * before['W1.v'][i]!
        const step = (rate * m) / (Math.sqrt(v < 2 ** -126 && v > 0 ? 0 : v) * correction + 1e-8)
        const want = before.W1[i]! + step
        const what = `${set}, v = ${String(before['W1.v'][i])}`
        if (Number.isNaN(want)) expect(after[i], what).toBeNaN()
        else expect(Math.abs(after[i]! - want) / (Math.abs(step) + before.W1[i]!), what).toBeLessThan(4e-7)
      }
    }
  })

  test('a closed session says so; one that is closed while it trains ends at the next batch', async () => {
    const { compiled } = await trialOf(0, 1)
    const session = await native.open(compiled, { replicas: 1, precision: 'float32' })
    const pixels = new Uint8Array(37 * 4)
    const samples = {
      count: 4,
      features: 37,
      pixels,
      labels: new Uint8Array(4),
      classes: 5,
      image: null,
      scaling: { scale: [1], offset: [0] },
    }
    session.bind({ train: samples, test: samples })
    const batches = 20_000
    const scalars = new Float64Array(batches * compiled.program.scalarCount)
    const training = session.train({
      batchSize: 4,
      batches,
      samples: new Uint32Array(batches * 4),
      scalars,
      measureBatch: null,
    })
    session.close()
    await expect(training).rejects.toThrow('closed while it trained')
    await expect(session.read('W1', 0)).rejects.toThrow(EngineProblem)
  })

  test('a thousand sessions leave no memory behind', async () => {
    // In a process of its own, where the garbage of JavaScript can be collected before memory is looked at.
    const script = fileURLToPath(new URL('open-and-close.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script])
    const [after500, after1500, after2500] = stdout.trim().split(' ').map(Number) as [number, number, number]
    // A thousand sessions hold 40 kB of parameters each: what leaked them would grow by 40 MB each time. A system that
    // takes pages away and gives them back may do so once.
    expect(Math.min(after1500 - after500, after2500 - after1500)).toBeLessThan(10 * 2 ** 20)
  })
})
