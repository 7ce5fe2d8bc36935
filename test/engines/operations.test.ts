// Each operation on each engine, with expectations worked out by hand or from another formula.
import { describe, expect, test } from 'vitest'
import type { Samples } from '../../src-main/data/data-set.ts'
import type { Numbers } from '../../src-main/engines/engine.ts'
import type { MapName } from '../../src-main/program/activations.ts'
import { compile } from '../../src-main/program/compile.ts'
import type { Tracer, Value } from '../../src-main/program/trace.ts'
import {
  apply,
  applyTransposed,
  difference,
  divide,
  map,
  mean,
  meanOverBatch,
  multiply,
  outer,
  outerSum,
  softmax,
  sum,
  sumOverBatch,
  sumOverUnits,
  total,
} from '../../src-main/program/words.ts'
import { presentEngines } from './trial.ts'

/** Three samples of two features, and one-hot targets of two classes. */
const X = [
  [1, 2],
  [3, 4],
  [-5, 6],
]
const LABELS = [1, 0, 1]
const DATA: Samples = {
  count: 3,
  features: 2,
  pixels: Float32Array.from(X.flat()),
  labels: Uint8Array.from(LABELS),
  classes: 2,
  image: null,
  scaling: { scale: [1], offset: [0] },
}

for (const engine of presentEngines)
  describe(engine.name, () => {
    /** What `value` is on one batch of the three samples, with W = [[1, 10], [100, 1000], [2, -2]] at hand. */
    async function computed(describeValue: (p: Tracer, W: Value) => Value): Promise<number[]> {
      const compiled = compile(
        'operation',
        [2, 2],
        (p) => {
          const W = p.parameter('W', [3, 2], { kind: 'constant', value: 0 })
          return { train: () => p.measure('value', describeValue(p, W.current)), predict: () => p.x }
        },
        ['value'],
      )
      const session = await engine.open(compiled, { replicas: 1, precision: 'float32' })
      session.bind({ train: DATA, test: DATA })
      if (compiled.program.parameters.length > 0) session.write('W', 0, Float32Array.of(1, 10, 100, 1000, 2, -2))
      const { measurements } = await session.train({
        batchSize: 3,
        batches: 1,
        samples: Uint32Array.of(0, 1, 2),
        scalars: new Float64Array(compiled.program.scalarCount),
        measureBatch: 0,
      })
      session.close()
      return Array.from(measurements[0]?.get('value') ?? [])
    }

    test('samples and one-hot targets', async () => {
      expect(await computed((p) => p.x)).toEqual([1, 2, 3, 4, -5, 6])
      expect(await computed((p) => p.y)).toEqual([0, 1, 1, 0, 0, 1])
    })

    test('W r', async () => {
      // Sample (1, 2): 1·1 + 10·2, 100·1 + 1000·2, 2·1 − 2·2.
      expect(await computed((p, W) => apply(W, p.x))).toEqual([21, 2100, -2, 43, 4300, -2, 55, 5500, -22])
    })

    test('Wᵀ e', async () => {
      // e = W x has three entries per sample: (1·21 + 100·2100 + 2·(−2), 10·21 + 1000·2100 − 2·(−2)), …
      expect(await computed((p, W) => applyTransposed(W, apply(W, p.x)))).toEqual([
        210017, 2100214, 430039, 4300434, 550011, 5500594,
      ])
    })

    test('outer products over the batch', async () => {
      // Σ x yᵀ: the second target's column collects samples 0 and 2, the first's sample 1.
      expect(await computed((p) => outerSum(p.x, p.y))).toEqual([3, -4, 4, 8])
      const thirds = await computed((p) => outer(p.x, p.y))
      expect(thirds.map((v) => v * 3)).toEqual([3, -4, 4, 8].map((v) => expect.closeTo(v, 5) as number))
    })

    test('sums stretch rows and columns of 1', async () => {
      // x + 10·(one number a sample) + 100·(one a unit) + 1000·(one for all)
      const got = await computed((p) =>
        sum([1, p.x], [10, sumOverUnits(p.x)], [100, sumOverBatch(p.x)], [1000, total(p.x)]),
      )
      // Sums over units 3, 7, 1; over the batch −1, 12; of all 11.
      expect(got).toEqual([
        1 + 30 - 100 + 11000,
        2 + 30 + 1200 + 11000,
        3 + 70 - 100 + 11000,
        4 + 70 + 1200 + 11000,
        -5 + 10 - 100 + 11000,
        6 + 10 + 1200 + 11000,
      ])
    })

    test('a sum that only subtracts', async () => {
      expect(await computed((p) => sum([-1, p.x], [-1, p.y]))).toEqual([-1, -3, -4, -4, 5, -7])
    })

    test('products and quotients entry by entry', async () => {
      expect(await computed((p) => multiply(p.x, sumOverUnits(p.x)))).toEqual([3, 6, 21, 28, -5, 6])
      expect(await computed((p) => divide(p.x, sum([1, sumOverBatch(map('absolute', p.x))])))).toEqual(
        [1 / 9, 2 / 12, 3 / 9, 4 / 12, -5 / 9, 6 / 12].map((v) => expect.closeTo(v, 6) as number),
      )
    })

    test('means', async () => {
      expect(await computed((p) => meanOverBatch(p.x))).toEqual([-1 / 3, 4].map((v) => expect.closeTo(v, 6) as number))
      expect(await computed((p) => mean(p.x))).toEqual([expect.closeTo(11 / 6, 6)])
    })

    test('softmax, also of large numbers', async () => {
      const got = await computed((p) => softmax(sum([300, p.x])))
      // 300·(2 − 1) = 300 apart: the larger takes all, and nothing overflows.
      expect(got).toEqual([0, 1, 0, 1, 0, 1].map((v) => expect.closeTo(v, 6) as number))
      const even = await computed((p) => softmax(p.x))
      // 1/(1 + e^{1}) and its complement for the first two samples.
      expect(even.slice(0, 4)).toEqual(
        [0.26894142, 0.73105858, 0.26894142, 0.73105858].map((v) => expect.closeTo(v, 6) as number),
      )
    })

    test('a repeat carries its states, all at once', async () => {
      // (a, b) ← (b, a + b) from (x, y), three times: a = x + 2y… Fibonacci: a₃ = x + 2y.
      const got = await computed((p) => {
        const a = p.state('a', p.x)
        const b = p.state('b', p.y)
        p.repeat(3, () => {
          const old = a.current
          a.become(b)
          b.become(sum([1, old], [1, b]))
        })
        return a.current
      })
      expect(got).toEqual([1, 4, 5, 4, -5, 8])
    })

    test('states that change places', async () => {
      const got = await computed((p) => {
        const a = p.state('a', p.x)
        const b = p.state('b', p.y)
        p.repeat(5, () => {
          const old = a.current
          a.become(b)
          b.become(old)
        })
        return difference(a, b)
      })
      expect(got).toEqual([0 - 1, 1 - 2, 1 - 3, 0 - 4, 0 + 5, 1 - 6])
    })

    test.each([
      ['hardSigmoid', [0, 0, 0, 0.25, 1, 1]],
      ['relu', [0, 0, 0, 0.25, 1, 3]],
      ['reluSlope', [0, 0, 0, 1, 1, 1]],
      ['hardSigmoidSlope', [0, 0, 0, 1, 0, 0]],
      ['absolute', [2, 0.5, 0, 0.25, 1, 3]],
      ['square', [4, 0.25, 0, 0.0625, 1, 9]],
    ] as const)('%s', async (name, want) => {
      expect(await mapped(name, [-2, -0.5, 0, 0.25, 1, 3])).toEqual(want)
    })

    test.each(['hardSigmoid', 'relu', 'reluSlope', 'hardSigmoidSlope', 'tanh', 'square', 'sigmoid'] as const)(
      '%s keeps NaN',
      async (name) => {
        const got = await mapped(name, [NaN, 0.5, NaN, -3, 2, NaN])
        expect(got.map(Number.isNaN)).toEqual([true, false, true, false, false, true])
      },
    )

    async function mapped(name: MapName, values: readonly number[]): Promise<number[]> {
      const compiled = compile('map', [6, 6], (p) => ({ train: () => undefined, predict: () => map(name, p.x) }))
      const session = await engine.open(compiled, { replicas: 1, precision: 'float32' })
      const data = {
        ...DATA,
        count: 1,
        features: 6,
        classes: 6,
        pixels: Float32Array.from(values),
        labels: new Uint8Array(1),
      }
      session.bind({ train: data, test: data })
      const scores: Numbers = await session.predict({
        split: 'train',
        samples: Uint32Array.of(0),
        scalars: new Float64Array(0),
        replica: 0,
      })
      session.close()
      return Array.from(scores, (v) => v + 0)
    }

    test('updates read the parameters as they were, and two may change places', async () => {
      const compiled = compile('swap', [2, 2], (p) => {
        const A = p.parameter('A', [2, 2], { kind: 'identity' })
        const B = p.parameter('B', [2, 2], { kind: 'identity' })
        return {
          train() {
            const old = A.current
            A.become(B)
            B.become(old)
          },
          predict: () => apply(A, p.x),
        }
      })
      const session = await engine.open(compiled, { replicas: 1, precision: 'float32' })
      session.bind({ train: DATA, test: DATA })
      session.write('A', 0, Float32Array.of(1, 2, 3, 4))
      session.write('B', 0, Float32Array.of(5, 6, 7, 8))
      const plan = { batchSize: 1, batches: 3, samples: Uint32Array.of(0, 1, 2), scalars: new Float64Array(0) }
      await session.train({ ...plan, measureBatch: null })
      expect(Array.from(await session.read('A', 0))).toEqual([5, 6, 7, 8])
      expect(Array.from(await session.read('B', 0))).toEqual([1, 2, 3, 4])
      session.close()
    })
  })
