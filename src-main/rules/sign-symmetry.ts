/**
 * Sign symmetry: feedback weights have the signs of the forward weights, at every moment, and magnitudes of their own.
 *
 *   δ_k = (V_{k+1}ᵀ δ_{k+1}) ∘ relu′(h_k), the rest as in `perceptron.ts`, with V of W's shape:
 *   uSF, uniform           V = sign(W)
 *   frSF, fixed random     V = M ∘ sign(W), M drawn once, U(0, 1)
 *   brSF, batch-wise       V = M ∘ sign(W), M drawn anew for every batch, U(0, 1)
 *
 * sign(0) = 0. The first paper holds the magnitudes down by batch normalisation or by learning from the gradient's sign
 * alone; the later ones scale V to what the forward weights begin with, which is the default here: uSF by the standard
 * deviation of W's beginning, U(±1/√n_{k−1}), and M by its bound, so that all three are of one size.
 *
 * Source: Liao, Leibo, Poggio, AAAI 2016 (arXiv 1510.05067); scaled: Xiao et al. 2018 (arXiv 1811.03567).
 */
import { z } from 'zod'
import { layers } from '../program/layers.ts'
import type { Parameter, Tracer, Value } from '../program/trace.ts'
import { applyTransposed, map, multiply, sum } from '../program/words.ts'
import { noise } from './noise.ts'
import {
  alignmentMeasure,
  perceptronForward,
  perceptronMeasures,
  perceptronSettings,
  perceptronStep,
  unsettled,
} from './perceptron-form.ts'
import { perceptron, plainInitial } from './perceptron.ts'
import type { Behaviour, Rule } from './rule.ts'
import { choice } from './setting.ts'

/** sign(v), 0 at 0: the slope of |v|, put together from ReLU's on either side. */
const sign = (operand: Parameter): Value =>
  sum([1, map('reluSlope', operand)], [-1, map('reluSlope', sum([-1, operand]))])

function build(p: Tracer, s: SignSymmetrySettings, widths: readonly number[]): Behaviour {
  const n = (k: number): number => widths[k] as number
  const L = widths.length - 1
  const plain = plainInitial(widths)
  const bound = (k: number): number => (s.scale === 'unit' ? 1 : 1 / Math.sqrt(n(k - 1)))
  return perceptron(p, s, widths, {
    weight: plain,
    bias: plain,
    feedback(W) {
      if (s.magnitude === 'uniform') {
        // U(±b) has the standard deviation b/√3.
        const size = (k: number): number => (s.scale === 'unit' ? 1 : bound(k) / Math.sqrt(3))
        return { carry: (k, error) => sum([size(k), applyTransposed(sign(W(k)), error)]) }
      }
      const M = layers(2, L, (k) => noise(p, `M${k}`, [n(k), n(k - 1)], 'weight'))
      return {
        // |M| is U(0, ½).
        carry: (k, error) =>
          sum([2 * bound(k), applyTransposed(multiply(map('absolute', M(k).drawn), sign(W(k))), error)]),
        learn() {
          if (s.magnitude === 'batch') for (let k = 2; k <= L; k++) M(k).redraw()
        },
      }
    },
  })
}

const settings = z.strictObject({
  magnitude: choice({
    label: 'Feedback magnitudes',
    symbol: 'M',
    help: 'Feedback weights always have the sign of their forward weight; this is what their magnitude is.',
    options: ['uniform', 'batch', 'fixed'],
    optionLabels: {
      uniform: 'All equal (uSF)',
      batch: 'Random, drawn anew every batch (brSF)',
      fixed: 'Random, drawn once (frSF)',
    },
    default: 'uniform',
    group: 'learning',
  }),
  scale: choice({
    label: 'Feedback scale',
    help: 'How large feedback weights are: as forward weights at the start, or sign(W) and magnitudes between 0 and 1 as in the first paper, which needs much smaller learning rates in wide layers.',
    options: ['initial', 'unit'],
    optionLabels: { initial: 'As the initial forward weights', unit: 'Up to 1' },
    default: 'initial',
    group: 'learning',
  }),
  ...perceptronSettings,
})

type SignSymmetrySettings = z.infer<typeof settings>

export const signSymmetry: Rule<SignSymmetrySettings> = {
  name: 'sign-symmetry',
  label: 'Sign symmetry',
  summary: 'Errors are sent back through weights that share only the signs of the forward weights.',
  source: { text: 'Liao, Leibo, Poggio, AAAI 2016', url: 'https://arxiv.org/abs/1510.05067' },
  palette: 7,
  settings,
  equations: [
    perceptronForward(),
    {
      caption: 'Backward, through the signs of the weights',
      tex: String.raw`\delta_k = \big((M_{k+1} \circ \operatorname{sign}(W_{k+1}))^\top \delta_{k+1}\big) \circ \mathbf 1[h_k > 0],\quad \nabla W_k = \langle \delta_k a_{k-1}^\top\rangle`,
      settings: ['magnitude', 'scale', 'criterion'],
    },
    perceptronStep,
  ],
  measures: [
    alignmentMeasure<SignSymmetrySettings>(
      'Alignment of W and feedback',
      'The angle between forward weights and the feedback with their signs: 0° means errors are propagated as in backpropagation.',
      async (k, source, { magnitude }) => {
        const W = Float64Array.from(await source.parameter(`W${k}`))
        if (magnitude === 'uniform') return [W, W.map(Math.sign)]
        const M = await source.parameter(`M${k}`)
        return [W, W.map((w, i) => Math.abs(M[i] as number) * Math.sign(w))]
      },
    ),
    ...perceptronMeasures,
  ],
  ...unsettled,
  synapses: [
    { kind: 'forward', letter: 'W' },
    { kind: 'feedback', letter: 'M' },
  ],
  build,
}
