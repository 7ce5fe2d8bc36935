// What the rules must obey by mathematics, whatever their code says. On the reference engine, in float64.
import { describe, expect, test } from 'vitest'
import { Generator } from '../../src-main/program/random.ts'
import { batch, BATCH, compiledWith, restore, started } from './small-network.ts'

describe('backpropagation', () => {
  for (const criterion of ['squared-error', 'cross-entropy'] as const)
    for (const outputActivation of ['linear', 'relu'] as const)
      test(`gradients are the loss's own slopes: ${criterion}, ${outputActivation} output`, async () => {
        const widths = [5, 7, 6, 3]
        const names = [1, 2, 3].flatMap((k) => [`W${k}`, `b${k}`])
        const compiled = compiledWith(
          'backprop',
          { criterion, outputActivation, optimiser: 'sgd', momentum: 0 },
          widths,
          ['loss', ...names.map((name) => `gradient.${name}`)],
        )
        const { session, initial } = await started(compiled, 11)
        const lossAt = async (name: string, values: Float64Array): Promise<number> => {
          session.write(name, 0, values)
          const measured = await batch(session, compiled)
          restore(session, initial)
          return measured('loss')[0] as number
        }
        restore(session, initial)
        const measured = await batch(session, compiled)
        const gradients = new Map(names.map((name) => [name, Float64Array.from(measured(`gradient.${name}`))]))
        restore(session, initial)
        // Central differences: error h²/6 of the third derivative plus rounding 10⁻¹⁶/h, so about 10⁻⁹ at h = 10⁻⁵.
        const h = 1e-5
        for (const [name, gradient] of gradients) {
          const values = initial.get(name) as Float64Array
          expect(gradient.some((v) => Math.abs(v) > 1e-3)).toBe(true)
          for (let i = 0; i < values.length; i++) {
            const [up, down] = [values.slice(), values.slice()]
            up[i] = (values[i] as number) + h
            down[i] = (values[i] as number) - h
            const slope = ((await lossAt(name, up)) - (await lossAt(name, down))) / (2 * h)
            expect(Math.abs((gradient[i] as number) - slope), `${name}[${i}]`).toBeLessThan(1e-7)
          }
        }
        session.close()
      })
})

describe('CorInfoMax', () => {
  /**
   * R ← λR + (1 − λ) r rᵀ has by Sherman and Morrison the inverse R⁻¹ ← (1/λ)( R⁻¹ − R⁻¹r rᵀR⁻¹ (1 − λ)/(λ + (1 − λ) rᵀR⁻¹r) ).
   * The rule's B ← (1/λ)(B − γ z zᵀ), z = Br, γ = (1 − λ)/λ, leaves out the (1 − λ)rᵀR⁻¹r beside λ in the denominator. So over
   * a fixed time n(1 − λ) = T the two part by O(1 − λ): halving 1 − λ halves their distance, and B → R⁻¹ as λ → 1.
   */
  test('B tracks the inverse of R, ever closer as λ → 1', async () => {
    const T = 1
    const parting: number[] = []
    for (const forgetting of [0.02, 0.01, 0.005]) {
      const lambda = 1 - forgetting
      const compiled = compiledWith(
        'corinfomax',
        { lambda, lrForward: [0, 0], lrFeedback: [0], iterationsFree: 2, iterationsNudged: 2 },
        [5, 4, 3],
        ['nudged.r1'],
      )
      const { session } = await started(compiled, 21)
      const n = 4
      const start = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))
      session.write('B1', 0, start)
      // R from its own definition, with the rates that the rule reports.
      let R = start.slice()
      const random = Generator.seeded(4)
      for (let step = 0; step < Math.round(T / forgetting); step++) {
        // One sample a batch, for which Sherman and Morrison hold as they stand.
        const r = (await batch(session, compiled, Uint32Array.of(random.integer(BATCH))))('nudged.r1')
        R = R.map((v, at) => lambda * v + forgetting * (r[Math.floor(at / n)] as number) * (r[at % n] as number))
      }
      const B = await session.read('B1', 0)
      const product = multiplied(B, R, n)
      parting.push(norm(product.map((v, at) => v - (at % (n + 1) === 0 ? 1 : 0))))
      // B has moved far from where it began, so that standing still would be seen.
      expect(norm(Float64Array.from(B, (v, at) => v - (start[at] as number)))).toBeGreaterThan(0.3)
      session.close()
    }
    const [coarse, middle, fine] = parting as [number, number, number]
    expect(fine).toBeLessThan(0.02)
    expect(coarse / middle).toBeGreaterThan(1.8)
    expect(middle / fine).toBeGreaterThan(1.8)
    expect(middle / fine).toBeLessThan(2.2)
  })

  test('settles where its dynamics stand still', async () => {
    const settings = {
      iterationsFree: 4000,
      iterationsNudged: 4000,
      neuralRule: 'constant',
      neuralLr: 0.02,
      beta: 0.7,
      randomSign: false,
      lambda: 0.9,
    }
    const compiled = compiledWith('corinfomax', settings, [5, 4, 3], ['free.r1', 'free.r2', 'nudged.r1', 'nudged.r2'])
    const { session, initial, x, y } = await started(compiled, 31)
    const measured = await batch(session, compiled)
    const [g, ε, γ] = [0.5, 0.15, (1 - 0.9) / 0.9]
    const [W1, W2, V2, B1, B2] = ['W1', 'W2', 'V2', 'B1', 'B2'].map((name) => initial.get(name) as Float64Array) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    const clip = (v: number): number => Math.min(1, Math.max(0, v))
    let between = 0
    for (const [phase, β] of [
      ['free', 0],
      ['nudged', 0.7],
    ] as const) {
      const r1 = measured(`${phase}.r1`)
      const r2 = measured(`${phase}.r2`)
      for (let sample = 0; sample < BATCH; sample++) {
        const [a, b] = [r1.subarray(sample * 4, sample * 4 + 4), r2.subarray(sample * 3, sample * 3 + 3)]
        const hidden = affine(W1, x.subarray(sample * 5, sample * 5 + 5))
        const lateral1 = affine(B1, a)
        const above = affine(V2, b)
        // du = 0 solved for u: (g + 2/ε) u = W x/ε + 2γB r + g r + V r′/ε; then r = f(u).
        a.forEach((rate, i) => {
          const u =
            ((hidden[i] as number) / ε + 2 * γ * (lateral1[i] as number) + g * rate + (above[i] as number) / ε) /
            (g + 2 / ε)
          expect(rate).toBeCloseTo(clip(u), 9)
          if (rate > 0 && rate < 1) between++
        })
        const output = affine(W2, a)
        const lateral2 = affine(B2, b)
        b.forEach((rate, i) => {
          const pull = β * (rate - (y[sample * 3 + i] as number))
          const u = ((output[i] as number) / ε + γ * (lateral2[i] as number) + g * rate - pull) / (g + 1 / ε + 1)
          expect(rate).toBeCloseTo(clip(u), 9)
        })
      }
    }
    // Were all rates at the clips, the equations would say little.
    expect(between).toBeGreaterThan(BATCH)
    session.close()
  })

  test('β of either sign gives the same first-order contrast, three phases its symmetric part', async () => {
    // (r(β) − r(0))/β = r′ + β r″/2 + …: the two signs' updates differ by O(β), three phases cancel that term.
    const stepOf = async (settings: object, sign: 1 | -1): Promise<Float64Array> => {
      const compiled = compiledWith(
        'corinfomax',
        {
          neuralRule: 'constant',
          iterationsFree: 2000,
          iterationsNudged: 2000,
          lrForward: [0.01, 0.01],
          lrFeedback: [0.01],
          ...settings,
        },
        [5, 4, 3],
      )
      const { session, initial } = await started(compiled, 41)
      await batch(session, compiled, undefined, sign)
      const after = await session.read('W2', 0)
      session.close()
      return Float64Array.from(after, (v, i) => v - (initial.get('W2')?.[i] as number))
    }
    const gap = (a: Float64Array, b: Float64Array): number => norm(a.map((v, i) => v - (b[i] as number)))
    const beta = 0.01
    const [plus, minus] = [await stepOf({ beta }, 1), await stepOf({ beta }, -1)]
    const [threePlus, threeMinus] = [
      await stepOf({ beta, threePhase: true }, 1),
      await stepOf({ beta, threePhase: true }, -1),
    ]
    expect(norm(plus)).toBeGreaterThan(1e-4)
    expect(gap(plus, minus)).toBeLessThan(0.1 * norm(plus))
    expect(gap(threePlus, threeMinus)).toBeLessThan(0.1 * gap(plus, minus))
    expect(
      gap(
        threePlus,
        plus.map((v, i) => (v + (minus[i] as number)) / 2),
      ),
    ).toBeLessThan(0.1 * gap(plus, minus))
  })
})

describe('centred equilibrium propagation', () => {
  const widths = [5, 4, 4, 3]
  const names = [1, 2, 3].flatMap((k) => [`W${k}`, `b${k}`])
  // Sigmoids have no clip for a unit to cross, small weights settle to the last digit.
  const shared = { activation: 'sigmoid', neuralLr: 0.3, iterationsFree: 400, iterationsNudged: 400 }
  const rates = { learningRates: [1, 1, 1], stepFactor: 1 }

  /** What a batch adds to W and b at a learning rate of 1. */
  async function steps(settings: object, sign: 1 | -1 = 1): Promise<Map<string, Float64Array>> {
    const compiled = compiledWith('ep', { ...shared, ...rates, ...settings }, widths)
    const { session, initial } = await started(compiled, 71)
    const put = new Map([...initial].map(([name, values]) => [name, values.map((v) => 0.35 * v)]))
    restore(session, put)
    await batch(session, compiled, undefined, sign)
    const moved = new Map<string, Float64Array>()
    for (const name of names)
      moved.set(
        name,
        Float64Array.from(await session.read(name, 0), (v, i) => v - (put.get(name)?.[i] as number)),
      )
    session.close()
    return moved
  }
  const gap = (a: ReadonlyMap<string, Float64Array>, b: ReadonlyMap<string, Float64Array>): number =>
    norm(
      Float64Array.from(
        names.flatMap((name) => [...(a.get(name) ?? [])].map((v, i) => v - (b.get(name)?.[i] as number))),
      ),
    )

  test('steps along the mean of the steps that each of its nudges makes alone', async () => {
    // (c(β) − c(−β))/2β = ½( (c(β) − c(0))/β + (c(−β) − c(0))/(−β) ), all three phases from one free state.
    for (const criterion of ['squared-error', 'cross-entropy-released']) {
      const one = { beta: 0.3, randomSign: true, criterion, iterationsNudged: 3 }
      const [plus, minus, centred] = [await steps(one, 1), await steps(one, -1), await steps({ ...one, centred: true })]
      const mean = new Map(
        names.map((name) => [
          name,
          plus.get(name)?.map((v, i) => (v + (minus.get(name)?.[i] as number)) / 2) as Float64Array,
        ]),
      )
      expect(gap(plus, minus)).toBeGreaterThan(1e-3)
      expect(gap(centred, mean)).toBeLessThan(1e-12)
      // The order of the nudges is no matter.
      expect(gap(centred, await steps({ ...one, centred: true }, -1))).toBeLessThan(1e-12)
    }
  })

  test('is off the gradient of the settled cost by β², one nudge by β', async () => {
    // The cost that the free phase settles at, by central differences: no contrast is in it.
    const compiled = compiledWith('ep', { ...shared, learningRates: [0, 0, 0] }, widths, ['free.s3'])
    const { session, initial, y } = await started(compiled, 71)
    const put = new Map([...initial].map(([name, values]) => [name, values.map((v) => 0.35 * v)]))
    restore(session, put)
    const costAt = async (name: string, values: Float64Array): Promise<number> => {
      session.write(name, 0, values)
      const s = (await batch(session, compiled))('free.s3')
      session.write(name, 0, put.get(name) as Float64Array)
      return s.reduce((total, v, i) => total + (v - (y[i] as number)) ** 2, 0) / BATCH
    }
    const h = 1e-4
    const descent = new Map<string, Float64Array>()
    for (const name of names) {
      const values = put.get(name) as Float64Array
      const slopes = new Float64Array(values.length)
      for (let i = 0; i < values.length; i++) {
        const [up, down] = [values.slice(), values.slice()]
        up[i] = (values[i] as number) + h
        down[i] = (values[i] as number) - h
        slopes[i] = ((await costAt(name, down)) - (await costAt(name, up))) / (2 * h)
      }
      descent.set(name, slopes)
    }
    session.close()
    const size = gap(
      descent,
      new Map(names.map((name) => [name, new Float64Array((put.get(name) as Float64Array).length)])),
    )
    const off = async (centred: boolean, beta: number): Promise<number> =>
      gap(await steps({ randomSign: false, beta, centred }), descent) / size
    const [far, near] = [0.1, 0.02]
    const order = async (centred: boolean): Promise<number> =>
      Math.log((await off(centred, far)) / (await off(centred, near))) / Math.log(far / near)
    expect(Math.abs((await order(false)) - 1)).toBeLessThan(0.15)
    expect(Math.abs((await order(true)) - 2)).toBeLessThan(0.15)
    expect(await off(true, near)).toBeLessThan(1e-3)
  })
})

describe('similarity matching', () => {
  // M ← (1 + α/(2|β|)) ( M − (α/(2β′)) ⟨s sᵀ⟩_nudged ): β′ has this batch's sign as released, and none in the corrected form.
  for (const lateralSign of ['released', 'corrected'] as const)
    for (const sign of [1, -1] as const)
      test(`lateral synapses learn as defined, ${lateralSign}, β's sign ${sign}`, async () => {
        const [α, β, n] = [-0.02, 0.4, 4]
        const compiled = compiledWith('csm', { lateralSign, beta: β, lrLateral: [α] }, [5, n, 3], ['nudged.s1'])
        const { session, initial } = await started(compiled, 51)
        const s = (await batch(session, compiled, undefined, sign))('nudged.s1')
        const M = await session.read('M1', 0)
        session.close()
        const towards = lateralSign === 'corrected' ? β : sign * β
        let learned = 0
        initial.get('M1')?.forEach((before, at) => {
          let correlation = 0
          for (let i = 0; i < BATCH; i++)
            correlation += ((s[i * n + Math.floor(at / n)] as number) * (s[i * n + (at % n)] as number)) / BATCH
          learned = Math.max(learned, Math.abs(correlation))
          expect(M[at]).toBeCloseTo((1 + α / (2 * β)) * (before - (α / (2 * towards)) * correlation), 12)
        })
        // Silent neurons would teach nothing.
        expect(learned).toBeGreaterThan(0.01)
      })
})

/** M v for a matrix lying row by row. */
function affine(matrix: Float64Array, vector: ArrayLike<number>): Float64Array {
  const rows = matrix.length / vector.length
  return Float64Array.from({ length: rows }, (_, i) =>
    Array.from(vector).reduce((total, v, j) => total + (matrix[i * vector.length + j] as number) * v, 0),
  )
}

function multiplied(a: ArrayLike<number>, b: ArrayLike<number>, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    let total = 0
    for (let k = 0; k < n; k++) total += (a[Math.floor(at / n) * n + k] as number) * (b[k * n + (at % n)] as number)
    return total
  })
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((total, v) => total + v * v, 0))
}
