/**
 * PEPITA: the error is presented at the input. A second forward pass of the input with the error added to it, through fixed
 * random weights, moves every activity; how far it moves a unit is what the unit learns from. Nothing goes backward.
 *
 *   ε = output − label (of the cross-entropy: softmax − label);  x′ = x + F₁ᵀ ε, F₁ of n_L × n_0 and never changed
 *   a_k and a′_k: what x and x′ lead to, a′_0 = x′;  δ_L′ = ∂loss/∂h_L of the second pass
 *   ∇W_k = ⟨(a_k − a′_k) a′_{k−1}ᵀ⟩, ∇b_k = ⟨a_k − a′_k⟩ in hidden layers;  ∇W_L = ⟨δ_L′ a′_{L−1}ᵀ⟩, ∇b_L = ⟨δ_L′⟩
 *
 * Where the second pass turns no unit on or off, a_k − a′_k = −W_k ⋯ W_1 F₁ᵀ ε within units that are on: to first order in F₁
 * that is direct feedback alignment whose feedback F_{k+1}ᵀ = −W_k ⋯ W_1 F₁ᵀ follows the weights (Srinivasan et al. 2023).
 *
 * As in the released code W begins U(±√(6/n_{k−1})), F₁ so too with n_0, times its scale, and the output learns from the
 * error of the second pass. There are no biases there; here they begin at 0 and learn as weights of an input of 1. Dropout,
 * which the published runs have, is not here.
 *
 * Source: Dellaferrera & Kreiman, ICML 2022 (arXiv 2201.11665).
 */
import { z } from 'zod'
import type { Initial } from '../program/initial.ts'
import { layers } from '../program/layers.ts'
import { angleBetween } from '../program/measures.ts'
import type { Tracer } from '../program/trace.ts'
import { applyTransposed, difference, meanOverBatch, outer, sum } from '../program/words.ts'
import {
  pathAndFeedback,
  perceptronForward,
  perceptronMeasures,
  perceptronSettingsWith,
  perceptronStep,
  unsettled,
} from './perceptron-form.ts'
import { perceptron } from './perceptron.ts'
import type { Behaviour, Measure, Rule } from './rule.ts'
import { number } from './setting.ts'

function build(p: Tracer, s: PepitaSettings, widths: readonly number[]): Behaviour {
  const n = (k: number): number => widths[k] as number
  const L = widths.length - 1
  const uniform = (k: number): number => Math.sqrt(6 / n(k - 1))
  return perceptron(p, s, widths, {
    weight: (k): Initial => ({ kind: 'uniform', bound: uniform(k) }),
    bias: (): Initial => ({ kind: 'constant', value: 0 }),
    gradients({ forward, slope }) {
      const F = p.parameter('F1', [n(L), n(0)], { kind: 'uniform', bound: s.feedbackScale * uniform(1) })
      return ({ a, ε }) => {
        const second = forward(sum([1, p.x], [1, applyTransposed(F, ε)]))
        const error = layers(1, L, (k) => (k < L ? difference(a(k), second.a(k)) : slope(second.h(L))))
        return layers(1, L, (k) => ({ weight: outer(error(k), second.a(k - 1)), bias: meanOverBatch(error(k)) }))
      }
    },
  })
}

/** Angle of W_L ⋯ W_1 and F₁. */
const alignment: Measure<PepitaSettings> = {
  name: 'alignment',
  label: 'Alignment of W and F',
  unit: 'degrees',
  help: 'The angle between the product of all forward weights and the weights that add the error to the input: 90° means unrelated. Learning drives it above 90°.',
  keep: () => [],
  take: async (settings, widths, source) => [
    { series: 'input', value: angleBetween(...(await pathAndFeedback(1, source, settings, widths))) },
  ],
}

const settings = z.strictObject({
  feedbackScale: number({
    label: 'Scale of the feedback',
    help: 'The weights that add the error to the input begin uniform within plus and minus this times √(6/inputs).',
    above: 0,
    maximum: 100,
    default: 0.05,
    group: 'dynamics',
  }),
  ...perceptronSettingsWith({
    ...{ criterion: 'cross-entropy', optimiser: 'sgd', momentum: 0.9, learningRate: 0.1, weightDecay: 0 },
  }),
})

type PepitaSettings = z.infer<typeof settings>

export const pepita: Rule<PepitaSettings> = {
  name: 'pepita',
  label: 'PEPITA',
  summary:
    'The output error is added to the input through fixed random weights, and each layer learns from how a second forward pass differs.',
  source: { text: 'Dellaferrera, Kreiman, ICML 2022', url: 'https://arxiv.org/abs/2201.11665' },
  palette: 7,
  settings,
  equations: [
    perceptronForward(),
    {
      caption: 'Second pass, the error added to the input',
      tex: String.raw`x' = x + F_1^\top \varepsilon,\quad a'_0 = x',\quad a'_k = \max(W_k a'_{k-1} + b_k, 0)`,
      settings: ['feedbackScale', 'criterion'],
    },
    {
      caption: 'Gradients',
      tex: String.raw`\nabla W_k = \langle (a_k - a'_k)\, a_{k-1}'^\top\rangle,\quad \nabla W_L = \langle \delta'_L\, a_{L-1}'^\top\rangle,\quad \delta'_L = \partial C/\partial h'_L`,
      settings: [],
    },
    perceptronStep,
  ],
  measures: [alignment, ...perceptronMeasures],
  ...unsettled,
  synapses: [
    { kind: 'forward', letter: 'W' },
    { kind: 'feedback', letter: 'F' },
  ],
  build,
}
