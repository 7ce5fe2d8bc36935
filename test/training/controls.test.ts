/** Stop and pause: looked at between chunks, and a chunk is short. */
import { describe, expect, it } from 'vitest'
import type { BatchPlan, Engine, EvaluationPlan } from '../../src-main/engines/engine.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { Clock, numbersOf, tinyData, tinyExperiment, tinyTask, told } from './tiny.ts'

/** The reference engine on a clock: each batch trained and each sample evaluated takes so long. What it was asked is kept. */
function timed(
  clock: Clock,
  batchMs: number,
  sampleMs: number,
): { engine: Engine; chunks: number[]; pieces: number[] } {
  const chunks: number[] = []
  const pieces: number[] = []
  const engine: Engine = {
    name: 'reference',
    available: () => reference.available(),
    async open(compiled, options) {
      const session = await reference.open(compiled, options)
      return {
        engine: session.engine,
        device: session.device,
        bind: (data) => {
          session.bind(data)
        },
        write: (name, replica, values) => {
          session.write(name, replica, values)
        },
        read: (name, replica) => session.read(name, replica),
        predict: (plan) => session.predict(plan),
        close: () => {
          session.close()
        },
        train(plan: BatchPlan) {
          chunks.push(plan.batches * batchMs)
          clock.ms += plan.batches * batchMs
          return session.train(plan)
        },
        evaluate(plan: EvaluationPlan) {
          const ms = (plan.samples?.length ?? 0) * sampleMs
          pieces.push(ms)
          clock.ms += ms
          return session.evaluate(plan)
        },
      }
    },
  }
  return { engine, chunks, pieces }
}

describe('a chunk', () => {
  it.each([0.5, 3, 40])(
    'is at most 150 ms long when a batch takes %d ms, and at least 80 once the pace is known',
    async (batchMs) => {
      const clock = new Clock()
      const { engine, chunks } = timed(clock, batchMs, 0)
      const training = { epochs: 1, batchSize: 1, evaluateTrain: 'off', evaluateTest: 'off' } as const
      const experiment = tinyExperiment('backprop', { seeds: [0], training })
      await told(tinyTask(experiment, { engine, now: clock.now, data: tinyData(600) }))
      expect(Math.max(...chunks)).toBeLessThanOrEqual(150)
      // The first two find the pace (less than a millisecond is not trusted), the last is what is left.
      for (const chunk of chunks.slice(2, -1)) expect(chunk).toBeGreaterThanOrEqual(80)
      expect(chunks.reduce((sum, chunk) => sum + chunk, 0)).toBeCloseTo(600 * batchMs, 6)
    },
  )

  it('is one batch when a batch takes longer than that', async () => {
    const clock = new Clock()
    const { engine, chunks } = timed(clock, 900, 0)
    await told(tinyTask(tinyExperiment('backprop', { seeds: [0] }), { engine, now: clock.now }))
    expect(new Set(chunks)).toEqual(new Set([900]))
  })

  it.each([0.05, 2, 7])('of an evaluation is at most 150 ms long when a sample takes %d ms', async (sampleMs) => {
    const clock = new Clock()
    const { engine, pieces } = timed(clock, 1, sampleMs)
    const experiment = tinyExperiment('backprop', { seeds: [0], training: { epochs: 1, batchSize: 50 } })
    const { of } = await told(tinyTask(experiment, { engine, now: clock.now, data: tinyData(5000) }))
    expect(Math.max(...pieces)).toBeLessThanOrEqual(150)
    const heard = of('progress').filter(({ phase }) => phase === 'evaluating')
    expect(heard.length, 'a sign of life after each').toBeGreaterThanOrEqual(pieces.length)
    expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBeCloseTo(5012 * sampleMs, 4)
  })

  it('writes a checkpoint within an epoch about every minute', async () => {
    const clock = new Clock()
    const { engine } = timed(clock, 25_000, 0)
    const { of } = await told(
      tinyTask(tinyExperiment('backprop', { training: { epochs: 1 } }), { engine, now: clock.now }),
    )
    // Batches end at 25, 50, 75, … s: due after the third and the sixth; the last is the result.
    expect(of('checkpoint').map(({ epoch, batch }) => [epoch, batch])).toEqual([
      [0, 3],
      [0, 6],
      [1, 6],
    ])
  })
})

describe('stop', () => {
  it('is answered after the chunk that runs: a checkpoint, then stopped, and nothing else', async () => {
    const clock = new Clock()
    const { engine, chunks } = timed(clock, 200, 0)
    let chunksAtStop = -1
    const { events, states } = await told(
      tinyTask(tinyExperiment('corinfomax'), { engine, now: clock.now }),
      (event, controls) => {
        if (event.kind !== 'progress' || event.batch !== 2 || chunksAtStop >= 0) return
        chunksAtStop = chunks.length
        controls.stop()
      },
    )
    expect(chunks.length).toBe(chunksAtStop)
    expect(events.slice(-2)).toEqual([
      { kind: 'checkpoint', epoch: 0, batch: 2 },
      { kind: 'stopped', folder: 'nowhere', epoch: 0, batch: 2 },
    ])
    expect(states.length).toBe(1)
    expect(events.some(({ kind }) => kind === 'done')).toBe(false)
  })

  it('is answered in the middle of an evaluation, which is then done again', async () => {
    const clock = new Clock()
    const { engine, pieces } = timed(clock, 1, 30)
    const experiment = tinyExperiment('backprop', { training: { epochs: 1 } })
    let evaluating = 0
    const { last, events, of } = await told(tinyTask(experiment, { engine, now: clock.now }), (event, controls) => {
      if (event.kind === 'progress' && event.phase === 'evaluating' && ++evaluating === 3) controls.stop()
    })
    expect(pieces.length).toBe(2)
    expect(of('epoch')).toEqual([])
    expect(events.at(-1)).toEqual({ kind: 'stopped', folder: 'nowhere', epoch: 0, batch: 6 })

    const whole = await told(tinyTask(experiment))
    const again = await told(tinyTask(experiment, { from: last }))
    expect(again.of('done')[0]?.seeds).toEqual(whole.of('done')[0]?.seeds)
  })

  it('before the first batch leaves a checkpoint of the beginning', async () => {
    const { last, events } = await told(tinyTask(tinyExperiment('backprop')), (_, controls) => {
      controls.stop()
    })
    expect(last[0]?.position).toEqual({ epoch: 0, batchInEpoch: 0, batch: 0 })
    expect(events.at(-1)?.kind).toBe('stopped')
  })
})

describe('pause', () => {
  it('waits, keeps a checkpoint, goes on, and changes nothing', async () => {
    const experiment = tinyExperiment('corinfomax')
    const whole = await told(tinyTask(experiment))
    const clock = new Clock()
    const { engine } = timed(clock, 200, 0)
    const paused = await told(tinyTask(experiment, { engine, now: clock.now }), (event, controls) => {
      if (event.kind === 'progress' && event.epoch === 1 && event.batch === 3) controls.pause()
      if (event.kind === 'paused')
        setTimeout(() => {
          clock.ms += 1e6
          controls.continue()
        }, 5)
    })
    const kinds = paused.events
      .map(({ kind }) => kind)
      .filter((kind) => ['paused', 'continued', 'checkpoint'].includes(kind))
    expect(kinds.slice(0, 3)).toEqual(['checkpoint', 'paused', 'continued'])
    expect(paused.last.map(numbersOf)).toEqual(whole.last.map(numbersOf))
    expect(paused.of('done')[0]?.seconds, 'waiting is not training').toBeLessThan(100)
  })

  it('ends with a stop', async () => {
    const { events } = await told(tinyTask(tinyExperiment('corinfomax')), (event, controls) => {
      if (event.kind === 'started') controls.pause()
      if (event.kind === 'paused')
        setTimeout(() => {
          controls.stop()
        }, 5)
    })
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'checkpoint', 'paused', 'checkpoint', 'stopped'])
  })
})
