// Dual propagation: backpropagation exactly where no unit is driven over the bend of its ReLU, its definition by loops where
// units are, and the gradient of the contrast of energies that it was published as. In float64 on the reference engine.
import { describe, expect, test } from 'vitest'
import { compiledWith, started, BATCH } from './small-network.ts'
import { apart, gradients, of, sameNetwork, type Weights } from './small-perceptron.ts'

const widths = [5, 7, 6, 3]
const L = 3
const n = (k: number): number => widths[k] as number
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const total = (values: readonly number[]): number => values.reduce((all, v) => all + v, 0)
const relu = (v: number): number => Math.max(v, 0)

/** W_k s + b_k. */
const driven = (weights: Weights, k: number, s: readonly number[]): number[] =>
  range(n(k)).map(
    (i) =>
      (of(weights, `b${k}`)[i] as number) +
      total(s.map((v, j) => (of(weights, `W${k}`)[i * n(k - 1) + j] as number) * v)),
  )
/** W_kᵀ e. */
const handedDown = (weights: Weights, k: number, e: readonly number[]): number[] =>
  range(n(k - 1)).map((j) => total(e.map((v, i) => (of(weights, `W${k}`)[i * n(k - 1) + j] as number) * v)))

interface Pair {
  plus: number[]
  minus: number[]
}
/** Both compartments of layers 0 … L of one sample after so many passes, by loops; and how many hidden units stand on either side of their bend. */
function inferred(
  weights: Weights,
  x: readonly number[],
  y: readonly number[],
  { alpha: α, beta: β, passes }: { alpha: number; beta: number; passes: number },
): { states: Pair[]; bent: number } {
  let h: number[][] = [[]]
  let s = [...x]
  const states: Pair[] = [{ plus: s, minus: s }]
  for (let k = 1; k <= L; k++) {
    h.push(driven(weights, k, s))
    s = (h[k] as number[]).map(relu)
    states.push({ plus: s, minus: s })
  }
  const at = (k: number): Pair => states[k] as Pair
  const mean = (k: number): number[] => at(k).plus.map((v, i) => α * v + (1 - α) * (at(k).minus[i] as number))
  const hidden = (k: number): void => {
    const Δ = handedDown(
      weights,
      k + 1,
      at(k + 1).plus.map((v, i) => v - (at(k + 1).minus[i] as number)),
    )
    states[k] = {
      plus: (h[k] as number[]).map((v, i) => relu(v + (1 - α) * (Δ[i] as number))),
      minus: (h[k] as number[]).map((v, i) => relu(v - α * (Δ[i] as number))),
    }
  }
  for (let pass = 0; pass < passes; pass++) {
    if (pass > 0) {
      h = [[]]
      for (let k = 1; k <= L; k++) {
        h.push(driven(weights, k, mean(k - 1)))
        if (k < L) hidden(k)
      }
    }
    const force = (h[L] as number[]).map((v, i) => (2 / n(L)) * ((y[i] as number) - v))
    states[L] = {
      plus: (h[L] as number[]).map((v, i) => v + (1 - α) * β * (force[i] as number)),
      minus: (h[L] as number[]).map((v, i) => v - α * β * (force[i] as number)),
    }
    for (let k = L - 1; k >= 1; k--) hidden(k)
  }
  const bent = total(
    range(L - 1).map((k) => at(k + 1).plus.filter((v, i) => v > 0 !== (at(k + 1).minus[i] as number) > 0).length),
  )
  return { states, bent }
}

/** What `gradients` starts from. */
async function drawn(given: object): Promise<{ weights: Weights; samples: { x: number[]; y: number[] }[] }> {
  const { session, initial, x, y } = await started(compiledWith('dual-propagation', given, widths), 17)
  session.close()
  const row = (of: ArrayLike<number>, n: number, i: number): number[] => Array.from(of).slice(i * n, (i + 1) * n)
  return { weights: initial, samples: range(BATCH).map((i) => ({ x: row(x, n(0), i), y: row(y, n(L), i) })) }
}

describe('dual propagation', () => {
  for (const criterion of ['squared-error', 'cross-entropy'])
    for (const outputActivation of ['linear', 'relu'])
      test(`is backpropagation short of the bend, whatever α and the passes: ${criterion}, output ${outputActivation}`, async () => {
        const exact = await gradients('backprop', { criterion, outputActivation }, widths, sameNetwork(widths))
        for (const alpha of [0, 0.3, 0.5, 1])
          for (const passes of [1, 3]) {
            const given = { criterion, outputActivation, alpha, passes, beta: 1e-3 }
            const found = await gradients('dual-propagation', given, widths, sameNetwork(widths))
            for (const [name, gradient] of exact) {
              // Differences of 10⁻³ of numbers near 1 keep 13 digits.
              expect(apart(found.get(name), gradient), `${name}, α ${alpha}, ${passes}`).toBeLessThan(1e-12)
              expect(Math.max(...gradient.map(Math.abs)), name).toBeGreaterThan(1e-3)
            }
          }
        const far = await gradients(
          'dual-propagation',
          { criterion, outputActivation, beta: 50 },
          widths,
          sameNetwork(widths),
        )
        expect(apart(far.get('W1'), exact.get('W1') ?? [])).toBeGreaterThan(1e-3)
      })

  test.each([
    { alpha: 0.5, beta: 8, passes: 1 },
    { alpha: 0.2, beta: 8, passes: 1 },
    { alpha: 0.7, beta: 5, passes: 4 },
  ])('over the bend is its definition, by loops: α $alpha, β $beta, $passes passes', async (given) => {
    const { weights, samples } = await drawn(given)
    const found = await gradients('dual-propagation', given, widths)
    const each = samples.map(({ x, y }) => inferred(weights, x, y, given))
    expect(total(each.map(({ bent }) => bent))).toBeGreaterThan(5)
    for (let k = 1; k <= L; k++) {
      const error = ({ states }: { states: Pair[] }, i: number): number =>
        ((states[k]?.minus[i] ?? NaN) - (states[k]?.plus[i] ?? NaN)) / given.beta
      const below = ({ states }: { states: Pair[] }, j: number): number =>
        given.alpha * (states[k - 1]?.plus[j] ?? NaN) + (1 - given.alpha) * (states[k - 1]?.minus[j] ?? NaN)
      const W = range(n(k) * n(k - 1)).map(
        (at) => total(each.map((one) => error(one, Math.floor(at / n(k - 1))) * below(one, at % n(k - 1)))) / BATCH,
      )
      expect(apart(found.get(`W${k}`), W), `W${k}`).toBeLessThan(1e-14)
      const b = range(n(k)).map((i) => total(each.map((one) => error(one, i))) / BATCH)
      expect(apart(found.get(`b${k}`), b), `b${k}`).toBeLessThan(1e-14)
    }
  })

  // E(z, s) = ½‖W s + b − z‖²; published: E(s⁺, s⁺) + E(s⁺, s⁻) − E(s⁻, s⁺) − E(s⁻, s⁻), compartments held, which is 2β of ours.
  test('is the gradient of the contrast of energies of its compartments, at α = ½', async () => {
    const given = { alpha: 0.5, beta: 6, passes: 2 }
    const { weights, samples } = await drawn(given)
    const found = await gradients('dual-propagation', given, widths)
    const each = samples.map(({ x, y }) => inferred(weights, x, y, given).states)
    const contrast = (k: number, moved: Weights): number => {
      const energy = (z: readonly number[], s: readonly number[]): number =>
        total(driven(moved, k, s).map((h, i) => (h - (z[i] as number)) ** 2)) / 2
      return (
        total(
          each.map((states) => {
            const [here, below] = [states[k] as Pair, states[k - 1] as Pair]
            return (
              energy(here.plus, below.plus) +
              energy(here.plus, below.minus) -
              energy(here.minus, below.plus) -
              energy(here.minus, below.minus)
            )
          }),
        ) / BATCH
      )
    }
    for (let k = 1; k <= L; k++)
      for (const name of [`W${k}`, `b${k}`]) {
        const step = 1e-3
        const moved = (i: number, by: number): Weights =>
          new Map(weights).set(
            name,
            of(weights, name).map((w, at) => (at === i ? w + by : w)),
          )
        // Linear in W and b but for squares that cancel: central differences leave nothing but rounding.
        const want = range(of(weights, name).length).map(
          (i) => (contrast(k, moved(i, step)) - contrast(k, moved(i, -step))) / (2 * step) / (2 * given.beta),
        )
        expect(apart(found.get(name), want), name).toBeLessThan(1e-11)
      }
  })
})
