// PEPITA: what the authors' code learns on the same weights, its definition by loops with biases and the squared error, and
// what its update is in a linear network. In float64 on the reference engine.
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src-main/engines/engine.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import { Generator } from '../../src-main/program/random.ts'
import { ruleNamed } from '../../src-main/rules/index.ts'
import theirs from './pepita.json' with { type: 'json' }
import { batch, BATCH, compiledWith, started } from './small-network.ts'
import { apart, gradients, of, sameNetwork, type Weights } from './small-perceptron.ts'

const widths = [5, 7, 6, 3]
const L = 3
const n = (k: number): number => widths[k] as number
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const total = (values: readonly number[]): number => values.reduce((all, v) => all + v, 0)
/** A v of rows × v.length. */
const applied = (A: ArrayLike<number>, v: readonly number[]): number[] =>
  range(A.length / v.length).map((i) => total(v.map((value, j) => (A[i * v.length + j] as number) * value)))
/** Aᵀ v of v.length × columns. */
const transposed = (A: ArrayLike<number>, v: readonly number[]): number[] => {
  const columns = A.length / v.length
  return range(columns).map((j) => total(v.map((value, i) => (A[i * columns + j] as number) * value)))
}

/** a_0 … a_L by loops, the output linear. */
function forward(weights: Weights, x: readonly number[]): number[][] {
  const a = [[...x]]
  for (let k = 1; k <= L; k++)
    a.push(
      applied(of(weights, `W${k}`), a[k - 1] as number[]).map((h, i) => {
        const driven = h + (of(weights, `b${k}`)[i] as number)
        return k < L ? Math.max(driven, 0) : driven
      }),
    )
  return a
}

/** The samples that `gradients` learns from. */
async function samples(): Promise<{ x: number[]; y: number[] }[]> {
  const { session, x, y } = await started(compiledWith('pepita', {}, widths), 17)
  session.close()
  return range(BATCH).map((i) => ({
    x: Array.from(x.slice(i * n(0), (i + 1) * n(0))),
    y: Array.from(y.slice(i * n(L), (i + 1) * n(L))),
  }))
}

/** W and b of `sameNetwork`, each passed through `each`, and F of that size; `put` writes them, `putWeights` all but F. */
function network(size: number, each = (v: number): number => v) {
  const weights = new Map<string, Float64Array>()
  const F = drawInitial({ kind: 'uniform', bound: size }, [n(L), n(0)], Generator.seeded(8))
  const putWeights = sameNetwork(widths, (session, drawn) => {
    for (const [name, values] of drawn) {
      weights.set(name, values.map(each))
      session.write(name, 0, values.map(each))
    }
  })
  const put = (session: Session): void => {
    putWeights(session)
    session.write('F1', 0, F)
  }
  return { weights, F, put, putWeights }
}

describe(`against the authors' code, ${theirs.commit.slice(0, 7)} (NumPy ${theirs.versions.numpy})`, () => {
  test.each(theirs.cases)(
    'three batches with momentum, F times $stretch',
    async ({ weights, feedback, x, labels, learned }) => {
      const given = { learningRate: theirs.rate, momentum: theirs.momentum, stepFactor: 1 }
      const compiled = compiledWith('pepita', given, theirs.widths)
      const session = await reference.open(compiled, { replicas: 1, precision: 'float64' })
      const data = {
        ...{ count: x.length, features: n(0), classes: n(L), image: null, scaling: { scale: [1], offset: [0] } },
        ...{ pixels: Float32Array.from(x.flat()), labels: Uint8Array.from(labels) },
      }
      session.bind({ train: data, test: data })
      for (const { name, shape, initial } of compiled.program.parameters)
        session.write(name, 0, drawInitial(initial, shape, Generator.seeded(1)))
      for (const [name, rows] of Object.entries(weights)) session.write(name, 0, Float64Array.from(rows.flat()))
      session.write('F1', 0, Float64Array.from(feedback.flat()))
      for (let step = 0; step < theirs.batches; step++) {
        // Theirs has no biases.
        for (const k of [1, 2, 3]) session.write(`b${k}`, 0, new Float64Array(n(k)))
        const rows = Uint32Array.from({ length: theirs.batch }, (_, i) => step * theirs.batch + i)
        await batch(session, compiled, rows, 1, { epoch: 0, batch: step })
      }
      for (const [name, rows] of Object.entries(learned)) {
        const found = Array.from(await session.read(name, 0))
        expect(apart(found, rows.flat()), name).toBeLessThan(1e-13)
        const before = (weights as Record<string, number[][]>)[name]?.flat() ?? []
        expect(apart(found, before), name).toBeGreaterThan(1e-2)
      }
      session.close()
    },
  )
})

describe('PEPITA', () => {
  test('with biases and the squared error is its definition, by loops', async () => {
    const { weights, F, put } = network(0.8)
    const found = await gradients('pepita', { criterion: 'squared-error' }, widths, put)
    const each = (await samples()).map(({ x, y }) => {
      const first = forward(weights, x)
      const added = transposed(
        F,
        (first[L] as number[]).map((v, c) => v - (y[c] as number)),
      )
      const second = forward(
        weights,
        x.map((v, i) => v + (added[i] as number)),
      )
      const error = first.map((a, k) =>
        a.map((v, i) =>
          k < L ? v - (second[k]?.[i] ?? NaN) : (2 / n(L)) * ((second[L]?.[i] ?? NaN) - (y[i] as number)),
        ),
      )
      return { error, second }
    })
    for (let k = 1; k <= L; k++) {
      const W = range(n(k) * n(k - 1)).map(
        (at) =>
          total(
            each.map(
              ({ error, second }) =>
                (error[k]?.[Math.floor(at / n(k - 1))] ?? NaN) * (second[k - 1]?.[at % n(k - 1)] ?? NaN),
            ),
          ) / BATCH,
      )
      const b = range(n(k)).map((i) => total(each.map(({ error }) => error[k]?.[i] ?? NaN)) / BATCH)
      expect(apart(found.get(`W${k}`), W), `W${k}`).toBeLessThan(1e-14)
      expect(apart(found.get(`b${k}`), b), `b${k}`).toBeLessThan(1e-14)
      expect(Math.max(...W.map(Math.abs)), `W${k}`).toBeGreaterThan(1e-3)
    }
  })

  // All units on in both passes: a_k − a′_k = −W_k ⋯ W_1 Fᵀ ε.
  test('in a linear network is the error through the weights below, and tends to direct feedback alignment', async () => {
    const off: number[] = []
    for (const size of [1e-2, 1e-3, 1e-4]) {
      const { weights, F, put, putWeights } = network(size, (v) => Math.abs(v) + 0.01)
      const found = await gradients('pepita', {}, widths, put)
      const each = (await samples()).map(({ x, y }) => {
        const output = forward(weights, x)[L] as number[]
        const sum = total(output.map(Math.exp))
        const added = transposed(
          F,
          output.map((v, c) => Math.exp(v) / sum - (y[c] as number)),
        )
        const moved = [added]
        for (let k = 1; k < L; k++) moved.push(applied(of(weights, `W${k}`), moved[k - 1] as number[]))
        return {
          moved,
          second: forward(
            weights,
            x.map((v, i) => v + (added[i] as number)),
          ),
        }
      })
      for (let k = 1; k < L; k++) {
        const W = range(n(k) * n(k - 1)).map(
          (at) =>
            total(
              each.map(
                ({ moved, second }) =>
                  -(moved[k]?.[Math.floor(at / n(k - 1))] ?? NaN) * (second[k - 1]?.[at % n(k - 1)] ?? NaN),
              ),
            ) / BATCH,
        )
        expect(apart(found.get(`W${k}`), W), `W${k}, F ${size}`).toBeLessThan(1e-14)
      }
      // F_{k+1} = −(W_k ⋯ W_1 Fᵀ)ᵀ, n_L × n_k: a row is what one class's error becomes.
      const direct = await gradients('direct-feedback-alignment', { criterion: 'cross-entropy' }, widths, (session) => {
        putWeights(session)
        for (let k = 1; k < L; k++) {
          const rows = range(n(L)).flatMap((c) => {
            let row = Array.from(F).slice(c * n(0), (c + 1) * n(0))
            for (let below = 1; below <= k; below++) row = applied(of(weights, `W${below}`), row)
            return row.map((v) => -v)
          })
          session.write(`F${k + 1}`, 0, Float64Array.from(rows))
        }
      })
      const largest = Math.max(...(direct.get('W1') ?? []).map(Math.abs))
      off.push(apart(found.get('W1'), direct.get('W1')) / largest)
    }
    // First order in F.
    expect(off[0]).toBeLessThan(0.1)
    expect((off[1] as number) / (off[0] as number)).toBeCloseTo(0.1, 2)
    expect((off[2] as number) / (off[1] as number)).toBeCloseTo(0.1, 3)
  })

  test('its alignment is the angle to the product of all weights', async () => {
    const rule = ruleNamed('pepita')
    const stored: Record<string, number[]> = { W1: [1, 0, 0, 2], W2: [3, 1, 0, 4], F1: [-3, -2, 0, -8] }
    const taken = await rule?.measures[0]?.take({}, [2, 2, 2], {
      ...{ batches: 1, measurement: () => [] },
      parameter: (name) => Promise.resolve(stored[name] ?? []),
      classified: () => {
        throw new Error('the test set is not asked for')
      },
    })
    // W2 W1 = (3 2; 0 8).
    expect(taken?.map(({ series }) => series)).toEqual(['input'])
    expect(taken?.[0]?.value).toBeCloseTo(180, 5)
  })
})
