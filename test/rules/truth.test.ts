/** The truth meter: updates against backpropagation and against the gradient of the settled cost. In float64 on the reference engine unless told otherwise. */
import { describe, expect, test } from 'vitest'
import { native } from '../../src-main/engines/native.ts'
import type { Session } from '../../src-main/engines/engine.ts'
import { angleBetween } from '../../src-main/program/measures.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import { compileRule, ruleNamed, rules, type Rule } from '../../src-main/rules/index.ts'
import { checkExperiment } from '../../src-main/experiment/check.ts'
import { tinyExperiment } from '../training/tiny.ts'
import { batch, BATCH, compiledWith, restore, started } from './small-network.ts'

function named(name: string): Rule {
  const rule = ruleNamed(name)
  if (rule === undefined) throw new Error(`there is no rule ${name}`)
  return rule
}

const keptBy = (rule: Rule, measure: string, settings: unknown, widths: readonly number[]): readonly string[] =>
  rule.measures.find(({ name }) => name === measure)?.keep(settings, widths) ?? []

/** A measure's values by series, of the batch that `measured` reports. */
async function taken(
  rule: Rule,
  measure: string,
  settings: unknown,
  widths: readonly number[],
  measured: (name: string) => Float64Array,
): Promise<Record<string, number>> {
  const series = await rule.measures
    .find(({ name }) => name === measure)
    ?.take(settings, widths, {
      batches: 1,
      parameter: () => Promise.reject(new Error('weights are not asked for')),
      measurement: measured,
      classified: () => {
        throw new Error('the test set is not asked for')
      },
    })
  return Object.fromEntries((series ?? []).map(({ series: name, value }) => [name, Number(value)]))
}

/** Angle and ratio of each layer in one batch from the rule's own start, or from the weights in `put`. */
async function truthOf(
  name: string,
  given: object,
  widths: readonly number[],
  against: 'backprop' | 'settled',
  {
    put = () => undefined,
    seed = 11,
    lowest = 0,
  }: Partial<{ put: (s: Session, w: ReadonlyMap<string, Float64Array>) => void; seed: number; lowest: number }> = {},
): Promise<{ angles: number[]; ratios: number[] }> {
  const rule = named(name)
  const settings: unknown = rule.settings.parse(given)
  const compiled = compiledWith(name, given, widths, keptBy(rule, `truth-${against}`, settings, widths))
  const { session, initial } = await started(compiled, seed, lowest)
  put(session, initial)
  const measured = await batch(session, compiled)
  session.close()
  const of = async (measure: string): Promise<number[]> =>
    Object.values(await taken(rule, measure, settings, widths, measured))
  return { angles: await of(`truth-${against}`), ratios: await of(`truth-${against}-norm`) }
}

const close = (values: readonly number[], to: number, digits: number): void => {
  for (const value of values) expect(value).toBeCloseTo(to, digits)
}

describe('against backpropagation', () => {
  for (const widths of [
    [5, 7, 3],
    [5, 7, 6, 3],
  ])
    for (const criterion of ['squared-error', 'cross-entropy'])
      test(`backpropagation itself is at 0° and of the same size: ${criterion}, ${widths.join('-')}`, async () => {
        // Neither momentum nor weight decay is part of the update.
        const { angles, ratios } = await truthOf('backprop', { criterion, weightDecay: 0.1 }, widths, 'backprop')
        expect(angles).toHaveLength(widths.length - 1)
        // acos near 1 turns a rounding of 10⁻¹⁶ into 10⁻⁶ degrees.
        close(angles, 0, 5)
        close(ratios, 1, 12)
      })

  test('feedback alignment is backpropagation when its feedback is W, and opposite in the layer below when it is −W', async () => {
    const feedback =
      (sign: number) =>
      (session: Session, initial: ReadonlyMap<string, Float64Array>): void => {
        session.write(
          'F2',
          0,
          (initial.get('W2') ?? new Float64Array(0)).map((v) => sign * v),
        )
      }
    const same = await truthOf('feedback-alignment', {}, [5, 7, 3], 'backprop', { put: feedback(1) })
    close(same.angles, 0, 5)
    close(same.ratios, 1, 12)
    const opposite = await truthOf('feedback-alignment', {}, [5, 7, 3], 'backprop', { put: feedback(-1) })
    expect(opposite.angles[0]).toBeCloseTo(180, 5)
    expect(opposite.angles[1]).toBeCloseTo(0, 5)
    close(opposite.ratios, 1, 12)
    const drawn = await truthOf('feedback-alignment', {}, [5, 7, 3], 'backprop')
    expect(drawn.angles[0]).toBeGreaterThan(1)
  })

  // Millidge et al. 2023: as λ → 0 the updates of nudged predictive coding are those of backpropagation.
  for (const activation of ['sigmoid', 'tanh', 'relu', 'linear'])
    test(`nudged predictive coding tends to backpropagation as λ → 0: ${activation}`, async () => {
      const off: number[] = []
      for (const lambda of [0.1, 0.01, 0.001]) {
        const { angles, ratios } = await truthOf(
          'pc-nudge',
          { activation, lambda, iterations: 2000, neuralLr: 0.05 },
          [5, 6, 4, 3],
          'backprop',
        )
        off.push(Math.max(...angles))
        if (lambda === 0.001) close(ratios, 1, 1)
      }
      expect(off[1]).toBeLessThan((off[0] as number) / 3)
      expect(off[2]).toBeLessThan((off[1] as number) / 3)
    })

  test('predictive coding is backpropagation in the layer that is clamped, before any value has moved', async () => {
    // With one iteration of a rate near nothing e_L = t − v_L, which is backpropagation's error; the layers below have none yet.
    const { angles, ratios } = await truthOf('pc', { iterations: 1, neuralLr: 1e-9 }, [5, 6, 3], 'backprop')
    expect(angles[1]).toBeCloseTo(0, 4)
    expect(ratios[1]).toBeCloseTo(1, 6)
    expect(ratios[0]).toBeLessThan(1e-6)
  })

  // What a network without feedback, gains and lateral synapses settles at is its forward pass; one whose hidden layer nothing reaches from above.
  test('equilibrium propagation with next to no feedback tends to it in the last layer', async () => {
    const faint = (session: Session, initial: ReadonlyMap<string, Float64Array>): void => {
      session.write(
        'W2',
        0,
        (initial.get('W2') ?? new Float64Array(0)).map((v) => 1e-4 * v),
      )
      session.write('b2', 0, Float64Array.of(0.4, 0.5, 0.6))
      session.write('b1', 0, Float64Array.of(0.2, 0.3, 0.1, 0.4))
      session.write(
        'W1',
        0,
        (initial.get('W1') ?? new Float64Array(0)).map((v) => 0.1 * v),
      )
    }
    const settings = { beta: 1e-4, randomSign: false, iterationsFree: 200, iterationsNudged: 200 }
    const { angles, ratios } = await truthOf('ep', settings, [5, 4, 3], 'backprop', { put: faint })
    close(angles, 0, 1)
    close(ratios, 1, 2)
  })
})

/** Networks that settle, with what it takes for them to settle to the last digit, and their cost. */
const SETTLING = [
  { name: 'ep', given: {}, half: 1 },
  { name: 'ep', given: { activation: 'sigmoid', neuralLr: 0.3 }, half: 1 },
  { name: 'ep', given: { activation: 'tanh', neuralLr: 0.3 }, half: 1 },
  { name: 'csm', given: { neuralLr: 0.2 }, half: 1 },
  { name: 'corinfomax', given: { neuralRule: 'constant', neuralLr: 0.02, lambda: 0.9 }, half: 0.5 },
  {
    name: 'corinfomax',
    given: { neuralRule: 'constant', neuralLr: 0.02, lambda: 0.9, bias: true, activation: 'tanh' },
    half: 0.5,
  },
] as const
const LONG = { iterationsFree: 1200, iterationsNudged: 1200 }
const WIDTHS = [5, 4, 4, 3]
const PER_LAYER = {
  ep: { learningRates: [0.1, 0.1, 0.1] },
  csm: { learningRates: [0.1, 0.1, 0.1], lrLateral: [-0.01, -0.01] },
  corinfomax: { lrForward: [0.1, 0.1, 0.1], lrFeedback: [0.1, 0.1] },
} as const

/** Smaller weights than they are drawn with, so that states rest away from the clips. */
function gentle(session: Session, initial: ReadonlyMap<string, Float64Array>, scale = 0.35): Map<string, Float64Array> {
  const put = new Map(initial)
  for (const [name, values] of initial) {
    if (/^[WVM]/.test(name))
      put.set(
        name,
        values.map((v) => scale * v),
      )
    if (name.startsWith('b'))
      put.set(
        name,
        values.map((_, i) => 0.3 + 0.05 * i),
      )
  }
  restore(session, put)
  return put
}

describe('against the gradient of the settled cost', () => {
  test.each(SETTLING)(
    'which is that of $name by finite differences: $given',
    async ({ name, given, half }) => {
      const rule = named(name)
      const settings = { ...PER_LAYER[name], ...given, ...LONG, randomSign: false, beta: 0.01 }
      const output = name === 'corinfomax' ? 'free.r3' : 'free.s3'
      const weights = ['W1', 'W2', 'W3']
      const compiled = compiledWith(name, settings, WIDTHS, [
        output,
        ...keptBy(rule, 'truth-settled', settings, WIDTHS),
        ...[1, 2, 3].map((k) => `update.W${k}`),
      ])
      const { session, initial, y } = await started(compiled, 71)
      const put = gentle(session, initial)
      const measured = await batch(session, compiled)
      const updates = weights.map((w) => Float64Array.from(measured(`update.${w}`)))
      const products = [1, 2, 3].map((k) => measured(`truth.settled.product${k}`)[0] as number)
      const squares = [1, 2, 3].map((k) => measured(`truth.settled.squares${k}`)[0] as number)
      const between = measured(output).filter((v) => v > 0 && v < 1).length
      expect(between).toBeGreaterThan(BATCH)

      // The settled state alone is asked for, which is a quarter of the work.
      const free = compileRule(rule, rule.settings.parse(settings) as unknown, WIDTHS, [output], false)
      const other = (await started(free, 71)).session
      restore(other, put)
      const costAt = async (name: string, values: Float64Array): Promise<number> => {
        other.write(name, 0, values)
        const r = (await batch(other, free))(output)
        other.write(name, 0, put.get(name) as Float64Array)
        return (half * r.reduce((sum, v, i) => sum + (v - (y[i] as number)) ** 2, 0)) / BATCH
      }
      const h = 1e-5
      for (const [at, w] of weights.entries()) {
        const values = put.get(w) as Float64Array
        const descent = new Float64Array(values.length)
        for (let i = 0; i < values.length; i++) {
          const [up, down] = [values.slice(), values.slice()]
          up[i] = (values[i] as number) + h
          down[i] = (values[i] as number) - h
          descent[i] = ((await costAt(w, down)) - (await costAt(w, up))) / (2 * h)
        }
        const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * (b[i] as number), 0)
        expect(dot(descent, descent)).toBeGreaterThan(1e-12)
        expect((squares[at] as number) / dot(descent, descent)).toBeCloseTo(1, 5)
        expect((products[at] as number) / dot(updates[at] as Float64Array, descent)).toBeCloseTo(1, 4)
      }
      session.close()
      other.close()
    },
    120_000,
  )

  /**
   * Scellier and Bengio 2017, theorem 1: the contrast divided by β tends to the gradient, with an error of order β, so that a
   * fifth of β leaves about a fifth. It holds where the state moves smoothly with β: a unit that leaves a clip in between
   * breaks it however small β is, so either no unit has a clip or none may cross one.
   */
  test.each([
    { name: 'ep', activation: 'sigmoid', scale: 0.35 },
    { name: 'ep', activation: 'hard-sigmoid', scale: 0.15 },
    { name: 'csm', activation: 'hard-sigmoid', scale: 0.15 },
  ] as const)('$name ($activation) tends to it as β → 0, in angle and in size', async ({ name, activation, scale }) => {
    const rule = named(name)
    const angles: number[] = []
    const off: number[] = []
    for (const beta of [0.5, 0.1, 0.02, 0.004]) {
      const settings = { ...PER_LAYER[name], ...LONG, activation, neuralLr: 0.2, randomSign: false, beta }
      const states = ['free', 'nudged'].map((phase) => [1, 2, 3].map((k) => `${phase}.s${k}`))
      const keep = [...keptBy(rule, 'truth-settled', settings, WIDTHS), ...states.flat()]
      const compiled = compiledWith(name, settings, WIDTHS, keep)
      const { session, initial } = await started(compiled, 71)
      gentle(session, initial, scale)
      const measured = await batch(session, compiled)
      session.close()
      for (const state of states.flat())
        expect(
          measured(state).every((v) => v > 0 && v < 1),
          state,
        ).toBe(true)
      const of = async (measure: string): Promise<number[]> =>
        Object.values(await taken(rule, measure, settings, WIDTHS, measured))
      angles.push(Math.max(...(await of('truth-settled'))))
      off.push(Math.max(...(await of('truth-settled-norm')).map((ratio) => Math.abs(ratio - 1))))
    }
    for (const series of [angles, off]) {
      for (let i = 1; i < series.length; i++) expect(series[i], series.join(', ')).toBeLessThan(series[i - 1] as number)
      expect(series[3], series.join(', ')).toBeLessThan(0.3 * (series[2] as number))
    }
    expect(angles.at(-1)).toBeLessThan(1)
    expect(off.at(-1)).toBeLessThan(0.02)
  })

  test('CorInfoMax is measured: it learns downhill of it, and not along it', async () => {
    // Nothing makes V the transpose of W, so that no theorem puts its update at 0°; it has to have one.
    const settings = {
      ...PER_LAYER.corinfomax,
      ...LONG,
      neuralRule: 'constant',
      neuralLr: 0.02,
      randomSign: false,
      beta: 0.01,
    }
    const { angles, ratios } = await truthOf('corinfomax', settings, WIDTHS, 'settled', { put: gentle, seed: 71 })
    expect(angles).toHaveLength(3)
    expect(angles.at(-1)).toBeLessThan(45)
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(0)
  })

  test('is refused by the form where the output has no state of rest, and not offered where multipliers have none', () => {
    const measure = named('ep').measures.find(({ name }) => name === 'truth-settled')
    const problemsWith = (criterion: string): unknown => {
      const given = tinyExperiment('ep', {
        widths: [784, 5, 10],
        settings: { criterion },
        measures: [{ name: 'truth-settled', everyBatches: 1 }],
      })
      return checkExperiment(given).problems
    }
    expect(problemsWith('squared-error')).toBeUndefined()
    expect(problemsWith('cross-entropy-released')).toEqual([
      { path: 'measures.0.name', message: expect.stringMatching(/"truth-settled".*no state of rest/) as unknown },
    ])
    expect(measure?.unavailable?.(named('ep').settings.parse({}))).toBeNull()
    expect(measure?.unavailable?.(named('ep').settings.parse({ criterion: 'cross-entropy-released' }))).toMatch(
      /no state of rest/,
    )
    expect(named('corinfomax-sparse').measures.map(({ name }) => name)).not.toContain('truth-settled')
    expect(named('corinfomax-sparse').measures.map(({ name }) => name)).toContain('truth-backprop')
  })
})

test('every rule tells its update apart from its rates: twice the learning rate is the same update', async () => {
  for (const rule of rules) {
    const widths = [5, 4, 3]
    const update = async (settings: object): Promise<number[]> => {
      const compiled = compiledWith(rule.name, settings, widths, ['update.W1', 'update.W2'])
      const { session } = await started(compiled, 5)
      const measured = await batch(session, compiled)
      session.close()
      return [...measured('update.W1'), ...measured('update.W2')]
    }
    const settings = rule.settings.parse({}) as Record<string, unknown>
    const doubled = Object.fromEntries(
      Object.entries(settings).flatMap(([key, value]): [string, unknown][] => {
        if (key === 'learningRate') return [[key, 2 * (value as number)]]
        return key === 'learningRates' || key === 'lrForward' ? [[key, (value as number[]).map((v) => 2 * v)]] : []
      }),
    )
    expect(Object.keys(doubled), rule.name).toHaveLength(1)
    const plain = await update({})
    expect(
      plain.some((v) => Math.abs(v) > 1e-9),
      rule.name,
    ).toBe(true)
    expect(await update(doubled), rule.name).toEqual(plain)
  }
})

const nativeHere = await native.available()

test.skipIf(!nativeHere.available)('the native engine measures what the reference does', async () => {
  const widths = [12, 10, 8, 3]
  for (const [name, given] of [
    ['ep', PER_LAYER.ep],
    ['corinfomax', PER_LAYER.corinfomax],
    ['pc', {}],
    ['backprop', {}],
  ] as const) {
    const rule = named(name)
    const settings: unknown = rule.settings.parse(given)
    const measures = rule.measures.filter((measure) => /^truth-(backprop|settled)(-norm)?$/.test(measure.name))
    const keep = [...new Set(measures.flatMap((measure) => measure.keep(settings, widths)))]
    const compiled: Compiled = compiledWith(name, given, widths, keep)
    const slow = await started(compiled, 3)
    const fast = await native.open(compiled, { replicas: 1, precision: 'float32' })
    const labels = Uint8Array.from({ length: BATCH }, (_, i) => i % 3)
    const data = {
      count: BATCH,
      features: 12,
      pixels: slow.x,
      labels,
      classes: 3,
      image: null,
      scaling: { scale: [1], offset: [0] },
    }
    fast.bind({ train: data, test: data })
    for (const [parameter, values] of slow.initial) fast.write(parameter, 0, Float32Array.from(values))
    const [a, b] = [await batch(slow.session, compiled), await batch(fast, compiled)]
    for (const { name: measure } of measures) {
      const exact = await taken(rule, measure, settings, widths, a)
      const rounded = await taken(rule, measure, settings, widths, b)
      expect(Object.keys(exact)).toHaveLength(3)
      for (const [series, value] of Object.entries(exact)) {
        // A degree is 1/57 of a cosine's slope; near 0° rounding of 10⁻⁷ is 0.03°.
        expect(Math.abs((rounded[series] as number) - value), `${name} ${measure} ${series}`).toBeLessThan(
          measure.endsWith('norm') ? 1e-3 * value : 0.1,
        )
      }
    }
    slow.session.close()
    fast.close()
  }
})

test('identical matrices are at 0°, opposite ones at 180°', () => {
  const matrix = [0.3, -0.7, 1.1, 0.2]
  expect(angleBetween(matrix, matrix)).toBeCloseTo(0, 5)
  expect(
    angleBetween(
      matrix,
      matrix.map((v) => -v),
    ),
  ).toBeCloseTo(180, 5)
})
