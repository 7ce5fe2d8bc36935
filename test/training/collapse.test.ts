/** Networks that are lost: found, named, left out of the mean and never out of the list. The losses are real ones. */
import { describe, expect, it } from 'vitest'
import type { DataSet } from '../../src-main/data/data-set.ts'
import presets from '../../resources/presets.json' with { type: 'json' }
import { atChance, brokenParameter, TELLING_UPDATES } from '../../src-main/training/collapse.ts'
import { numbersOf, tinyData, tinyExperiment, tinyTask, told } from './tiny.ts'

/** What is compared of an entry in resources/presets.json. */
interface StoredPreset {
  readonly dataset: string
  readonly batchSize: number
  /** Setting, seeds, mean test accuracy after epochs 1, 2, … */
  readonly early: readonly (readonly [number, number, readonly number[]])[]
  /** Setting, mean after the last epoch. */
  readonly published: readonly (readonly [number, number])[]
}

/** Every sample the same: whatever is learned, one class is named for all. */
function featureless(): DataSet {
  const data = tinyData(60)
  data.train.pixels.fill(100)
  data.test.pixels.fill(100)
  return data
}

describe('divergence', () => {
  it('is found at the batch where numbers end, with parameter, and ends the run when nobody is left', async () => {
    const settings = { optimiser: 'sgd', momentum: 0, learningRate: 100 }
    const training = { epochs: 30, batchSize: 2 }
    const experiment = tinyExperiment('backprop', { settings, training, precision: 'float32' })
    // 100 batches an epoch, and a clock that moves a second at each look, which makes every chunk one batch long.
    let ms = 0
    const { of, events, last } = await told(tinyTask(experiment, { data: tinyData(200), now: () => (ms += 1000) }))
    const collapsed = of('collapsed')
    expect(collapsed.map(({ seed }) => seed).sort()).toEqual([0, 1])
    for (const { reason, batch, epoch } of collapsed) {
      expect(reason).toMatch(/^(W|b)[12] is not finite/)
      expect(reason).toContain(`after batch ${batch}`)
      expect([epoch, batch < 100], 'far from the end of the first epoch').toEqual([1, true])
    }
    const lost = Math.max(...collapsed.map(({ batch }) => batch))
    expect(last[0]?.position, 'it ends where the last one was lost').toEqual({
      epoch: 0,
      batchInEpoch: lost,
      batch: lost,
    })
    expect(of('epoch')).toEqual([])
    const [done] = of('done')
    expect(done?.testAccuracy).toBeNull()
    expect(done?.seeds.map(({ seed, status }) => [seed, status])).toEqual([
      [0, 'collapsed'],
      [1, 'collapsed'],
    ])
    expect(events.at(-1)?.kind).toBe('done')
  })

  it('that stays finite is found at the end of the epoch, with how far it went', async () => {
    const settings = { optimiser: 'sgd', momentum: 0, learningRate: 100 }
    const experiment = tinyExperiment('backprop', { settings, training: { epochs: 5, batchSize: 2 } })
    const { of } = await told(tinyTask(experiment))
    for (const { reason, epoch, batch } of of('collapsed')) {
      expect(reason).toMatch(/^(W|b)[12] has grown to \d\.\de\+\d+ after batch 12$/)
      expect([epoch, batch]).toEqual([1, 12])
    }
    expect(of('collapsed').length).toBe(2)
    expect(of('done')[0]?.seeds.map(({ status }) => status)).toEqual(['collapsed', 'collapsed'])
  })

  it('of one seed stops that seed alone: the others go on as if it had never been', async () => {
    const options = { seeds: [0, 1, 2], widths: [6, 20, 3], settings: { learningRate: 0.02 } }
    const experiment = tinyExperiment('backprop', { ...options, training: { epochs: 8 } })
    const healthy = await told(tinyTask(experiment))
    const begin = healthy.states[0]?.checkpoints ?? []
    const damaged = begin.map((checkpoint) =>
      checkpoint.seed !== 1
        ? checkpoint
        : {
            ...checkpoint,
            parameters: checkpoint.parameters.map((parameter) =>
              parameter.name === 'W2' ? { ...parameter, values: parameter.values.map(() => NaN) } : parameter,
            ),
          },
    )
    const { of, last } = await told(tinyTask(experiment, { from: damaged }))
    expect(of('collapsed')).toMatchObject([{ seed: 1, epoch: 2 }])
    expect(of('collapsed')[0]?.reason).toMatch(/is not finite/)
    expect(of('epoch').map(({ seed }) => seed)).toEqual(Array.from({ length: 14 }, (_, i) => (i % 2) * 2))
    expect(numbersOf(last[0])).toEqual(numbersOf(healthy.last[0]))
    expect(numbersOf(last[2])).toEqual(numbersOf(healthy.last[2]))
    const [done] = of('done')
    const [before] = healthy.of('done')
    expect(done?.seeds.map(({ status }) => status)).toEqual(['done', 'collapsed', 'done'])
    expect(done?.testAccuracy?.n).toBe(2)
    const [a, , c] = before?.seeds ?? []
    expect(done?.testAccuracy?.mean).toBeCloseTo(((a?.testAccuracy ?? NaN) + (c?.testAccuracy ?? NaN)) / 2, 12)
    expect(last[1]?.collapsed?.reason, 'kept in the checkpoint, so that a resumed run knows').toMatch(/not finite/)

    const again = await told(tinyTask(experiment, { from: last }))
    expect(again.of('done')[0]?.seeds.map(({ status }) => status)).toEqual(['done', 'collapsed', 'done'])
    expect(again.of('collapsed'), 'told once').toEqual([])
  })
})

describe('chance', () => {
  it('at the end of a short run is a result that is marked; before, a warning', async () => {
    const { of, last } = await told(tinyTask(tinyExperiment('backprop'), { data: featureless() }))
    expect(of('note').map(({ level }) => level)).toEqual(['warning', 'warning'])
    expect(of('collapsed')).toEqual([])
    expect(of('at-chance')).toMatchObject([
      { seed: 0, epoch: 2 },
      { seed: 1, epoch: 2 },
    ])
    // 60 samples in fours, twice.
    expect(of('at-chance')[0]?.reason).toMatch(/chance.*0\.333.*0\.333.*30 updates/)
    const [done] = of('done')
    expect(done?.testAccuracy).toEqual({ mean: 4 / 12, sd: 0, n: 2 })
    expect(done?.seeds[0]).toMatchObject({ status: 'done', atChance: true, testAccuracy: 4 / 12 })
    expect(last[0]?.learned).toBeNull()
  })

  it('through all of a run that is long enough to tell is a collapse, whose number is still shown', async () => {
    const training = { epochs: Math.ceil(TELLING_UPDATES / 15) }
    const { of, last } = await told(tinyTask(tinyExperiment('backprop', { training }), { data: featureless() }))
    expect(of('at-chance')).toEqual([])
    expect(of('collapsed').map(({ seed, epoch }) => [seed, epoch])).toEqual([
      [0, training.epochs],
      [1, training.epochs],
    ])
    expect(of('collapsed')[0]?.reason).toMatch(/never above chance in 2505 updates/)
    const [done] = of('done')
    expect(done?.testAccuracy).toEqual({ mean: 4 / 12, sd: 0, n: 2 })
    expect(done?.seeds[0]).toMatchObject({ status: 'collapsed', atChance: false, testAccuracy: 4 / 12 })
    expect(last[0]?.collapsed, 'it was trained to the end').toBeNull()
  })

  it('after having been above it is a collapse, however short, also across a resume', async () => {
    const training = { epochs: 8 }
    const options = { widths: [6, 20, 3], settings: { learningRate: 0.02 }, training }
    const healthy = await told(tinyTask(tinyExperiment('backprop', options)))
    expect(healthy.of('done')[0]?.seeds.map(({ status, atChance }) => [status, atChance])).toEqual([
      ['done', false],
      ['done', false],
    ])
    const learned = healthy.last.map((checkpoint) => checkpoint.learned)
    expect(learned).toEqual([8, 8])
    const longer = tinyExperiment('backprop', { ...options, training: { epochs: 9 } })
    const { of } = await told(tinyTask(longer, { data: featureless(), from: healthy.last }))
    expect(of('collapsed')).toMatchObject([{ epoch: 9 }, { epoch: 9 }])
    expect(of('collapsed')[0]?.reason).toMatch(/it was above chance after epoch 8/)
  })

  it('is left within the updates of one published epoch, or not at all', () => {
    /** Test samples of each set, its largest class (MNIST has 1,135 ones) and the batches of its epoch. */
    const sets: Readonly<Record<string, readonly [number, number, number]>> = {
      mnist: [10_000, 0.1135, 60_000],
      'fashion-mnist': [10_000, 0.1, 60_000],
      'cifar-10': [10_000, 0.1, 50_000],
      'cifar-100': [10_000, 0.01, 50_000],
    }
    const firsts: number[] = []
    let printed = 0
    const stuck: number[] = []
    for (const { dataset, batchSize, early, published } of presets as unknown as readonly StoredPreset[]) {
      const [samples, p, train] = sets[dataset] ?? []
      if (samples === undefined || p === undefined || train === undefined) continue
      if (early.length > 0) firsts.push(Math.ceil(train / batchSize))
      for (const [setting, , [first = NaN]] of early) {
        printed++
        if (first > p + 2.33 * Math.sqrt((p * (1 - p)) / samples)) continue
        stuck.push(...published.filter(([of]) => of === setting).map(([, mean]) => mean))
      }
    }
    expect(Math.min(...firsts)).toBe(TELLING_UPDATES)
    expect([printed, stuck.length]).toEqual([195, 6])
    expect(Math.max(...stuck)).toBeLessThan(0.1115)
  })

  const part = (
    accuracy: number,
    samples: number,
    largestClass: number,
  ): { readonly accuracy: number; readonly samples: number; readonly largestClass: number }[] => [
    { accuracy, samples, largestClass },
  ]

  it.each([
    ['exactly the largest class', 0.1, 10_000, 0.1, true],
    // 0.1 + 2.33 · √(0.1 · 0.9 / 10,000) = 0.10699
    ['within the sampling error', 0.1069, 10_000, 0.1, true],
    ['just above it', 0.1071, 10_000, 0.1, false],
    ['the same share of few samples', 0.25, 20, 0.1, true],
    ['far above', 0.7, 20, 0.1, false],
    ['a lopsided set, always its largest class', 0.6, 1000, 0.6, true],
  ])('%s', (_, accuracy, samples, largest, chance) => {
    expect(atChance({ train: null, test: part(accuracy, samples, largest) }, 0) !== null).toBe(chance)
  })

  it('needs every split to be at chance, and one at least', () => {
    expect(atChance({ train: part(0.9, 1000, 0.1), test: part(0.1, 1000, 0.1) }, 0)).toBeNull()
    expect(atChance({ train: part(0.1, 1000, 0.1), test: part(0.1, 1000, 0.1) }, 0)).toMatch(/chance/)
    expect(atChance({ train: null, test: null }, 0)).toBeNull()
  })
})

describe('a parameter', () => {
  const saved = (...values: number[]): Parameters<typeof brokenParameter>[0] => [
    { name: 'W1', shape: [1, 2], role: 'weight', values: Float64Array.of(1, -2) },
    { name: 'W2', shape: [1, values.length], role: 'weight', values: Float64Array.from(values) },
  ]
  it.each([
    [[0, -50], null],
    [[0, NaN], 'W2 is not finite'],
    [[-Infinity, 0], 'W2 is not finite'],
    [[0, -1e9], 'W2 has grown to 1.0e+9'],
  ])('%j', (values, sentence) => {
    expect(brokenParameter(saved(...values))).toBe(sentence)
  })
})
