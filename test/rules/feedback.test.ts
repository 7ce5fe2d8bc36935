// Rules whose errors come back by feedback weights of their own: theorems, and gradients that a public library gives on the
// same weights. On the reference engine in float64 unless told otherwise.
import { describe, expect, test } from 'vitest'
import { native } from '../../src-main/engines/native.ts'
import { reference } from '../../src-main/engines/reference.ts'
import type { Session } from '../../src-main/engines/engine.ts'
import { compile } from '../../src-main/program/compile.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import { angleBetween } from '../../src-main/program/measures.ts'
import { Generator } from '../../src-main/program/random.ts'
import { sum } from '../../src-main/program/words.ts'
import { ruleNamed } from '../../src-main/rules/index.ts'
import { noise } from '../../src-main/rules/noise.ts'
import biotorch from './biotorch.json' with { type: 'json' }
import { apart, gradients, of, sameNetwork, type Weights } from './small-perceptron.ts'
import { batch, BATCH, compiledWith, restore, started } from './small-network.ts'

const nativeHere = await native.available()

describe('direct feedback alignment', () => {
  test('with one hidden layer is feedback alignment with the same matrices', async () => {
    const widths = [5, 7, 3]
    const F = drawInitial({ kind: 'normal' }, [3, 7], Generator.seeded(8))
    const put = sameNetwork(widths, (session) => {
      session.write('F2', 0, F)
    })
    for (const criterion of ['squared-error', 'cross-entropy'])
      expect(await gradients('direct-feedback-alignment', { criterion }, widths, put)).toEqual(
        await gradients('feedback-alignment', { criterion }, widths, put),
      )
  })

  test('with the path of a linear network as feedback has the gradient of backpropagation', async () => {
    // All hidden units on: W ≥ 0 and x, b > 0. Then W_L ⋯ W_k is all that stands between the output and layer k − 1.
    const widths = [5, 4, 6, 3]
    const positive = (more: (session: Session, put: Weights) => void) =>
      sameNetwork(widths, (session, drawn) => {
        const put = new Map([...drawn].map(([name, values]) => [name, values.map((v) => Math.abs(v) + 0.01)]))
        for (const [name, values] of put) session.write(name, 0, values)
        more(session, put)
      })
    const direct = await gradients(
      'direct-feedback-alignment',
      {},
      widths,
      positive((session, put) => {
        const [W2, W3] = [of(put, 'W2'), of(put, 'W3')]
        session.write('F3', 0, W3)
        const path = Float64Array.from({ length: 3 * 4 }, (_, at) =>
          Array.from({ length: 6 }, (_, j) => j).reduce(
            (total, j) => total + (W3[Math.floor(at / 4) * 6 + j] as number) * (W2[j * 4 + (at % 4)] as number),
            0,
          ),
        )
        session.write('F2', 0, path)
      }),
    )
    const exact = await gradients(
      'backprop',
      {},
      widths,
      positive(() => undefined),
    )
    for (const [name, gradient] of exact) expect(apart(direct.get(name), gradient), name).toBeLessThan(1e-13)
  })

  test('its alignment is the angle to the product of the weights above', async () => {
    const rule = ruleNamed('direct-feedback-alignment')
    const stored: Record<string, number[]> = { W2: [1, 0, 0, 2], W3: [3, 1, 0, 4], F2: [3, 2, 0, 8], F3: [1, -3, 0, 0] }
    const taken = await rule?.measures[0]?.take({}, [2, 2, 2, 2], {
      ...{ batches: 1, measurement: () => [] },
      parameter: (name) => Promise.resolve(stored[name] ?? []),
      classified: () => {
        throw new Error('the test set is not asked for')
      },
    })
    // W3 W2 = (3 2; 0 8), which is F2; ⟨W3, F3⟩ = 0.
    expect(taken?.map(({ series }) => series)).toEqual(['layer 2', 'layer 3'])
    expect(taken?.[0]?.value).toBeCloseTo(0, 5)
    expect(taken?.[1]?.value).toBeCloseTo(90, 10)
  })
})

describe('sign symmetry', () => {
  const widths = [5, 7, 6, 3]
  /** The bound that M is stretched to. */
  const bound = (k: number): number => 1 / Math.sqrt(widths[k - 1] as number)

  test('is backpropagation where the magnitudes are those of W', async () => {
    const exact = await gradients('backprop', {}, widths, sameNetwork(widths))
    for (const magnitude of ['fixed', 'batch']) {
      const put = sameNetwork(widths, (session, W) => {
        for (const k of [2, 3])
          session.write(
            `M${k}`,
            0,
            of(W, `W${k}`).map((w, i) => ((i % 2 === 0 ? 1 : -1) * w) / (2 * bound(k))),
          )
      })
      const found = await gradients('sign-symmetry', { magnitude }, widths, put)
      for (const [name, gradient] of exact) expect(apart(found.get(name), gradient), name).toBeLessThan(1e-14)
    }
  })

  test('with equal magnitudes is backpropagation by W’s signs alone, at both scales', async () => {
    // |W_k| all c: sign(W) = W/c, so that each way down multiplies the error by what it is scaled to, over c.
    const c = 0.3
    const flat = sameNetwork(widths, (session, W) => {
      for (const k of [2, 3])
        session.write(
          `W${k}`,
          0,
          of(W, `W${k}`).map((w) => c * Math.sign(w)),
        )
    })
    const exact = await gradients('backprop', {}, widths, flat)
    for (const scale of ['unit', 'initial'] as const) {
      const found = await gradients('sign-symmetry', { magnitude: 'uniform', scale }, widths, flat)
      const size = (k: number): number => (scale === 'unit' ? 1 : bound(k) / Math.sqrt(3))
      for (const [name, gradient] of exact) {
        const k = Number(name.slice(1))
        const factor = [2, 3].filter((above) => above > k).reduce((all, above) => (all * size(above)) / c, 1)
        expect(
          apart(
            found.get(name),
            gradient.map((v) => factor * v),
          ),
          name,
        ).toBeLessThan(1e-13)
      }
    }
  })

  test('a weight of 0 has no feedback', async () => {
    const zero = sameNetwork(widths, (session) => {
      session.write('W3', 0, new Float64Array(18))
    })
    for (const magnitude of ['uniform', 'fixed', 'batch']) {
      const found = await gradients('sign-symmetry', { magnitude }, widths, zero)
      expect(found.get('W3')?.some((v) => v !== 0)).toBe(true)
      expect(found.get('W2')?.every((v) => v === 0)).toBe(true)
    }
  })

  test('at its start lies as far from W as uniform numbers from their signs', async () => {
    // |w| and m uniform from 0: ⟨|w|⟩/√⟨w²⟩ = ½·√3 to sign(W), ⟨m|w|⟩/√(⟨m²⟩⟨w²⟩) = ¼·3 to M ∘ sign(W).
    const rule = ruleNamed('sign-symmetry')
    const random = Generator.seeded(12)
    const n = 200
    const W = drawInitial({ kind: 'uniform', bound: 0.1 }, [n, n], random.split('W'))
    const M = drawInitial({ kind: 'uniform', bound: 0.5 }, [n, n], random.split('M'))
    for (const [magnitude, cosine] of [
      ['uniform', Math.sqrt(3) / 2],
      ['fixed', 3 / 4],
      ['batch', 3 / 4],
    ] as const) {
      const taken = await rule?.measures[0]?.take({ magnitude }, [n, n, n], {
        ...{ batches: 1, measurement: () => [] },
        parameter: (name) => Promise.resolve(name === 'W2' ? W : M),
        classified: () => {
          throw new Error('the test set is not asked for')
        },
      })
      const [angle] = (taken ?? []).map(({ value }) => Number(value))
      // 40,000 entries: a few thousandths of a cosine.
      expect(Math.abs(Math.cos(((angle ?? NaN) * Math.PI) / 180) - cosine), magnitude).toBeLessThan(0.01)
    }
  })

  test('batch-wise magnitudes are other ones after a batch, fixed ones the same', async () => {
    const after = async (magnitude: string): Promise<[Float64Array, number[]]> => {
      const compiled = compiledWith('sign-symmetry', { magnitude }, widths)
      const { session, initial } = await started(compiled, 3)
      await batch(session, compiled)
      const M = Array.from(await session.read('M2', 0))
      session.close()
      return [of(initial, 'M2'), M]
    }
    const [drawn, kept] = await after('fixed')
    expect(kept).toEqual(Array.from(drawn))
    const [first, second] = await after('batch')
    expect(second.filter((m, i) => m === first[i])).toEqual([])
    expect(second.every((m) => Math.abs(m) <= 0.5)).toBe(true)
  })
})

describe('Kolen–Pollack', () => {
  const widths = [5, 7, 6, 3]

  // Both take the same gradient and W − F none: D ← (1 − μλ) D in every batch, and with momentum v ← m v + λ D, D ← D − μ v.
  test.each([
    { momentum: 0, criterion: 'cross-entropy' },
    { momentum: 0, criterion: 'squared-error' },
    { momentum: 0.9, criterion: 'cross-entropy' },
  ])('W − F decays whatever is learned: $criterion, momentum $momentum', async ({ momentum, criterion }) => {
    const [μ, λ] = [0.2, 0.1]
    const settings = { criterion, momentum, learningRate: μ, weightDecay: λ, stepFactor: 1 }
    const compiled = compiledWith('kolen-pollack', settings, widths)
    const { session, initial } = await started(compiled, 23)
    const difference = async (k: number): Promise<number[]> => {
      const [W, F] = [await session.read(`W${k}`, 0), await session.read(`F${k}`, 0)]
      return Array.from(W, (w, i) => w - (F[i] as number))
    }
    const D = new Map(
      [2, 3].map((k) => [k, of(initial, `W${k}`).map((w, i) => w - (of(initial, `F${k}`)[i] as number))]),
    )
    const v = new Map([2, 3].map((k) => [k, new Float64Array(of(initial, `W${k}`).length)]))
    for (let step = 0; step < 30; step++) {
      await batch(session, compiled, undefined, 1, { epoch: 0, batch: step })
      for (const k of [2, 3]) {
        const [d, moving] = [D.get(k) as Float64Array, v.get(k) as Float64Array]
        d.forEach((value, i) => {
          moving[i] = momentum * (moving[i] as number) + λ * value
          d[i] = value - μ * moving[i]
        })
        expect(apart(await difference(k), Array.from(d)), `layer ${k} after ${step}`).toBeLessThan(1e-13)
      }
    }
    // In closed form, without momentum.
    if (momentum === 0) {
      const start = (of(initial, 'W2')[0] as number) - (of(initial, 'F2')[0] as number)
      expect((await difference(2))[0]).toBeCloseTo(start * (1 - μ * λ) ** 30, 13)
    }
    const W = await session.read('W2', 0)
    expect(apart(Array.from(W), Array.from(of(initial, 'W2')))).toBeGreaterThan(0.1)
    session.close()
  })

  test('whose feedback begins at W is backpropagation, batch after batch', async () => {
    const settings = {
      criterion: 'cross-entropy',
      optimiser: 'sgd',
      learningRate: 0.2,
      momentum: 0.5,
      weightDecay: 0.01,
    }
    const learned = async (rule: string): Promise<number[]> => {
      const compiled = compiledWith(rule, settings, widths)
      const { session } = await started(compiled, 23)
      sameNetwork(widths, (_, W) => {
        if (rule === 'kolen-pollack') for (const k of [2, 3]) session.write(`F${k}`, 0, of(W, `W${k}`))
      })(session)
      for (let step = 0; step < 20; step++) await batch(session, compiled, undefined, 1, { epoch: 0, batch: step })
      const W = Array.from(await session.read('W1', 0))
      session.close()
      return W
    }
    expect(apart(await learned('kolen-pollack'), await learned('backprop'))).toBeLessThan(1e-13)
  })
})

describe('a weight mirror', () => {
  const widths = [5, 7, 6, 3]

  // Over the noise ±c e_i, x = √12 ±c e_i, the mean of x xᵀ is (12 c²/n) I: so that of W x xᵀ is W by that number, and that of relu(W x) xᵀ exactly half of it.
  test.each(['linear', 'relu'])(
    'takes up W where units are linear and half of it from ReLU units: output %s',
    async (outputActivation) => {
      const [η, λ, c] = [0.3, 0.2, 0.4]
      const settings = { mirrorRate: η, mirrorDecay: λ, outputActivation, learningRate: 1e-12 }
      const compiled = compiledWith('weight-mirror', settings, widths)
      const { session, initial } = await started(compiled, 29)
      for (const k of [2, 3]) {
        const n = widths[k - 1] as number
        const [W, F] = [of(initial, `W${k}`), of(initial, `F${k}`)]
        const mean = new Float64Array(F.length)
        for (let i = 0; i < 2 * n; i++) {
          restore(session, initial)
          session.write(
            `x${k}`,
            0,
            Float64Array.from({ length: n }, (_, j) => (j === i % n ? (i < n ? c : -c) : 0)),
          )
          await batch(session, compiled)
          const after = await session.read(`F${k}`, 0)
          mean.forEach((v, at) => (mean[at] = v + (after[at] as number) / (2 * n)))
        }
        const half = k === 2 || outputActivation === 'relu' ? 0.5 : 1
        const want = Array.from(W, (w, i) => (1 - λ) * (F[i] as number) + η * half * ((12 * c * c) / n) * w)
        // W has moved by the learning rate, which cannot be nothing.
        expect(apart(Array.from(mean), want), `layer ${k}`).toBeLessThan(1e-11)
      }
      session.close()
    },
  )

  test('finds W of its own noise while nothing else is learned', async () => {
    const settings = { mirrorRate: 0.0005, mirrorDecay: 0.0005, learningRate: 1e-12 }
    const compiled = compiledWith('weight-mirror', settings, widths)
    const { session, initial } = await started(compiled, 31)
    for (let step = 0; step < 8000; step++) await batch(session, compiled, undefined, 1, { epoch: 0, batch: step })
    const found = new Map<number, ArrayLike<number>>()
    for (const k of [2, 3]) found.set(k, await session.read(`F${k}`, 0))
    session.close()
    for (const [k, F] of found) {
      const W = of(initial, `W${k}`)
      expect(angleBetween(W, of(initial, `F${k}`))).toBeGreaterThan(45)
      // An average over some 4,000 vectors: √(n/4000) off in each direction, twice that from ReLU units.
      expect(angleBetween(W, F), `layer ${k}`).toBeLessThan(10)
      const size = Math.hypot(...Array.from(F)) / Math.hypot(...W)
      expect(Math.abs(size - (k === 3 ? 1 : 0.5)), `layer ${k}`).toBeLessThan(0.06)
    }
  }, 60_000)
})

describe('noise that a program draws', () => {
  const shape = [40, 50] as const
  const compiled = compile(
    'noise',
    [2, 2],
    (p) => {
      const z = noise(p, 'z', shape)
      return {
        train() {
          p.measure('z', z.drawn)
          z.redraw()
        },
        predict: () => sum([1, p.x]),
      }
    },
    ['z'],
  )
  const data = {
    ...{ count: 1, features: 2, classes: 2, image: null, scaling: { scale: [1], offset: [0] } },
    ...{ pixels: Float32Array.of(0, 0), labels: Uint8Array.of(0) },
  }
  async function draws(
    engine: typeof reference,
    precision: 'float32' | 'float64',
    count: number,
  ): Promise<Float64Array[]> {
    const session = await engine.open(compiled, { replicas: 1, precision })
    session.bind({ train: data, test: data })
    for (const { name, initial } of compiled.program.parameters)
      session.write(name, 0, drawInitial(initial, shape, Generator.seeded(2).split(name)))
    const drawn: Float64Array[] = []
    for (let t = 0; t < count; t++)
      drawn.push(Float64Array.from((await batch(session, compiled, Uint32Array.of(0)))('z')))
    session.close()
    return drawn
  }
  const mean = (values: Float64Array): number => values.reduce((total, v) => total + v, 0) / values.length

  test('is uniform in ±½, and any two draws are uncorrelated', async () => {
    const drawn = await draws(reference, 'float32', 400)
    const N = shape[0] * shape[1]
    for (const t of [0, 1, 2, 50, 399]) {
      const z = drawn[t] as Float64Array
      expect(z.every((v) => Math.abs(v) <= 0.5)).toBe(true)
      // Five standard errors: of a mean √(1/12N), of a mean square √(1/180N), of a share of a quarter √(3/16N).
      expect(Math.abs(mean(z))).toBeLessThan(5 * Math.sqrt(1 / 12 / N))
      expect(Math.abs(mean(z.map((v) => v * v)) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / N))
      for (const from of [-0.5, -0.25, 0, 0.25])
        expect(Math.abs(z.filter((v) => v >= from && v < from + 0.25).length / N - 0.25)).toBeLessThan(
          5 * Math.sqrt(3 / 16 / N),
        )
      for (const later of [1, 2, 3, 51, 398].filter((later) => later > t)) {
        const other = drawn[later] as Float64Array
        expect(Math.abs(mean(z.map((v, i) => v * (other[i] as number)))), `draws ${t} and ${later}`).toBeLessThan(
          5 * Math.sqrt(1 / 144 / N),
        )
      }
    }
  })

  test('an entry does not come back to where it was', async () => {
    const drawn = await draws(reference, 'float32', 400)
    for (const i of [0, 7, 1999]) expect(new Set(drawn.map((z) => z[i])).size).toBeGreaterThan(395)
  })

  test.skipIf(!nativeHere.available)('is the same on the native engine, bit for bit', async () => {
    expect(await draws(native, 'float32', 200)).toEqual(await draws(reference, 'float32', 200))
  })
})

/** Gradients of every layer by BioTorch on weights, feedback and samples of its own drawing; see with_biotorch.py. */
describe(`against BioTorch ${biotorch.versions.biotorch} (PyTorch ${biotorch.versions.torch})`, () => {
  test.each(biotorch.cases)(
    '$method, $criterion',
    async ({ method, criterion, widths, weights, feedback, x, labels, gradients: want }) => {
      const rule =
        method === 'dfa' ? 'direct-feedback-alignment' : method === 'fa' ? 'feedback-alignment' : 'sign-symmetry'
      const given = method === 'usf' || method === 'frsf' ? { magnitude: method === 'usf' ? 'uniform' : 'fixed' } : {}
      const names = Object.keys(want)
      const compiled = compiledWith(
        rule,
        { ...given, criterion },
        widths,
        names.map((name) => `gradient.${name}`),
      )
      const session = await reference.open(compiled, { replicas: 1, precision: 'float64' })
      const samples = {
        ...{ count: BATCH, features: widths[0] as number, classes: widths.at(-1) as number, image: null },
        ...{
          pixels: Float32Array.from(x.flat()),
          labels: Uint8Array.from(labels),
          scaling: { scale: [1], offset: [0] },
        },
      }
      session.bind({ train: samples, test: samples })
      for (const { name, shape, initial } of compiled.program.parameters)
        session.write(name, 0, drawInitial(initial, shape, Generator.seeded(1)))
      for (const [name, rows] of Object.entries(weights)) session.write(name, 0, Float64Array.from(rows.flat()))
      for (const [name, rows] of Object.entries(feedback)) {
        const k = Number(name.slice(1))
        // |M| of ours is stretched from U(0, ½) to the bound.
        const ours = Float64Array.from(rows.flat())
        if (method === 'frsf')
          session.write(
            `M${k}`,
            0,
            ours.map((v) => (v / 2) * Math.sqrt(widths[k - 1] as number)),
          )
        else if (method !== 'usf') session.write(`F${k}`, 0, ours)
      }
      const measured = await batch(session, compiled)
      session.close()
      for (const name of names) {
        const theirs = (want as Record<string, number[][]>)[name]?.flat() ?? []
        // Theirs come back in the float64 that they were computed in.
        expect(apart(Array.from(measured(`gradient.${name}`)), theirs), name).toBeLessThan(1e-12)
        expect(Math.max(...theirs.map(Math.abs)), name).toBeGreaterThan(1e-3)
      }
    },
  )
})
