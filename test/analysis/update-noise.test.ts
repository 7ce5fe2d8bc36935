/** How noisy updates are, against its definition computed here from what training steps really change. */
import { describe, expect, it } from 'vitest'
import { reference } from '../../src-main/engines/reference.ts'
import { updateNoise } from '../../src-main/analysis/update-noise.ts'
import type { UpdateNoise } from '../../src-main/experiment/study.ts'
import { compileRule, ruleNamed, rules } from '../../src-main/rules/index.ts'
import { BATCH_SIZE, numbersOf, tinyData, tinyExperiment, tinyTask, told } from '../training/tiny.ts'

const data = tinyData()
const RATE = 0.5
const experiment = tinyExperiment('backprop', {
  settings: { optimiser: 'sgd', momentum: 0, learningRate: RATE },
  training: { epochs: 1, shuffle: false },
  seeds: [3],
})

async function found(
  changes: Partial<Parameters<typeof updateNoise>[0]> = {},
): Promise<{ readonly noise: UpdateNoise; readonly told: readonly number[] }> {
  const { last } = await told(tinyTask(experiment))
  const [network] = last
  if (network === undefined) throw new Error('nothing was trained')
  const looking = updateNoise({ experiment, network, engine: reference, data, batches: null, ...changes })
  const fractions: number[] = []
  let step = await looking.next()
  for (; step.done !== true; step = await looking.next()) fractions.push(step.value)
  return { noise: step.value, told: fractions }
}

/** What each whole batch of the epoch changes W_k by, per unit of rate, every time from the trained weights. */
async function stepsOf(batches: number): Promise<number[][][]> {
  const { last } = await told(tinyTask(experiment))
  const before = numbersOf(last[0])
  const rule = ruleNamed('backprop')
  if (rule === undefined) throw new Error('there is no backpropagation')
  const compiled = compileRule(rule, rule.settings.parse(experiment.rule.settings) as unknown, experiment.widths)
  const session = await reference.open(compiled, { replicas: 1, precision: 'float64' })
  session.bind({ train: data.train, test: data.test })
  const steps: number[][][] = [[], []]
  for (let b = 0; b < batches; b++) {
    for (const [name, values] of Object.entries(before)) session.write(name, 0, Float64Array.from(values))
    await session.train({
      ...{ batchSize: BATCH_SIZE, batches: 1, measureBatch: null },
      samples: Uint32Array.from({ length: BATCH_SIZE }, (_, i) => b * BATCH_SIZE + i),
      scalars: compiled.scalarsAt({ epoch: 0, batch: b, sign: 1 }),
    })
    for (const [at, name] of ['W1', 'W2'].entries()) {
      const after = Array.from(await session.read(name, 0))
      steps[at]?.push(after.map((v, i) => (v - (before[name]?.[i] as number)) / RATE))
    }
  }
  session.close()
  return steps
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * (b[i] as number), 0)

describe('the noise of updates', () => {
  it('is the angle of each to the mean of all, and the size of the mean beside what differs from it', async () => {
    // 23 samples in fours: five whole batches.
    const { noise, told: fractions } = await found()
    expect(noise).toMatchObject({ seed: 3, epoch: 1, batches: 5 })
    const steps = await stepsOf(5)
    for (const [at, layer] of noise.layers.entries()) {
      const of = steps[at] as number[][]
      const mean = (of[0] as number[]).map((_, i) => of.reduce((sum, step) => sum + (step[i] as number), 0) / 5)
      const angles = of.map((step) => Math.acos(dot(step, mean) / Math.sqrt(dot(step, step) * dot(mean, mean))))
      const apart = of.reduce(
        (sum, step) => sum + step.reduce((all, v, i) => all + (v - (mean[i] as number)) ** 2, 0),
        0,
      )
      expect(layer.layer).toBe(at + 1)
      expect(layer.angle).toBeCloseTo((angles.reduce((sum, v) => sum + v, 0) / 5) * (180 / Math.PI), 8)
      expect(layer.angle).toBeGreaterThan(1)
      expect(layer.signalToNoise).toBeCloseTo(dot(mean, mean) / (apart / 5), 8)
    }
    expect(fractions.at(-1)).toBe(1)
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
  })

  it('is none between equal batches: 0°, and no ratio', async () => {
    // Every batch has the same four samples.
    const same = (values: Uint8Array | Float32Array, width: number): Uint8Array =>
      Uint8Array.from({ length: 8 * width }, (_, i) => values[i % (BATCH_SIZE * width)] as number)
    const pixels = same(data.train.pixels, data.train.features)
    const labels = Uint8Array.from({ length: 8 }, (_, i) => data.train.labels[i % BATCH_SIZE] as number)
    const { noise } = await found({ data: { ...data, train: { ...data.train, count: 8, pixels, labels } } })
    expect(noise.batches).toBe(2)
    for (const { angle, signalToNoise } of noise.layers) {
      expect(angle).toBeCloseTo(0, 5)
      expect(signalToNoise).toBeNull()
    }
  })

  it('can be of the first batches alone, and is not of one', async () => {
    expect((await found({ batches: 3 })).noise.batches).toBe(3)
    await expect(found({ batches: 1 })).rejects.toThrow(/two whole ones or more, found 1/)
  })

  it('looks at a network of which nothing but weights is left', async () => {
    const { last } = await told(tinyTask(experiment))
    const network = last[0]
    if (network === undefined) throw new Error('nothing was trained')
    const weights = { ...network, parameters: network.parameters.filter(({ role }) => role === 'weight') }
    expect((await found({ network: weights })).noise).toEqual((await found()).noise)
  })
})

it('a program that learns nothing leaves every parameter of every rule as it is', () => {
  for (const rule of rules) {
    const settings = rule.settings.parse({}) as unknown
    const updates = (learns: boolean): number =>
      compileRule(rule, settings, [5, 4, 3], ['update.W1'], learns).program.training.filter(
        ({ kind }) => kind === 'update',
      ).length
    expect(updates(true), rule.name).toBeGreaterThan(0)
    expect(updates(false), rule.name).toBe(0)
  }
})
