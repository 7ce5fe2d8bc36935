// What rules report of themselves, against its definition computed here from the states, and what energy must do.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reference } from '../../src-main/engines/reference.ts'
import type { Samples } from '../../src-main/program/samples.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import { logDeterminant } from '../../src-main/program/measures.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileLayers, compileRule, keptBy, ruleNamed, rules, type Rule } from '../../src-main/rules/index.ts'
import type { MeasureSource } from '../../src-main/rules/rule.ts'

const BATCH = 4
const WIDTHS = [5, 4, 3]

function named(name: string): Rule {
  const rule = ruleNamed(name)
  if (rule === undefined) throw new Error(`there is no rule ${name}`)
  return rule
}

/** What a measure may ask for, when it should ask for none of it. */
const NOTHING: MeasureSource = {
  batches: 1,
  parameter: () => Promise.reject(new Error('weights are not asked for')),
  measurement: (name) => {
    throw new Error(`${name} is not asked for`)
  },
  classified: () => {
    throw new Error('the test set is not asked for')
  },
}

interface Reported {
  /** A parameter as it was before the batch. */
  readonly initial: (name: string) => Float64Array
  readonly measured: (name: string) => number[]
  /** A parameter as it is after the batch. */
  readonly after: (name: string) => number[]
  readonly x: number[]
  readonly y: number[]
}

/** One batch of random samples from random weights, in float64, and what it reports. */
async function report(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  keep: readonly string[],
  seed = 5,
): Promise<Reported> {
  const rule = named(name)
  const compiled = compileRule(rule, rule.settings.parse(settings) as unknown, WIDTHS, keep)
  const random = Generator.seeded(seed)
  const [features, classes] = [WIDTHS[0] as number, WIDTHS.at(-1) as number]
  const pixels = Float32Array.from({ length: BATCH * features }, () => random.uniform())
  const labels = Uint8Array.from({ length: BATCH }, () => random.integer(classes))
  const data: Samples = {
    count: BATCH,
    features,
    pixels,
    labels,
    classes,
    image: null,
    scaling: { scale: [1], offset: [0] },
  }
  const session = await reference.open(compiled, { replicas: 1, precision: 'float64' })
  session.bind({ train: data, test: data })
  const initial = new Map(
    compiled.program.parameters.map((parameter) => [
      parameter.name,
      drawInitial(parameter.initial, parameter.shape, random.split(parameter.name)),
    ]),
  )
  for (const [parameter, values] of initial) session.write(parameter, 0, values)
  const { measurements } = await session.train({
    batchSize: BATCH,
    batches: 1,
    samples: Uint32Array.from({ length: BATCH }, (_, i) => i),
    scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
    measureBatch: 0,
  })
  const after = new Map<string, number[]>()
  for (const parameter of initial.keys()) after.set(parameter, Array.from(await session.read(parameter, 0)))
  session.close()
  return {
    initial: (parameter) => initial.get(parameter) ?? new Float64Array(0),
    after: (parameter) => after.get(parameter) ?? [],
    measured: (what) => Array.from(measurements[0]?.get(what) ?? []),
    x: Array.from(pixels),
    y: Array.from({ length: BATCH * classes }, (_, i) => (labels[Math.floor(i / classes)] === i % classes ? 1 : 0)),
  }
}

const row = (values: ArrayLike<number>, columns: number, i: number): number[] =>
  Array.from({ length: columns }, (_, j) => values[i * columns + j] as number)
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * (b[i] as number), 0)
const times = (matrix: ArrayLike<number>, vector: readonly number[], rows: number): number[] =>
  Array.from({ length: rows }, (_, i) => dot(row(matrix, vector.length, i), vector))
const meanOverSamples = (of: (sample: number) => number): number =>
  Array.from({ length: BATCH }, (_, i) => of(i)).reduce((sum, v) => sum + v, 0) / BATCH

describe('energy', () => {
  for (const rule of ['ep', 'csm'])
    for (const phase of ['free', 'nudged'])
      test(`of ${rule} at the end of the ${phase} phase is the sum in its definition`, async () => {
        const β = 0.7
        const states = [1, 2].map((k) => `${phase}.s${k}`)
        const { initial, measured, x, y } = await report(rule, { beta: β }, [`${phase}.energy`, ...states])
        const M = rule === 'csm' ? initial('M1') : new Float64Array(16)
        const want = meanOverSamples((i) => {
          const s = [row(x, 5, i), row(measured(`${phase}.s1`), 4, i), row(measured(`${phase}.s2`), 3, i)] as const
          const layer = (k: 1 | 2, units: number): number =>
            0.5 * dot(s[k], s[k]) - dot(s[k], times(initial(`W${k}`), s[(k - 1) as 0 | 1], units))
          const pull = row(y, 3, i).reduce((sum, v, j) => sum + ((s[2][j] as number) - v) ** 2, 0)
          const lateral = 0.5 * dot(s[1], times(M, s[1], 4))
          return layer(1, 4) + layer(2, 3) + lateral + (phase === 'nudged' ? β * pull : 0)
        })
        // Biases begin at zero.
        expect(measured(`${phase}.energy`)).toHaveLength(phase === 'free' ? 20 : 4)
        expect(measured(`${phase}.energy`).at(-1)).toBeCloseTo(want, 10)
      })

  test.each([
    ['pc', 'clamped', { activation: 'tanh' }],
    ['pc-nudge', 'nudged', { activation: 'tanh', lambda: 0.3 }],
  ] as const)('of %s is that of its squared errors', async (rule, phase, settings) => {
    const states = [1, 2].map((k) => `${phase}.v${k}`)
    const { initial, measured, x, y } = await report(rule, settings, [`${phase}.energy`, ...states])
    const want = meanOverSamples((i) => {
      const v1 = row(measured(`${phase}.v1`), 4, i)
      const v2 = row(measured(`${phase}.v2`), 3, i)
      const error = (v: readonly number[], k: number, from: readonly number[]): number =>
        times(initial(`W${k}`), from, v.length).reduce(
          (sum, p, j) => sum + ((v[j] as number) - p - (initial(`b${k}`)[j] as number)) ** 2,
          0,
        )
      const errors = error(v1, 1, row(x, 5, i)) + error(v2, 2, v1.map(Math.tanh))
      const pull = row(y, 3, i).reduce((sum, v, j) => sum + ((v2[j] as number) - v) ** 2, 0)
      return rule === 'pc' ? 0.5 * errors : errors + 0.3 * pull
    })
    expect(measured(`${phase}.energy`).at(-1)).toBeCloseTo(want, 10)
  })

  // A projected gradient step shorter than 2/L, L the largest curvature, cannot climb; these networks are small and smooth, and so L is small.
  test.each([
    ['ep', 'free', 'neuralLr', {}],
    ['csm', 'free', 'neuralLr', {}],
    ['ep', 'nudged', 'neuralLr', { randomSign: false }],
    ['pc', 'clamped', 'neuralLr', { neuralRule: 'constant', neuralLrStop: 0, activation: 'sigmoid' }],
    ['pc-nudge', 'nudged', 'neuralLr', { neuralRule: 'constant', neuralLrStop: 0, activation: 'tanh', lambda: 0.5 }],
  ] as const)('of %s never climbs in the %s phase when steps are small', async (rule, phase, step, settings) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), fc.double({ min: 0.001, max: 0.05, noNaN: true }), async (seed, η) => {
        const { measured } = await report(rule, { ...settings, [step]: η }, [`${phase}.energy`], seed)
        const energies = measured(`${phase}.energy`)
        expect(energies.length).toBeGreaterThan(1)
        energies.slice(1).forEach((energy, t) => {
          expect(energy).toBeLessThanOrEqual((energies[t] as number) + 1e-12)
        })
      }),
      { numRuns: 40, seed: 2026 },
    )
  })
})

describe.each([
  'backprop',
  'feedback-alignment',
  'direct-feedback-alignment',
  'dual-propagation',
  'ebd',
  'pepita',
  'sign-symmetry',
  'kolen-pollack',
  'weight-mirror',
])('the loss of %s', (rule) => {
  test.each(['squared-error', 'cross-entropy'])(
    'is its definition, computed from the output before the update: %s',
    async (criterion) => {
      const measure = named(rule).measures.find(({ name }) => name === 'loss')
      const settings = named(rule).settings.parse({ criterion }) as unknown
      const found = await report(rule, { criterion }, ['loss', 'activation.2'])
      const taken = await measure?.take(settings, WIDTHS, {
        ...NOTHING,
        measurement: (name) => found.measured(name),
      })
      const classes = WIDTHS.at(-1) as number
      const output = found.measured('activation.2')
      const want = meanOverSamples((i) => {
        const [scores, target] = [row(output, classes, i), row(found.y, classes, i)]
        if (criterion === 'squared-error')
          return scores.reduce((sum, score, c) => sum + (score - (target[c] as number)) ** 2, 0) / classes
        const total = scores.reduce((sum, score) => sum + Math.exp(score), 0)
        return -Math.log(Math.exp(dot(scores, target)) / total)
      })
      expect(taken).toEqual([{ series: criterion, value: expect.closeTo(want, 12) as unknown }])
    },
  )
})

describe('the settling residual', () => {
  test.each([
    ['corinfomax', 'free', 'r', {}],
    ['corinfomax-sparse', 'free', 'r', {}],
    ['ep', 'free', 's', {}],
  ] as const)('of %s is the change of all layers, sample by sample', async (rule, phase, letter, settings) => {
    const states = (t: number): Promise<Reported> =>
      report(rule, { ...settings, iterationsFree: t }, [
        `${phase}.residual`,
        `${phase}.${letter}1`,
        `${phase}.${letter}2`,
      ])
    const before = await states(5)
    const after = await states(6)
    const of = ({ measured }: Reported, i: number): number[] => [
      ...row(measured(`${phase}.${letter}1`), 4, i),
      ...row(measured(`${phase}.${letter}2`), 3, i),
    ]
    const length = (v: readonly number[]): number => Math.sqrt(dot(v, v))
    const want = meanOverSamples((i) => {
      const old = of(before, i)
      return length(of(after, i).map((v, j) => v - (old[j] as number))) / length(of(after, i))
    })
    expect(want).toBeGreaterThan(0)
    const residual = after.measured(`${phase}.residual`)
    expect(residual[0], 'from rest, all that there is has just come').toBeCloseTo(1, 10)
    expect(residual[5]).toBeCloseTo(want, 10)
    expect(residual.slice(0, 5)).toEqual(before.measured(`${phase}.residual`))
  })

  test('of a phase that is left out of a run is not asked for', () => {
    const rule = named('corinfomax')
    const measure = rule.measures.find(({ name }) => name === 'residual')
    const keep = (threePhase: boolean): readonly string[] =>
      measure?.keep(rule.settings.parse({ threePhase }), WIDTHS) ?? []
    expect(keep(false)).toEqual(['free.residual', 'nudged.residual'])
    expect(keep(true)).toEqual(['free.residual', 'nudged.residual', 'third.residual'])
  })
})

describe.each(['corinfomax', 'corinfomax-sparse'])('correlations behind the information of %s', (rule) => {
  const λ = 0.6
  /** λI + (1 − λ)⟨v vᵀ⟩: one batch seen, from I. */
  const seen = (vectors: readonly (readonly number[])[], n: number): number[] =>
    Array.from({ length: n * n }, (_, at) => {
      const [a, b] = [Math.floor(at / n), at % n]
      return (
        (a === b ? λ : 0) + (1 - λ) * meanOverSamples((i) => (vectors[i]?.[a] as number) * (vectors[i]?.[b] as number))
      )
    })
  const apart = (a: readonly number[], b: readonly number[]): number =>
    Math.max(...a.map((v, i) => Math.abs(v - (b[i] as number))), a.length === b.length ? 0 : Infinity)

  test.each([
    ['free', 'Rfree', ''],
    ['nudged', 'Rnudged', 'Nudged'],
  ])(
    'are those of the %s phase’s rates and prediction errors, with the weights as they were before the batch',
    async (phase, rates, suffix) => {
      const [forward, backward] = [`Rforward${suffix}2`, `Rbackward${suffix}1`]
      const kept = [`${rates}1`, `${rates}2`, forward, backward]
      const { initial, measured, after } = await report(rule, { lambda: λ }, [...kept, `${phase}.r1`, `${phase}.r2`])
      const r1 = Array.from({ length: BATCH }, (_, i) => row(measured(`${phase}.r1`), 4, i))
      const r2 = Array.from({ length: BATCH }, (_, i) => row(measured(`${phase}.r2`), 3, i))
      /** r − M s, sample by sample. */
      const errors = (r: readonly number[][], M: ArrayLike<number>, s: readonly number[][]): number[][] =>
        r.map((own, i) => times(M, s[i] as number[], own.length).map((told, j) => (own[j] as number) - told))
      expect(apart(after(`${rates}1`), seen(r1, 4))).toBeLessThan(1e-12)
      expect(apart(after(`${rates}2`), seen(r2, 3))).toBeLessThan(1e-12)
      // e₂ = r₂ − W₂r₁ and ē₁ = r₁ − V₂r₂.
      expect(apart(after(forward), seen(errors(r2, initial('W2'), r1), 3))).toBeLessThan(1e-12)
      expect(apart(after(backward), seen(errors(r1, initial('V2'), r2), 4))).toBeLessThan(1e-12)
      // Else it could not be told which weights they were.
      expect(apart(after(forward), seen(errors(r2, after('W2'), r1), 3))).toBeGreaterThan(1e-6)
      expect(apart(after(backward), seen(errors(r1, after('V2'), r2), 4))).toBeGreaterThan(1e-6)
    },
  )
})

test('while layers settle the information is that of one batch’s whole correlation matrices', async () => {
  const settings = { iterationsFree: 3, iterationsNudged: 2, epsilon: 0.15 }
  const measure = named('corinfomax').measures.find(({ name }) => name === 'information-settling')
  const parsed = named('corinfomax').settings.parse(settings) as unknown
  const names = measure?.keep(parsed, WIDTHS) ?? []
  const { measured, initial } = await report('corinfomax', settings, [...names, 'free.r1', 'free.r2'])
  const taken = await measure?.take(parsed, WIDTHS, { ...NOTHING, measurement: measured })
  expect(taken?.map(({ series, value }) => [series, (value as readonly number[]).length])).toEqual([
    ['free, forward 1→2', 3],
    ['free, backward 2→1', 3],
    ['nudged, forward 1→2', 2],
    ['nudged, backward 2→1', 2],
  ])
  // After the last iteration, from the rates of the phase, with n × n matrices.
  const r1 = Array.from({ length: BATCH }, (_, i) => row(measured('free.r1'), 4, i))
  const r2 = Array.from({ length: BATCH }, (_, i) => row(measured('free.r2'), 3, i))
  const errors = (r: readonly number[][], M: ArrayLike<number>, s: readonly number[][]): number[][] =>
    r.map((own, i) => times(M, s[i] as number[], own.length).map((told, j) => (own[j] as number) - told))
  const half = (vectors: readonly number[][]): number => {
    const n = vectors[0]?.length ?? 0
    const correlation = Array.from({ length: n * n }, (_, at) =>
      meanOverSamples((i) => (vectors[i]?.[Math.floor(at / n)] as number) * (vectors[i]?.[at % n] as number)),
    )
    return 0.5 * logDeterminant(correlation, n, 0.15)
  }
  const last = (series: string): number => (taken!.find((one) => one.series === series)!.value as number[])[2] as number
  expect(last('free, forward 1→2')).toBeCloseTo(half(r2) - half(errors(r2, initial('W2'), r1)), 10)
  expect(last('free, backward 2→1')).toBeCloseTo(half(r1) - half(errors(r1, initial('V2'), r2)), 10)
})

test('the information that layers share is ½ log of a ratio of determinants, of averages without their start', async () => {
  const [λ, ε] = [0.9, 0.15]
  type Square = readonly [number, number, number, number]
  /** Of three batches, ⟨v vᵀ⟩ of a layer of two: of the rates of layers 1 and 2, and of the errors forward and backward. */
  const seen: Readonly<Record<string, readonly [Square, Square, Square]>> = {
    Rfree1: [
      [0.5, 0.1, 0.1, 0.4],
      [0.6, 0.2, 0.2, 0.3],
      [0.2, 0, 0, 0.7],
    ],
    Rfree2: [
      [0.9, 0.3, 0.3, 0.8],
      [0.7, 0.1, 0.1, 0.5],
      [0.4, 0.2, 0.2, 0.6],
    ],
    Rforward2: [
      [0.3, 0.1, 0.1, 0.2],
      [0.2, 0, 0, 0.1],
      [0.1, 0.05, 0.05, 0.3],
    ],
    Rbackward1: [
      [0.1, 0, 0, 0.2],
      [0.3, 0.1, 0.1, 0.1],
      [0.2, 0.1, 0.1, 0.2],
    ],
  }
  // R as a rule leaves it, from I.
  const R = (name: string): number[] =>
    (seen[name] ?? []).reduce<number[]>((before, C) => before.map((v, i) => λ * v + (1 - λ) * C[i as 0]), [1, 0, 0, 1])
  // What it stands for: the average over the batches, each weighted by λ to the number of batches since.
  const half = (name: string): number => {
    const average = ([0, 1, 2, 3] as const).map((i) => {
      const [first, second, third] = (seen[name] ?? []).map((C) => C[i]) as [number, number, number]
      return (λ * λ * first + λ * second + third) / (λ * λ + λ + 1)
    }) as [number, number, number, number]
    const [a, b, c, d] = average
    return 0.5 * Math.log((a + ε) * (d + ε) - b * c)
  }
  const measure = named('corinfomax').measures.find(({ name }) => name === 'information')
  const taken = await measure?.take(named('corinfomax').settings.parse({ lambda: λ, epsilon: ε }), [3, 2, 2], {
    ...NOTHING,
    batches: 3,
    parameter: async (name) => Float64Array.from(R(name)),
  })
  expect(taken?.map(({ series }) => series)).toEqual(['forward 1→2', 'backward 2→1'])
  const [forward, backward] = (taken ?? []).map(({ value }) => Number(value))
  expect(forward).toBeCloseTo(half('Rfree2') - half('Rforward2'), 10)
  expect(backward).toBeCloseTo(half('Rfree1') - half('Rbackward1'), 10)
})

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => {
  const settings: unknown = rule.settings.parse({})

  test('reports nothing and carries no log when nothing is measured', () => {
    const { program } = compileRule(rule, settings, WIDTHS)
    expect(program.measurements).toEqual([])
    expect(program.parameters.filter(({ role }) => role === 'log')).toEqual([])
  })

  test('has every report that its measures ask for', () => {
    for (const measure of rule.measures) {
      const { logs, reports } = keptBy(rule, measure, settings, WIDTHS)
      const { program } = compileRule(rule, settings, WIDTHS, [...logs, ...reports])
      expect(program.measurements.map(({ name }) => name).sort()).toEqual([...reports].sort())
    }
  })

  test('tells silence over a set that comes in pieces', async () => {
    const measure = rule.measures.find(({ name }) => name === 'silent-test-set')
    const pieces = [
      // Two samples, then one: the first unit of layer 1 is silent for all, the third for one.
      [Float32Array.from([0, 1, 0.005, 1, -0.001, 1, 0.5, 1]), Float32Array.from([1, 1, 0, 1, 1, 0])],
      [Float32Array.from([0, 0.5, 0.5, 0.5]), Float32Array.from([1, 1, 1])],
    ]
    async function* classified(): AsyncGenerator<readonly Float32Array[]> {
      for (const piece of pieces) yield await Promise.resolve(piece)
    }
    const taken = (await measure?.take(settings, WIDTHS, { ...NOTHING, classified })) ?? []
    const want = { 'layer 1': 4 / 12, 'layer 1, always': 1 / 4, 'layer 2': 2 / 9, 'layer 2, always': 0 }
    const found = Object.fromEntries(taken.map(({ series, value }) => [series, value]))
    expect(found['layer 1']).toBeDefined()
    for (const [series, value] of Object.entries(found))
      expect(value, series).toBeCloseTo(want[series as keyof typeof want], 12)
  })

  test('is at its scores in the last layer, and at every other where a training batch says', async () => {
    const compiled = compileLayers(rule, settings, WIDTHS)
    const session = await reference.open(compiled, { replicas: 1, precision: 'float64' })
    const random = Generator.seeded(3)
    const data: Samples = {
      count: BATCH,
      features: 5,
      pixels: Float32Array.from({ length: BATCH * 5 }, () => random.between(0, 1)),
      labels: Uint8Array.from({ length: BATCH }, (_, i) => i % 3),
      classes: 3,
      image: null,
      scaling: { scale: [1], offset: [0] },
    }
    session.bind({ train: data, test: data })
    for (const { name, shape, initial } of compiled.program.parameters)
      session.write(name, 0, drawInitial(initial, shape, random.split(name)))
    const before = await Promise.all(compiled.program.parameters.map(({ name }) => session.read(name, 0)))
    const scalars = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
    const samples = Uint32Array.from({ length: BATCH }, (_, i) => i)
    const { measurements } = await session.train({ batchSize: BATCH, batches: 1, samples, scalars, measureBatch: 0 })
    expect([...(measurements[0]?.keys() ?? [])]).toEqual(['layer 1', 'layer 2'])
    expect(measurements[0]?.get('layer 1')).toHaveLength(BATCH * 4)
    expect(measurements[0]?.get('layer 2')).toEqual(
      await session.predict({ split: 'test', samples, scalars, replica: 0 }),
    )
    // Nothing was learned.
    expect(await Promise.all(compiled.program.parameters.map(({ name }) => session.read(name, 0)))).toEqual(before)
    session.close()
  })

  test('tells silence and activity of its layers', async () => {
    for (const name of ['silent', 'activity']) {
      const measure = rule.measures.find((one) => one.name === name)
      const layers = measure?.keep(settings, WIDTHS) ?? []
      const rates = [
        [0, 0.0099, -0.0099, 0.5],
        [1, 1, 0.01, 0.99],
      ]
      const taken = await measure?.take(settings, WIDTHS, {
        ...NOTHING,
        measurement: (asked) => rates[layers.indexOf(asked)] ?? [],
      })
      const values = (taken ?? []).map(({ value }) => value)
      const want = name === 'silent' ? [0.75, 0] : [0.125, 0.75]
      expect(layers.length).toBeGreaterThan(0)
      expect(values.map((value) => Number(value).toFixed(9))).toEqual(
        want.slice(0, layers.length).map((value) => value.toFixed(9)),
      )
    }
  })
})
