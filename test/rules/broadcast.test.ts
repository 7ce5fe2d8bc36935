// Error broadcast and decorrelation: its update is steepest descent of what it says it lowers, its correlations are the
// running average in closed form, and they vanish where theory says that errors are orthogonal. In float64.
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src-main/engines/engine.ts'
import { ruleNamed } from '../../src-main/rules/index.ts'
import { batch, BATCH, compiledWith, started } from './small-network.ts'
import { apart, gradients, of, sameNetwork, type Weights } from './small-perceptron.ts'

const widths = [5, 7, 6, 3]
const [L, classes] = [3, 3]
const n = (k: number): number => widths[k] as number
const layersBelow = [1, 2]
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const total = (values: readonly number[]): number => values.reduce((all, v) => all + v, 0)

/** a_0 … a_L of every sample, by loops. */
function forward(weights: Weights, x: ArrayLike<number>): number[][][] {
  return range(BATCH).map((sample) => {
    const a = [range(n(0)).map((i) => x[sample * n(0) + i] as number)]
    for (let k = 1; k <= L; k++)
      a.push(
        range(n(k)).map((i) => {
          const h =
            (of(weights, `b${k}`)[i] as number) +
            total(
              range(n(k - 1)).map((j) => (of(weights, `W${k}`)[i * n(k - 1) + j] as number) * (a[k - 1]?.[j] ?? NaN)),
            )
          return k === L ? h : Math.max(h, 0)
        }),
      )
    return a
  })
}

/** Output, or its softmax, minus label. */
function errors(criterion: string, outputs: readonly (readonly number[])[], y: ArrayLike<number>): number[][] {
  return outputs.map((output, sample) => {
    const sum = total(output.map(Math.exp))
    return output.map(
      (v, c) => (criterion === 'cross-entropy' ? Math.exp(v) / sum : v) - (y[sample * classes + c] as number),
    )
  })
}

/** ⟨a_k εᵀ⟩, row by row. */
const correlation = (k: number, a: readonly (readonly number[][])[], ε: readonly (readonly number[])[]): number[] =>
  range(n(k) * classes).map(
    (at) =>
      total(a.map((of, sample) => (of[k]?.[Math.floor(at / classes)] ?? NaN) * (ε[sample]?.[at % classes] ?? NaN))) /
      BATCH,
  )

const putAt =
  (weights: Weights) =>
  (session: Session): void => {
    for (const [name, values] of weights) session.write(name, 0, values)
  }

describe('error broadcast and decorrelation', () => {
  test.each([
    { criterion: 'squared-error', powerRate: 0 },
    { criterion: 'squared-error', powerRate: 0.7 },
    { criterion: 'cross-entropy', powerRate: 0.3 },
  ])(
    'descends J/(1 − λ) + ρ P with the errors held: $criterion, ρ = $powerRate',
    async ({ criterion, powerRate: ρ }) => {
      const [λ, p] = [0.8, 0.4]
      const given = { criterion, lambda: λ, initialCorrelation: 0.5, powerRate: ρ, power: p }
      const { initial, x, y, session } = await started(compiledWith('ebd', given, widths), 17)
      session.close()
      const found = await gradients('ebd', given, widths)
      const a = forward(initial, x)
      const ε = errors(
        criterion,
        a.map((of) => of[L] as number[]),
        y,
      )
      /** With the correlations and errors of the batch as they are, of the network with these weights. */
      const objective = (k: number, weights: Weights): number => {
        const now = forward(weights, x)
        const here = correlation(k, now, ε)
        const R = Array.from(of(initial, `R${k}`), (r, i) => λ * r + (1 - λ) * (here[i] as number))
        const power = range(n(k)).map((i) => total(now.map((of) => (of[k]?.[i] ?? NaN) ** 2)) / BATCH)
        return total(R.map((r) => r * r)) / 2 / (1 - λ) + (ρ / 4) * total(power.map((v) => (v - p) ** 2))
      }
      for (const k of layersBelow)
        for (const name of [`W${k}`, `b${k}`]) {
          const moved = (i: number, by: number): Weights =>
            new Map(initial).set(
              name,
              of(initial, name).map((w, at) => (at === i ? w + by : w)),
            )
          const step = 1e-5
          const want = range(of(initial, name).length).map(
            (i) => (objective(k, moved(i, step)) - objective(k, moved(i, -step))) / (2 * step),
          )
          const largest = Math.max(...want.map(Math.abs))
          expect(largest, name).toBeGreaterThan(1e-3)
          expect(apart(found.get(name), want) / largest, name).toBeLessThan(1e-7)
        }
    },
  )

  test.each(['squared-error', 'cross-entropy'])('its correlations are the running average: %s', async (criterion) => {
    const λ = 0.9
    const given = { criterion, lambda: λ, initialCorrelation: 0.5, learningRate: 0.05 }
    const kept = [...layersBelow, L].map((k) => `activation.${k}`)
    const compiled = compiledWith('ebd', given, widths, kept)
    const { session, initial, y } = await started(compiled, 5)
    const seen: number[][][] = []
    const batches = 12
    for (let step = 0; step < batches; step++) {
      const measured = await batch(session, compiled, undefined, 1, { epoch: 0, batch: step })
      const a = range(BATCH).map((sample) =>
        range(L + 1).map((k) =>
          k === 0 ? [] : Array.from(measured(`activation.${k}`).slice(sample * n(k), (sample + 1) * n(k))),
        ),
      )
      const ε = errors(
        criterion,
        a.map((of) => of[L] as number[]),
        y,
      )
      seen.push([[], ...layersBelow.map((k) => correlation(k, a, ε))])
    }
    for (const k of layersBelow) {
      // λᵐ R(0) + (1 − λ) Σ λ^{m−1−t} ⟨a εᵀ⟩_t
      const want = Array.from(
        of(initial, `R${k}`),
        (r, i) => λ ** batches * r + (1 - λ) * total(seen.map((at, t) => λ ** (batches - 1 - t) * (at[k]?.[i] ?? NaN))),
      )
      expect(apart(Array.from(await session.read(`R${k}`, 0)), want), `R${k}`).toBeLessThan(1e-13)
    }
    session.close()
  })

  // The normal equations of least squares say ⟨ε (a, 1)ᵀ⟩ = 0 of the layer that the output reads: nothing is left but λᵐ R(0).
  test('correlations with the layer that a least-squares output reads only decay', async () => {
    const λ = 0.7
    const narrow = [5, 4, 3]
    const given = { criterion: 'squared-error', lambda: λ, initialCorrelation: 0.5, optimiser: 'sgd', momentum: 0 }
    const compiled = compiledWith('ebd', { ...given, learningRate: 1e-15 }, narrow, ['activation.1'])
    const { session, initial, y } = await started(compiled, 21)
    const hidden = (await batch(session, compiled))('activation.1')
    const design = range(BATCH).map((sample) => [...hidden.slice(sample * 4, sample * 4 + 4), 1])
    const best = range(3).map((c) =>
      solved(
        range(5).map((i) => range(5).map((j) => total(design.map((row) => (row[i] as number) * (row[j] as number))))),
        range(5).map((i) => total(design.map((row, sample) => (row[i] as number) * (y[sample * 3 + c] as number)))),
      ),
    )
    putAt(initial)(session)
    session.write('W2', 0, Float64Array.from(best.flatMap((row) => row.slice(0, 4))))
    session.write(
      'b2',
      0,
      Float64Array.from(best, (row) => row[4] as number),
    )
    const R = of(initial, 'R1')
    for (let step = 1; step <= 60; step++) {
      await batch(session, compiled, undefined, 1, { epoch: 0, batch: step })
      const want = Array.from(R, (r) => λ ** step * r)
      expect(apart(Array.from(await session.read('R1', 0)), want), `after ${step}`).toBeLessThan(1e-12)
    }
    expect(Math.hypot(...(await session.read('R1', 0)))).toBeLessThan(1e-8)
    session.close()
  })

  test.each(['squared-error', 'cross-entropy'])(
    'that never forgets is direct feedback alignment: %s',
    async (criterion) => {
      // The squared error is averaged over the classes and has no half.
      const factor = criterion === 'cross-entropy' ? 1 : classes / 2
      const found = await gradients(
        'ebd',
        { criterion, lambda: 1, powerRate: 0 },
        widths,
        sameNetwork(widths, (session) => {
          for (const k of layersBelow) session.write(`R${k}`, 0, correlations(k))
        }),
      )
      const direct = await gradients(
        'direct-feedback-alignment',
        { criterion },
        widths,
        sameNetwork(widths, (session) => {
          for (const k of layersBelow)
            session.write(
              `F${k + 1}`,
              0,
              Float64Array.from(
                { length: classes * n(k) },
                (_, at) => factor * (correlations(k)[(at % n(k)) * classes + Math.floor(at / n(k))] as number),
              ),
            )
        }),
      )
      for (const [name, gradient] of direct) {
        expect(apart(found.get(name), gradient), name).toBeLessThan(1e-14)
        expect(Math.max(...gradient.map(Math.abs)), name).toBeGreaterThan(1e-3)
      }
    },
  )

  test('its correlation with the error is the norm of R, layer by layer', async () => {
    const measure = ruleNamed('ebd')?.measures.find(({ name }) => name === 'correlation')
    const stored: Record<string, number[]> = { R1: [3, 4], R2: [2, 2, 1, 0] }
    const taken = await measure?.take({}, [2, 1, 2, 2], {
      ...{ batches: 1, measurement: () => [] },
      parameter: (name) => Promise.resolve(stored[name] ?? []),
      classified: () => {
        throw new Error('the test set is not asked for')
      },
    })
    expect(taken).toEqual([
      { series: 'layer 1', value: 5 },
      { series: 'layer 2', value: 3 },
    ])
  })
})

const correlations = (k: number): Float64Array =>
  Float64Array.from({ length: n(k) * classes }, (_, i) => Math.sin(1 + i * k))

/** Of A x = b, by elimination with pivots. */
function solved(A: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = A.map((row, i) => [...row, b[i] as number])
  const size = rows.length
  for (let at = 0; at < size; at++) {
    const pivot = range(size)
      .slice(at)
      .reduce((best, i) => (Math.abs(rows[i]?.[at] ?? 0) > Math.abs(rows[best]?.[at] ?? 0) ? i : best), at)
    const top = rows[pivot] as number[]
    rows[pivot] = rows[at] as number[]
    rows[at] = top
    for (let i = 0; i < size; i++)
      if (i !== at) {
        const factor = (rows[i]?.[at] ?? NaN) / (top[at] as number)
        rows[i] = (rows[i] as number[]).map((v, j) => v - factor * (top[j] as number))
      }
  }
  return rows.map((row, i) => (row[size] as number) / (row[i] as number))
}
