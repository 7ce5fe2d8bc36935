// What is the WebGPU engine's own: every dispatch strategy computes the same, how many dispatches that takes, which device
// is taken, and that nothing is left behind. That its numbers are right, the battery and the golden cases judge as well.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { settlingRule } from '../../src-main/cli/rule-examples.ts'
import { EngineProblem } from '../../src-main/engines/engine.ts'
import { lower } from '../../src-main/engines/lowering/lower.ts'
import type { Instruction } from '../../src-main/engines/lowering/plan.ts'
import { readsOf, writesOf } from '../../src-main/engines/lowering/plan.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { webgpu } from '../../src-main/engines/webgpu.ts'
import { adapterNamed } from '../../src-main/engines/webgpu/dawn.ts'
import { acquire } from '../../src-main/engines/webgpu/shared-device.ts'
import type { Limits } from '../../src-main/engines/webgpu/workgroup.ts'
import { levelsOf } from '../../src-main/engines/webgpu/levels.ts'
import { ROUNDS } from '../../src-main/engines/webgpu/profiler.ts'
import { placeParameters } from '../../src-main/engines/webgpu/placement.ts'
import { stepsOf, type Steps, type DispatchStrategy } from '../../src-main/engines/webgpu/steps.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { allowOwnRule } from '../../src-main/lab/own-rules.ts'
import type { Program } from '../../src-main/program/program.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileRule, ruleNamed, rules } from '../../src-main/rules/index.ts'
import { randomProgram } from './random-program.ts'
import { randomRule, steadyOutcome, steadyTrial, TOLERANCE } from './steady-trial.ts'
import { differences, outcomeOf, type Trial } from './trial.ts'
import { LEAST, SETTLING, STEP_BY_STEP, strategiesOn, webgpuWith } from './webgpu-strategies.ts'

// Shaders compile for seconds where the driver computes on the processor, and longer beside other tests.
const availability = await webgpu.available()
if (!availability.available) test.skip(`webgpu is not tested here. ${availability.reason}`)

/** What today's graphics cards have. */
const CARD: Limits = { workgroupBytes: 49_152, threads: 1024 }

/** Of the device that is tested. */
const subgroup = availability.available ? await subgroupOf() : 0
if (availability.available && subgroup === 0) test.skip('sums within subgroups are not tested: the device has none')

async function subgroupOf(): Promise<number> {
  const { gpu, release } = await acquire(await adapterNamed(undefined))
  release()
  return gpu.subgroup
}

/** Updates a few rows at a time; 67 is not divided by it. */
const IN_BLOCKS: DispatchStrategy = { ...STEP_BY_STEP, block: 4 }

describe('dispatches', () => {
  const stepsFor = (preset: string, strategy: DispatchStrategy): Steps => {
    const experiment = presetNamed(preset)?.experiment
    const rule = ruleNamed(experiment?.rule.name ?? '')
    if (experiment === undefined || rule === undefined) throw new Error(`there is no preset ${preset}`)
    const { rule: named, widths, training } = experiment
    const { program } = compileRule(rule, rule.settings.parse(named.settings), widths)
    return stepsOf(
      lower(program).training,
      [],
      placeParameters(program).offsets,
      { batch: training.batchSize, replicas: 1 },
      strategy,
    )
  }

  test('CorInfoMax on MNIST: at most 110 a batch step by step, at most 12 where settling is one', () => {
    const plain = stepsFor('corinfomax-mnist', STEP_BY_STEP)
    expect({ fused: plain.fused, unfused: plain.unfused }).toEqual({ fused: 0, unfused: 2 })
    expect(plain.list.length).toBeLessThanOrEqual(110)
    const settling = stepsFor('corinfomax-mnist', { fuse: CARD, teams: null, join: true, tile: true, block: 1 })
    expect({ fused: settling.fused, unfused: settling.unfused }).toEqual({ fused: 2, unfused: 0 })
    expect(settling.list.length).toBeLessThanOrEqual(12)
  })

  test('CorInfoMax on CIFAR-10 settles in one dispatch on a card, and does not fit where there is little memory', () => {
    expect(
      stepsFor('corinfomax-cifar-10', { fuse: CARD, teams: null, join: true, tile: true, block: 1 }),
    ).toMatchObject({
      fused: 2,
      unfused: 0,
    })
    expect(stepsFor('corinfomax-cifar-10', SETTLING)).toMatchObject({
      fused: 0,
      unfused: 2,
    })
  })

  test('what shares a dispatch does not depend on each other, and order is kept where it matters', () => {
    for (let number = 0; number < 50; number++) {
      const { instructions } = lower(randomProgram([7, 33, 5], Generator.seeded(number)).program).training
      const levels = levelsOf(instructions)
      expect(levels.flat().length).toBe(instructions.length)
      const levelOf = (one: Instruction): number => levels.findIndex((level) => level.includes(one))
      instructions.forEach((later, index) => {
        for (const earlier of instructions.slice(0, index)) {
          const clash =
            writesOf(earlier).some((buffer) => readsOf(later).includes(buffer) || writesOf(later).includes(buffer)) ||
            readsOf(earlier).some((buffer) => writesOf(later).includes(buffer))
          if (clash) expect(levelOf(earlier)).toBeLessThan(levelOf(later))
        }
      })
    }
  })
})

describe.runIf(availability.available)('webgpu', () => {
  const some = { replicas: 2, batchSize: 11, batches: 2, counts: [40, 30], evaluationBatch: 7 } as const
  const trialOf = (compiled: Trial['compiled'], seed: number): Trial => ({ ...some, compiled, seed })

  // What does not settle has nothing to bring into one dispatch: both strategies make the same steps of it.
  const settling = rules.filter((rule) =>
    [1, 2, 3].some((number) => {
      const { training, prediction } = randomRule(rule, [70, 67, 5], number).program
      return [...training, ...prediction].some(({ kind }) => kind === 'repeat')
    }),
  )

  // Tiles and reductions hang on shapes, not on rules: where shaders compile slowly a few will do, as in the battery.
  const few = <T>(list: readonly T[]): readonly T[] =>
    availability.available && availability.software === true ? list.filter((_, i) => i % 3 === 0) : list

  for (const [title, strategy] of Object.entries(strategiesOn(LEAST, subgroup)))
    for (const rule of strategy.fuse === null
      ? few(rules)
      : title === 'settling in one dispatch'
        ? settling
        : few(settling))
      test(`${rule.name}, ${title}: what the reference computes`, async () => {
        // Wide enough for tiles, narrow enough for the least workgroup; odd throughout.
        const { trial, want } = await steadyTrial(rule, [70, 67, 5], { ...some, seed: 3 })
        const got = await outcomeOf(trial, webgpuWith(strategy), 'float32')
        expect(differences(got, want, TOLERANCE)).toEqual([])
        expect(got.broken).toEqual([])
      })

  test('updates a few rows at a time leave the same bits', async () => {
    const rates = { lrForward: [0.1, 0.1], lrFeedback: [0.1] }
    for (const [name, settings] of [
      ['corinfomax', { ...rates, iterationsFree: 2, iterationsNudged: 1 }],
      ['backprop', {}],
    ] as const) {
      const rule = ruleNamed(name)
      if (rule === undefined) throw new Error(`there is no rule ${name}`)
      const compiled = compileRule(rule, rule.settings.parse(settings) as unknown, [70, 67, 5])
      const one = await outcomeOf(trialOf(compiled, 4), webgpuWith(STEP_BY_STEP), 'float32')
      const four = await outcomeOf(trialOf(compiled, 4), webgpuWith(IN_BLOCKS), 'float32')
      expect(one.parameters.size).toBeGreaterThan(0)
      expect([...four.parameters]).toEqual([...one.parameters])
    }
  })

  test('a rule of one’s own file trains there as on the reference', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'apical-own-'))
    try {
      const file = join(folder, 'chl.ts')
      writeFileSync(file, settlingRule('chl'))
      const sha256 = createHash('sha256').update(settlingRule('chl')).digest('hex')
      const rule = ruleNamed(await allowOwnRule(file, sha256, folder))
      if (rule === undefined) throw new Error('it was not admitted')
      const settings = rule.settings.parse({ free: 4, nudged: 3 }) as unknown
      const trial = trialOf(compileRule(rule, settings, [7, 6, 3], ['free.residual']), 2)
      const want = await steadyOutcome(trial)
      if (want === null) throw new Error('float32 cannot be judged by it')
      const got = await outcomeOf(trial, webgpu, 'float32')
      expect(differences(got, want, TOLERANCE)).toEqual([])
      expect([...got.parameters.keys()]).toContain('1/W2')
      const begun = await outcomeOf({ ...trial, batches: 1 }, reference, 'float64')
      // It has learned from the second batch too.
      expect(differences(got, begun, TOLERANCE)).not.toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  // Threads take several columns there, four beside each other where the width allows; a workgroup takes as few samples
  // as it can where that leaves few workgroups.
  const within: DispatchStrategy = { ...SETTLING, fuse: { ...LEAST, subgroup } }
  test.each([
    [260, 23, 'settling in one dispatch', SETTLING],
    [301, 1, 'settling in one dispatch', SETTLING],
    // Two slices of threads and four; the output's are more than a small subgroup holds.
    ...(subgroup === 0
      ? []
      : ([260, 200] as const).map((wide) => [wide, 23, 'sums within subgroups', within] as const)),
  ] as const)('a layer of %i in %i networks, %s: what the reference computes', async (wide, replicas, _, strategy) => {
    const rule = ruleNamed('corinfomax')
    if (rule === undefined) throw new Error('there is no rule corinfomax')
    const rates = { lrForward: [0.1, 0.1], lrFeedback: [0.1] }
    const settings = rule.settings.parse({ ...rates, iterationsFree: 2, iterationsNudged: 1 }) as unknown
    const compiled = compileRule(rule, settings, [9, wide, 5])
    expect(fusedIn(compiled.program)).toBeGreaterThan(0)
    const size = { batch: 7, replicas: 1 }
    const { shaders } = stepsOf(
      lower(compiled.program).training,
      [],
      placeParameters(compiled.program).offsets,
      size,
      strategy,
    )
    expect([...shaders].some(({ code }) => code.includes('subgroupShuffleXor'))).toBe(strategy === within)
    const trial: Trial = { ...trialOf(compiled, 4), replicas, batches: 1, counts: [40, 7] }
    const got = await outcomeOf(trial, webgpuWith(strategy), 'float32')
    expect(differences(got, await outcomeOf(trial, reference, 'float64'), 1e-4)).toEqual([])
  })

  test('random programs settle in one dispatch as they do step by step', async () => {
    let fused = 0
    for (let number = 0; number < 6; number++) {
      const compiled = randomProgram([7, 33, 5], Generator.seeded(number))
      fused += fusedIn(compiled.program)
      const trial = trialOf(compiled, number)
      const got = await outcomeOf(trial, webgpuWith(SETTLING), 'float32')
      expect(differences(got, await outcomeOf(trial, reference, 'float64'), 1e-4)).toEqual([])
    }
    expect(fused).toBeGreaterThan(0)
  })

  test('dispatches are counted, and do not grow with the iterations where settling is one', async () => {
    const counts: (number | null | undefined)[] = []
    for (const iterations of [2, 9]) {
      const rule = ruleNamed('ep')
      if (rule === undefined) throw new Error('there is no rule ep')
      const settings = rule.settings.parse({
        learningRates: [0.1, 0.1],
        iterationsFree: iterations,
        iterationsNudged: iterations,
      }) as unknown
      const compiled = compileRule(rule, settings, [7, 6, 3])
      const session = await webgpuWith(SETTLING).open(compiled, {
        replicas: 1,
        precision: 'float32',
      })
      const samples = { count: 2, features: 7, pixels: new Uint8Array(14), labels: new Uint8Array(2), classes: 3 }
      const data = { ...samples, image: null, scaling: { scale: [1], offset: [0] } }
      session.bind({ train: data, test: data })
      expect(session.dispatchesPerBatch).toBeNull()
      const scalars = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
      await session.train({ batchSize: 2, batches: 1, samples: Uint32Array.of(0, 1), scalars, measureBatch: null })
      counts.push(session.dispatchesPerBatch)
      session.close()
    }
    expect(counts[0]).toBeGreaterThan(2)
    expect(counts[1]).toBe(counts[0])
  })

  test('a profile accounts for every dispatch of a batch, and its batches train as they do unprofiled', async (context) => {
    const rule = ruleNamed('corinfomax')
    if (rule === undefined) throw new Error('there is no rule corinfomax')
    const rates = { lrForward: [0.1, 0.1], lrFeedback: [0.1] }
    const settings = rule.settings.parse({ ...rates, iterationsFree: 2, iterationsNudged: 3 }) as unknown
    const compiled = compileRule(rule, settings, [7, 6, 3])
    const samples = { count: 2, features: 7, pixels: Uint8Array.from({ length: 14 }, (_, i) => 18 * i), classes: 3 }
    const data = { ...samples, labels: Uint8Array.of(0, 2), image: null, scaling: { scale: [1 / 255], offset: [0] } }
    const row = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
    const scalars = Float64Array.from([...row, ...row])
    const plan = { batchSize: 2, batches: 1, samples: Uint32Array.of(0, 1, 1, 0), scalars, measureBatch: null }
    for (const strategy of [SETTLING, STEP_BY_STEP]) {
      const open = async () => {
        const session = await webgpuWith(strategy).open(compiled, { replicas: 2, precision: 'float32' })
        session.bind({ train: data, test: data })
        for (const { name, shape } of compiled.program.parameters)
          session.write(
            name,
            1,
            Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i)),
          )
        return session
      }
      const [profiled, trained] = [await open(), await open()]
      try {
        for (let time = 0; time < 2 * ROUNDS; time++) await trained.train(plan)
        const profile = await profiled.profile?.(plan)
        if (profile === null || profile === undefined)
          return context.skip(`profiles are not tested here: ${trained.device} tells no times`)
        const { parts, wholeMs, betweenMs } = profile
        expect(parts.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(trained.dispatchesPerBatch)
        const steps = parts.filter(({ work }) => work === 'settling').map(({ dispatches }) => dispatches)
        if (strategy === SETTLING) expect(steps).toEqual([2])
        else expect(steps[0]).toBeGreaterThanOrEqual(5)
        expect(parts.some(({ work }) => work.includes('updates'))).toBe(true)
        expect(parts.reduce((sum, { ms }) => sum + ms, betweenMs)).toBeCloseTo(wholeMs, 9)
        for (const ms of [wholeMs, profile.finiteMs, profile.evaluationMs]) expect(ms).toBeGreaterThan(0)
        for (const { name } of compiled.program.parameters)
          expect(await profiled.read(name, 1), name).toEqual(await trained.read(name, 1))
      } finally {
        profiled.close()
        trained.close()
      }
    }
  })

  test('a device is taken by a part of its name, and one that is not there is refused with those that are', async () => {
    const devices = availability.available ? (availability.devices ?? []) : []
    expect(devices.length).toBeGreaterThan(0)
    const compiled = compileRule(rules[0] as (typeof rules)[0], rules[0]?.settings.parse({}), [7, 6, 3])
    const options = { replicas: 1, precision: 'float32' } as const
    const session = await webgpu.open(compiled, { ...options, device: (devices[0] ?? '').slice(0, 6).toUpperCase() })
    expect(session.device).toContain(devices[0])
    session.close()
    await expect(webgpu.open(compiled, { ...options, device: 'no such card' })).rejects.toThrow(devices[0])
    await expect(webgpu.open(compiled, { ...options, device: 'no such card' })).rejects.toThrow(EngineProblem)
    await expect(webgpu.open(compiled, { replicas: 1, precision: 'float64' })).rejects.toThrow('float32')
  })

  test('more memory than the device has is refused with what would help', async () => {
    const compiled = compileRule(
      ruleNamed('backprop') ?? rules[0]!,
      ruleNamed('backprop')?.settings.parse({}),
      [20_000, 20_000, 3],
    )
    await expect(webgpu.open(compiled, { replicas: 100, precision: 'float32' })).rejects.toThrow(/fewer seeds/)
  })

  test('a closed session says so; one that is closed while it trains ends with a sentence', async () => {
    const rule = ruleNamed('ep')
    if (rule === undefined) throw new Error('there is no rule ep')
    const compiled = compileRule(rule, rule.settings.parse({}), [7, 6, 3])
    const session = await webgpu.open(compiled, { replicas: 1, precision: 'float32' })
    const samples = { count: 2, features: 7, pixels: new Uint8Array(14), labels: new Uint8Array(2), classes: 3 }
    const data = { ...samples, image: null, scaling: { scale: [1], offset: [0] } }
    session.bind({ train: data, test: data })
    const batches = 500
    const scalars = new Float64Array(batches * compiled.program.scalarCount)
    const plan = { batchSize: 2, batches, samples: new Uint32Array(batches * 2), scalars, measureBatch: null }
    const training = session.train(plan)
    setTimeout(() => session.close(), 1)
    await expect(training).rejects.toThrow(EngineProblem)
    await expect(session.read('W1', 0)).rejects.toThrow('closed')
  })

  test('sessions leave no memory behind, and a process that used the device ends', async () => {
    // In a process of its own, where the garbage of JavaScript can be collected before memory is looked at.
    const script = fileURLToPath(new URL('open-and-close-webgpu.ts', import.meta.url))
    // With one heap for all threads: what each thread's own keeps for later would look like a leak.
    const env = { ...process.env, MALLOC_ARENA_MAX: '1' }
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script], { env })
    const [after60, after90, after120] = stdout.trim().split(' ').map(Number) as [number, number, number]
    // Thirty sessions hold more than a megabyte each on the device, which is this process's memory where it is software:
    // what leaked them would grow by it each time. A system that takes pages away and gives them back may do so once.
    expect(Math.min(after90 - after60, after120 - after90)).toBeLessThan(25 * 2 ** 20)
  })
})

function fusedIn(program: Program): number {
  return stepsOf(
    lower(program).training,
    [],
    placeParameters(program).offsets,
    { batch: 7, replicas: 1 },
    {
      fuse: LEAST,
      teams: null,
      join: true,
      tile: true,
      block: 1,
    },
  ).fused
}
