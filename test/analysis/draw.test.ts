// An image that a person drew is classified like a test sample with the same pixels, and what feedback and input say of it
// is computed here from the weights.
import { describe, expect, it } from 'vitest'
import { Drawing } from '../../src-main/analysis/draw.ts'
import { scope } from '../../src-main/analysis/scope.ts'
import { UNIT_SCALING, type Samples } from '../../src-main/data/data-set.ts'
import { openTrained } from '../../src-main/analysis/trained-network.ts'
import { compileRule, ruleNamed, type Rule } from '../../src-main/rules/index.ts'
import { data, matrixOf, networkOf, unpacked } from './networks.ts'

const { test } = data
const pixelsOf = (index: number): Uint8Array => {
  const found = test.pixels.subarray(index * test.features, (index + 1) * test.features)
  if (!(found instanceof Uint8Array)) throw new Error('glyphs are bytes')
  return found
}
const now = (): number => 0

describe.each([
  'corinfomax',
  'corinfomax-sparse',
  'ep',
  'csm',
  'pc',
  'pc-nudge',
  'feedback-alignment',
  'direct-feedback-alignment',
  'dual-propagation',
  'ebd',
  'pepita',
  'sign-symmetry',
  'kolen-pollack',
  'weight-mirror',
  'backprop',
])('an image shown to %s', (name) => {
  it('is classified as the sample with its pixels is, image after image', async () => {
    const trained = networkOf(name)
    const rule = ruleNamed(name) as Rule
    const compiled = compileRule(rule, trained.experiment.rule.settings, trained.experiment.widths)
    const { session } = await openTrained(trained, compiled, data)
    const drawing = await Drawing.open({ ...trained, test, classNames: data.classNames })
    try {
      for (const index of [5, 31, 5]) {
        const scores = await session.predict({
          ...{ split: 'test', samples: Uint32Array.of(index), replica: 0 },
          scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
        })
        const drawn = await drawing.see(pixelsOf(index), now)
        expect(drawn.outputs).toHaveLength(drawn.iterations)
        drawn.outputs.at(-1)?.forEach((value, c) => {
          expect(value).toBeCloseTo(scores[c] as number, 9)
        })
        expect(drawn.residual).toHaveLength(rule.classification === null ? 0 : drawn.iterations)
        expect(drawn.layers.map(({ units }) => units)).toEqual([12, 10])
      }
    } finally {
      drawing.close()
      session.close()
    }
  })
})

it('an image shown where a set keeps no bytes is black where a network sees 0 and white where it sees 1', async () => {
  const trained = networkOf('backprop', {}, { widths: [4, 3, 2] })
  const like = {
    count: 1,
    features: 4,
    labels: Uint8Array.of(0),
    classes: 2,
    image: { height: 2, width: 2, channels: 1 },
  }
  const outputsOf = async (test: Samples, bytes: readonly number[]) => {
    const drawing = await Drawing.open({ ...trained, test, classNames: ['a', 'b'] })
    try {
      return (await drawing.see(Uint8Array.from(bytes), now)).outputs[0] ?? []
    } finally {
      drawing.close()
    }
  }
  const bytes = { ...like, pixels: new Uint8Array(4), scaling: UNIT_SCALING }
  // Seen = kept · 2 − 3: what is kept of white is 2.
  const floats = { ...like, pixels: new Float32Array(4), scaling: { scale: [2], offset: [-3] } }
  const seen = await outputsOf(floats, [0, 255, 51, 102])
  ;(await outputsOf(bytes, [0, 255, 51, 102])).forEach((output, c) => {
    expect(seen[c]).toBeCloseTo(output, 5)
  })
})

describe('what an image does to a network', () => {
  it('shows what feedback expects of the hidden layer, and both as they look at the input', async () => {
    const trained = networkOf('corinfomax')
    const drawing = await Drawing.open({ ...trained, test, classNames: data.classNames })
    const drawn = await drawing.see(pixelsOf(9), now)
    drawing.close()
    const V = matrixOf(trained, 'V2')
    const W = matrixOf(trained, 'W1')
    const outputs = drawn.outputs.at(-1) ?? []
    const expected = Array.from({ length: 12 }, (_, u) =>
      outputs.reduce((sum, value, c) => sum + (V[u * 10 + c] as number) * value, 0),
    )
    const [hidden, output] = drawn.layers
    if (hidden === undefined || hidden.feedback === null) throw new Error('there is feedback to the hidden layer')
    expect(output?.feedback).toBeNull()
    const found = unpacked(hidden.feedback)
    const step = (hidden.feedback.high - hidden.feedback.low) / 255
    found.forEach((value, u) => {
      expect(Math.abs(value - (expected[u] as number))).toBeLessThanOrEqual(step / 2 + 1e-12)
    })
    const back = drawn.backProjection.feedback
    if (back === null) throw new Error('feedback reaches the first layer')
    const look = unpacked(back)
    const middle = (back.high - back.low) / 255
    for (const i of [0, 100, 400, 783]) {
      const value = expected.reduce((sum, a, u) => sum + a * (W[u * 784 + i] as number), 0)
      expect(Math.abs((look[i] as number) - value)).toBeLessThanOrEqual(middle)
    }
    expect(back.low).toBe(-back.high)
  })

  it('has none where nothing feeds back, and refuses an image of another size', async () => {
    const trained = networkOf('backprop')
    const drawing = await Drawing.open({ ...trained, test, classNames: data.classNames })
    const drawn = await drawing.see(pixelsOf(0), now)
    expect(drawn.layers.map(({ feedback }) => feedback)).toEqual([null, null])
    expect(drawn.backProjection.feedback).toBeNull()
    expect(drawn.iterations).toBe(1)
    await expect(drawing.see(new Uint8Array(783), now)).rejects.toThrow('784 inputs, found an image of 783')
    drawing.close()
  })

  it('settles as it does in the scope', async () => {
    const trained = networkOf('corinfomax')
    const drawing = await Drawing.open({ ...trained, test, classNames: data.classNames })
    const drawn = await drawing.see(pixelsOf(12), now)
    drawing.close()
    const found = await scope({ ...trained, data, samples: [12], variants: [], further: false })
    drawn.residual.forEach((value, t) => {
      expect(found.traces[0]?.phases[0]?.residual[t]).toBeCloseTo(value, 9)
    })
  })
})
