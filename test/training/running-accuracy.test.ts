import { describe, expect, it } from 'vitest'
import { RunningAccuracy } from '../../src-main/training/running-accuracy.ts'
import { BATCHES_PER_EPOCH, Clock, tinyExperiment, tinyTask, told, TRAIN_COUNT } from './tiny.ts'

/** One epoch of so many batches of ten samples, one hit each, all of `ms`: where windows ended, and what they held. */
function epoch(running: RunningAccuracy, batches: number, ms: number): { at: number; samples: number }[] {
  const ended: { at: number; samples: number }[] = []
  for (let at = 1; at <= batches; at++) {
    const window = running.note({ batches: 1, hits: [1, 2], samples: 10, ms, batchInEpoch: at })
    if (window === null) continue
    expect(window.hits).toEqual([window.samples / 10, window.samples / 5])
    ended.push({ at, samples: window.samples })
  }
  return ended
}

describe('windows', () => {
  it('end at multiples of their length and with the epoch, and leave no sample out', () => {
    const ended = epoch(new RunningAccuracy(500), 500, 40)
    // A quarter of a second is eight batches of 40 ms, and a second is 32; those begin where both can.
    const soon = Array.from({ length: 10 }, (_, i) => 8 * (i + 1))
    expect(ended.map(({ at }) => at)).toEqual([...soon, ...Array.from({ length: 12 }, (_, i) => 128 + 32 * i), 500])
    expect(ended.reduce((sum, { samples }) => sum + samples, 0)).toBe(5000)
  })

  it('are told at most two hundred times an epoch however slow it is, after a few that come at once', () => {
    const running = new RunningAccuracy(10_000)
    const first = epoch(running, 10_000, 2000)
    expect(first.slice(0, 10).map(({ at }) => at)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(epoch(running, 10_000, 2000).length).toBeLessThanOrEqual(200)
  })

  it('of epochs shorter than a second are the epochs', () => {
    const running = new RunningAccuracy(100)
    for (let i = 0; i < 5; i++) expect(epoch(running, 100, 1)).toEqual([{ at: 100, samples: 1000 }])
  })

  it('stand where those of a slower run do, and grow shorter when it slows down', () => {
    const running = new RunningAccuracy(4000)
    const places = (of: RunningAccuracy, ms: number): Set<number> =>
      // After the first, which come soon and are many.
      new Set(epoch(of, 4000, ms).flatMap(({ at }) => (at > 1000 ? [at] : [])))
    const quick = places(running, 5)
    const slower = places(new RunningAccuracy(4000), 9)
    expect(slower.size).toBeGreaterThan(quick.size)
    expect(quick.isSubsetOf(slower)).toBe(true)
    const slow = epoch(running, 4000, 500).map(({ at }) => at)
    // Of 32 batches: half as many would be more than two hundred an epoch.
    expect(slow.slice(-3)).toEqual([3936, 3968, 4000])
  })

  it('bound the chunks that they are made of', () => {
    const running = new RunningAccuracy(64)
    expect(running.batchesLeft(0)).toBe(1)
    epoch(running, 8, 100)
    // 100 ms each: four last longer than a quarter of a second, two do not.
    expect([8, 9, 11].map((at) => running.batchesLeft(at))).toEqual([4, 3, 1])
  })
})

describe('a run', () => {
  it('tells it before the first epoch ends, of every seed, and of every sample once', async () => {
    const clock = new Clock()
    const experiment = tinyExperiment('corinfomax', { seeds: [0, 7] })
    const now = (): number => (clock.ms += 1000)
    const { events, of } = await told(tinyTask(experiment, { now }))
    const first = events.findIndex(({ kind }) => kind === 'epoch')
    const before = events.slice(0, first).filter((event) => event.kind === 'batches')
    expect(before.map(({ seed, batch, epochs, samples }) => ({ seed, batch, epochs, samples }))).toEqual(
      Array.from({ length: BATCHES_PER_EPOCH }, (_, i) =>
        [0, 7].map((seed) => ({
          ...{ seed, batch: i + 1, epochs: (i + 1) / BATCHES_PER_EPOCH },
          samples: i + 1 === BATCHES_PER_EPOCH ? 3 : 4,
        })),
      ).flat(),
    )
    const ofOne = of('batches').filter(({ seed }) => seed === 7)
    expect(ofOne.reduce((sum, { samples }) => sum + samples, 0)).toBe(2 * TRAIN_COUNT)
    for (const { accuracy, samples } of ofOne)
      expect(Number.isInteger(Math.round(accuracy * samples * 1e9) / 1e9)).toBe(true)
  })

  it('that learns nothing tells what an evaluation of the samples would', async () => {
    // Too small for any weight in float32 to move.
    const settings = { learningRate: 1e-30, optimiser: 'sgd', momentum: 0, weightDecay: 0 }
    const { of } = await told(
      tinyTask(tinyExperiment('backprop', { settings, precision: 'float32', training: { epochs: 1 } })),
    )
    for (const { seed, accuracy, samples } of of('batches')) {
      expect(samples).toBe(TRAIN_COUNT)
      expect(accuracy).toBe(of('epoch').find((epoch) => epoch.seed === seed)?.trainAccuracy)
    }
    expect(of('batches').length).toBe(2)
  })
})
