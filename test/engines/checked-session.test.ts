// What `CheckedSession` promises for every engine, on an engine that computes nothing.
import { expect, test, vi } from 'vitest'
import { checkedOpen } from '../../src-main/engines/checked-session.ts'
import { EngineProblem, type Measured } from '../../src-main/engines/engine.ts'
import type { UncheckedSession } from '../../src-main/engines/unchecked-session.ts'
import { compile } from '../../src-main/program/compile.ts'
import { Generator } from '../../src-main/program/random.ts'
import { apply } from '../../src-main/program/words.ts'
import { randomSamples } from './trial.ts'

const program = compile('weights', [3, 2], (p) => {
  const W = p.parameter('W', [2, 3], { kind: 'identity' })
  return { train: () => undefined, predict: () => apply(W, p.x) }
})
const data = randomSamples(3, 2, 4, Generator.seeded(1))
const plan = {
  batchSize: 1,
  batches: 1,
  samples: Uint32Array.of(0),
  scalars: new Float64Array(0),
  measureBatch: null,
}
const evaluation = { split: 'test', batchSize: 2, scalars: plan.scalars, topK: [1], confusion: false } as const
const prediction = { split: 'test', samples: plan.samples, scalars: plan.scalars, replica: 0 } as const
const nothing: Measured = { measurements: [new Map()], broken: [], hits: null }

/** A session, and the engine's part of it. */
async function opened(train = async (): Promise<Measured> => nothing) {
  const inner = {
    device: 'nothing',
    bind: vi.fn(),
    write: vi.fn(),
    read: vi.fn(async () => new Float32Array(6)),
    train: vi.fn(train),
    evaluate: vi.fn(async () => []),
    predict: vi.fn(async () => new Float32Array(2)),
    close: vi.fn(),
  } satisfies UncheckedSession
  const open = checkedOpen('reference', async () => inner)
  return { session: await open(program, { replicas: 1, precision: 'float32' }), inner }
}

test('an engine is handed indices for names, whole splits for none, and its data', async () => {
  const { session, inner } = await opened()
  const bound = { train: data, test: data }
  session.bind(bound)
  session.write('W', 0, new Float32Array(6))
  expect(inner.write).toHaveBeenCalledWith(0, 0, new Float32Array(6))
  await session.train({ ...plan, measureBatch: 1 })
  expect(inner.train).toHaveBeenCalledWith(plan, bound)
  await session.evaluate({ ...evaluation, samples: null })
  expect(inner.evaluate).toHaveBeenCalledWith({ ...evaluation, samples: Uint32Array.of(0, 1, 2, 3) }, bound)
})

test('an engine never sees a request that does not fit, nor one after close', async () => {
  const { session, inner } = await opened()
  expect(() => session.write('W', 0, new Float32Array(5))).toThrow('W has 2 × 3 entries, found 5.')
  expect(() => session.write('W', 1, new Float32Array(6))).toThrow('replicas 0 to 0, not 1')
  await expect(session.evaluate({ ...evaluation, samples: null })).rejects.toThrow('call bind')
  session.bind({ train: data, test: data })
  await expect(session.predict({ ...prediction, samples: Uint32Array.of(4) })).rejects.toThrow('samples 0 to 3')
  session.close()
  session.close()
  expect(inner.close).toHaveBeenCalledOnce()
  const closed = 'The session is closed; open another.'
  expect(() => session.bind({ train: data, test: data })).toThrow(closed)
  expect(() => session.write('W', 0, new Float32Array(6))).toThrow(closed)
  await expect(session.read('W', 0)).rejects.toThrow(closed)
  await expect(session.train(plan)).rejects.toThrow(closed)
  await expect(session.evaluate({ ...evaluation, samples: null })).rejects.toThrow(closed)
  await expect(session.predict(prediction)).rejects.toThrow(closed)
  for (const method of ['write', 'read', 'train', 'evaluate', 'predict'] as const)
    expect(inner[method]).not.toHaveBeenCalled()
})

test.each([
  ['gives', async () => nothing],
  ['throws', () => Promise.reject(new Error('a buffer is gone'))],
])('what an engine %s after close is replaced by a sentence', async (_, answer) => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const { session } = await opened(async () => promise.then(answer))
  session.bind({ train: data, test: data })
  const training = session.train(plan)
  session.close()
  resolve(undefined)
  await expect(training).rejects.toThrow(EngineProblem)
  await expect(training).rejects.toThrow('closed while it trained')
})

test('an error of an open session comes through as it is', async () => {
  const error = new EngineProblem('The graphics device was lost.')
  const { session } = await opened(() => Promise.reject(error))
  session.bind({ train: data, test: data })
  await expect(session.train(plan)).rejects.toBe(error)
})
