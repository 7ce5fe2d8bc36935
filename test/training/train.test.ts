import { describe, expect, it } from 'vitest'
import { reference } from '../../src-main/engines/reference.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import {
  BATCH_SIZE,
  BATCHES_PER_EPOCH,
  numbersOf,
  tinyData,
  tinyExperiment,
  tinyTask,
  told,
  TRAIN_COUNT,
} from './tiny.ts'

/** The loop as one would write it in ten lines: one seed, one batch at a time, nothing else. */
async function plainLoop(experiment: Experiment, seed: number): Promise<Record<string, number[]>> {
  const rule = ruleNamed(experiment.rule.name)
  if (rule === undefined) throw new Error('no rule')
  const compiled = compileRule(rule, experiment.rule.settings, experiment.widths)
  const { program } = compiled
  const session = await reference.open(compiled, { replicas: 1, precision: 'float64' })
  const data = tinyData()
  session.bind(data)
  const root = Generator.seeded(seed)
  for (const { name, shape, initial } of program.parameters)
    session.write(name, 0, drawInitial(initial, shape, root.split('initial').split(name)))
  const sign = root.split('sign')
  let batch = 0
  for (let epoch = 0; epoch < experiment.training.epochs; epoch++) {
    const order = Uint32Array.from({ length: TRAIN_COUNT }, (_, i) => i)
    root.split('order').split(epoch).shuffle(order)
    for (let from = 0; from < TRAIN_COUNT; from += BATCH_SIZE) {
      const samples = order.slice(from, from + BATCH_SIZE)
      const scalars = compiled.scalarsAt({ epoch, batch: batch++, sign: sign.coin() })
      await session.train({ batchSize: samples.length, batches: 1, samples, scalars, measureBatch: null })
    }
  }
  const found: Record<string, number[]> = {}
  for (const { name } of program.parameters) found[name] = Array.from(await session.read(name, 0))
  session.close()
  return found
}

describe.each(['corinfomax', 'backprop'] as const)('the loop, %s', (rule) => {
  it('trains every sample of every epoch once, the last smaller batch too, each seed as if it were alone', async () => {
    const experiment = tinyExperiment(rule, { seeds: [0, 7] })
    const { last } = await told(tinyTask(experiment))
    expect(last.map(({ seed }) => seed)).toEqual([0, 7])
    expect(numbersOf(last[0])).toEqual(await plainLoop(experiment, 0))
    expect(numbersOf(last[1])).toEqual(await plainLoop(experiment, 7))
    expect(last[0]?.position).toEqual({ epoch: 2, batchInEpoch: 0, batch: 2 * BATCHES_PER_EPOCH })
  })

  it('gives the same bytes again, and others for another seed', async () => {
    const first = await told(tinyTask(tinyExperiment(rule, { seeds: [3] })))
    const again = await told(tinyTask(tinyExperiment(rule, { seeds: [3] })))
    const other = await told(tinyTask(tinyExperiment(rule, { seeds: [4] })))
    expect(numbersOf(again.last[0])).toEqual(numbersOf(first.last[0]))
    expect(numbersOf(other.last[0])).not.toEqual(numbersOf(first.last[0]))
  })

  it('learns what is easy to learn', async () => {
    const constant = { schedule: [{ fromEpoch: 0, base: 1 }] }
    const settings =
      rule === 'backprop'
        ? { learningRate: 0.02 }
        : { ...constant, iterationsFree: 20, iterationsNudged: 8, lrForward: [1, 0.7], lrFeedback: [0.15] }
    const options = { widths: [6, 40, 3], seeds: [0, 1, 2, 3], settings, training: { epochs: 30 } }
    const { of } = await told(tinyTask(tinyExperiment(rule, options)))
    // Chance is a third. A small hard-clipped network may miss one of the three classes.
    expect(of('done')[0]?.testAccuracy?.mean).toBeGreaterThan(0.8)
  })
})

describe('what is told', () => {
  it('begins with started, ends with done, and has an epoch per seed in between', async () => {
    const { events, of } = await told(tinyTask(tinyExperiment('corinfomax')))
    expect(events[0]).toMatchObject({
      kind: 'started',
      seeds: [0, 1],
      engine: 'reference',
      // W1 5×6, W2 3×5, V2 5×3, B1 5×5, B2 3×3
      parameters: 30 + 15 + 15 + 25 + 9,
      batchesPerEpoch: BATCHES_PER_EPOCH,
      epochs: 2,
      fromEpoch: 0,
    })
    expect(events.at(-1)?.kind).toBe('done')
    expect(of('epoch').map(({ seed, epoch }) => [epoch, seed])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ])
    const progress = of('progress').filter(({ phase }) => phase === 'training')
    const finished = progress.map(({ epoch, batch }) => (epoch - 1) * BATCHES_PER_EPOCH + batch)
    expect(finished, 'always forwards').toEqual([...new Set(finished)].sort((a, b) => a - b))
    expect(progress.at(-1)).toMatchObject({ epoch: 2, batch: BATCHES_PER_EPOCH, batchesPerEpoch: BATCHES_PER_EPOCH })
    for (const { samplesPerSecond, secondsLeft } of progress) {
      expect(samplesPerSecond).toBeGreaterThan(0)
      expect(secondsLeft).toBeGreaterThanOrEqual(0)
    }
  })

  it('accuracies are the share of samples whose largest score is their label', async () => {
    const experiment = tinyExperiment('backprop', { seeds: [5] })
    const data = tinyData()
    const { of, last } = await told(tinyTask(experiment))
    const { W1, b1, W2, b2 } = numbersOf(last[0]) as Record<'W1' | 'b1' | 'W2' | 'b2', number[]>
    const score = (split: typeof data.train, i: number): number[] => {
      const x = Array.from(split.pixels.subarray(i * 6, i * 6 + 6), (pixel) => pixel / 255)
      const layer = (W: number[], b: number[], input: number[]): number[] =>
        b.map((bias, row) => input.reduce((sum, value, j) => sum + value * (W[row * input.length + j] ?? NaN), bias))
      return layer(
        W2,
        b2,
        layer(W1, b1, x).map((h) => Math.max(h, 0)),
      )
    }
    const accuracy = (split: typeof data.train): number => {
      let hits = 0
      for (let i = 0; i < split.count; i++) {
        const scores = score(split, i)
        if (scores.indexOf(Math.max(...scores)) === split.labels[i]) hits++
      }
      return hits / split.count
    }
    expect(of('done')[0]?.seeds).toEqual([
      {
        seed: 5,
        status: 'done',
        testAccuracy: accuracy(data.test),
        trainAccuracy: accuracy(data.train),
        validationAccuracy: null,
        epoch: 2,
        epochs: 2,
        atChance: false,
        reason: null,
      },
    ])
  })

  it('evaluates only what was asked for', async () => {
    const off = await told(
      tinyTask(tinyExperiment('backprop', { training: { evaluateTrain: 'off', evaluateTest: 5 } })),
    )
    for (const { trainAccuracy, testAccuracy } of off.of('epoch')) {
      expect(trainAccuracy).toBeNull()
      // A share of five samples.
      expect((testAccuracy ?? NaN) * 5).toBeCloseTo(Math.round((testAccuracy ?? NaN) * 5), 12)
    }
    expect(off.of('done')[0]?.trainAccuracy).toBeNull()
    const all = await told(tinyTask(tinyExperiment('backprop')))
    expect(numbersOf(off.last[0]), 'evaluating must not touch training').toEqual(numbersOf(all.last[0]))
  })

  it('does not shuffle when told not to', async () => {
    const settings = { optimiser: 'sgd', momentum: 0 }
    const still = tinyExperiment('backprop', {
      settings,
      training: { shuffle: false, batchSize: TRAIN_COUNT, epochs: 1 },
    })
    const turned = { ...still, training: { ...still.training, shuffle: true } }
    const a = numbersOf((await told(tinyTask(still))).last[0])['W1'] ?? []
    const b = numbersOf((await told(tinyTask(turned))).last[0])['W1'] ?? []
    // One batch of everything: the order only moves rounding.
    expect(a.length).toBe(30)
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i] ?? NaN, 12)
    })
    const small = { ...still, training: { ...still.training, batchSize: 4 } }
    const smallTurned = { ...small, training: { ...small.training, shuffle: true } }
    expect(numbersOf((await told(tinyTask(small))).last[0])).not.toEqual(
      numbersOf((await told(tinyTask(smallTurned))).last[0]),
    )
  })
})
