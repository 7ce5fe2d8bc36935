/**
 * Dual propagation: every unit has two compartments, nudged apart by what is above. Their mean is the activity that goes
 * up, their difference the error that comes down, and both at once: no second phase, no settling to an equilibrium.
 *
 *   s_k = α s_k⁺ + (1 − α) s_k⁻,  h_k = W_k s_{k−1} + b_k,  s_0 = x;  Δ_k = W_{k+1}ᵀ (s⁺_{k+1} − s⁻_{k+1})
 *   s_k⁺ = relu(h_k + (1 − α) Δ_k),  s_k⁻ = relu(h_k − α Δ_k);  δ_L = ∂loss/∂h_L
 *   s_L⁺ = h_L − (1 − α) β δ_L,  s_L⁻ = h_L + α β δ_L
 *   ∇W_k = −⟨(s_k⁺ − s_k⁻) s_{k−1}ᵀ⟩/β,  ∇b_k = −⟨s_k⁺ − s_k⁻⟩/β
 *
 * A pass goes up and then down through all layers; the first one goes up with both compartments alike.
 *
 * Where β drives no hidden unit over the bend of its ReLU, s_k is the feedforward activity and s_k⁺ − s_k⁻ is −β δ_k, so
 * that the update is backpropagation's exactly, for every α and after any number of passes. Over the bend the two differ.
 *
 * The output is nudged by the slope of the loss at its mean, which takes every loss; the first paper's own compartments
 * descend the squared error itself, which at α = ½ and short of the bend multiplies all updates by 1/(1 − β²/4). α other than ½ as in the
 * second paper's form DPᵀ, where the larger step is the compartment's with the smaller share. Published with biases 0 and
 * xavier weights at first; here as in `perceptron.ts`.
 *
 * Source: Høier, Staudt, Zach, ICML 2023 (arXiv 2302.01228); Høier, Zach, ICML 2024 (arXiv 2402.08573).
 */
import { z } from 'zod'
import { layers } from '../program/layers.ts'
import type { Tracer, Value } from '../program/trace.ts'
import { apply, applyTransposed, difference, meanOverBatch, outer, relu, sum } from '../program/words.ts'
import { perceptronMeasures, perceptronSettingsWith, perceptronStep, unsettled } from './perceptron-form.ts'
import { perceptron, plainInitial } from './perceptron.ts'
import type { Behaviour, Rule } from './rule.ts'
import { number, whole } from './setting.ts'

function build(p: Tracer, s: DualPropagationSettings, widths: readonly number[]): Behaviour {
  const L = widths.length - 1
  const { alpha: α, beta: β } = s
  const plain = plainInitial(widths)
  return perceptron(p, s, widths, {
    weight: plain,
    bias: plain,
    gradients:
      ({ W, b, slope }) =>
      ({ h, a }) => {
        const plus = layers(1, L, (k) => p.state(`plus${k}`, a(k)))
        const minus = layers(1, L, (k) => p.state(`minus${k}`, a(k)))
        const mean = (k: number): Value => (k === 0 ? p.x : sum([α, plus(k)], [1 - α, minus(k)]))
        const apart = (k: number): Value => difference(plus(k), minus(k))
        const infer = (k: number, drive: Value): void => {
          const above = applyTransposed(W(k + 1), apart(k + 1))
          plus(k).become(relu(sum([1, drive], [1 - α, above])))
          minus(k).become(relu(sum([1, drive], [-α, above])))
        }
        const down = (drive: (k: number) => Value): void => {
          const loss = slope(drive(L))
          plus(L).become(sum([1, drive(L)], [-(1 - α) * β, loss]))
          minus(L).become(sum([1, drive(L)], [α * β, loss]))
          for (let k = L - 1; k >= 1; k--) infer(k, drive(k))
        }
        down(h)
        if (s.passes > 1)
          p.repeat(s.passes - 1, () => {
            const drive = new Map<number, Value>()
            for (let k = 1; k <= L; k++) {
              const driven = sum([1, apply(W(k), mean(k - 1))], [1, b(k)])
              drive.set(k, driven)
              if (k < L) infer(k, driven)
            }
            down((k) => drive.get(k) as Value)
          })
        return layers(1, L, (k) => ({
          weight: sum([-1 / β, outer(apart(k), mean(k - 1))]),
          bias: sum([-1 / β, meanOverBatch(apart(k))]),
        }))
      },
  })
}

const settings = z.strictObject({
  beta: number({
    label: 'Nudging strength',
    symbol: 'β',
    help: 'How far the compartments of the output are nudged apart. Where it drives no hidden unit over the bend of its ReLU, the rule is backpropagation exactly.',
    above: 0,
    maximum: 100,
    default: 1,
    group: 'dynamics',
  }),
  alpha: number({
    label: 'Share of the first compartment',
    symbol: 'α',
    help: 'In the mean that goes up. At 0.5 the compartments are nudged equally far; at 0 the second one is never nudged, at 1 the first one.',
    minimum: 0,
    maximum: 1,
    default: 0.5,
    group: 'dynamics',
  }),
  passes: whole({
    label: 'Inference passes',
    help: 'How often a batch goes up and down through the layers before it is learned from.',
    minimum: 1,
    maximum: 1000,
    default: 1,
    group: 'dynamics',
  }),
  ...perceptronSettingsWith({
    ...{ criterion: 'squared-error', optimiser: 'adam', momentum: 0.9, learningRate: 0.0005, weightDecay: 0 },
  }),
})

type DualPropagationSettings = z.infer<typeof settings>

export const dualPropagation: Rule<DualPropagationSettings> = {
  name: 'dual-propagation',
  label: 'Dual propagation',
  summary:
    'Every unit has two compartments: their mean goes up as activity, their difference comes down as error, in one pass.',
  source: { text: 'Høier, Staudt, Zach, ICML 2023', url: 'https://arxiv.org/abs/2302.01228' },
  palette: 7,
  settings,
  equations: [
    {
      caption: 'Upward, by the mean',
      tex: String.raw`s_k = \alpha s_k^+ + (1 - \alpha) s_k^-,\quad h_k = W_k s_{k-1} + b_k`,
      settings: ['alpha', 'passes'],
    },
    {
      caption: 'Downward, by the difference',
      tex: String.raw`\Delta_k = W_{k+1}^\top (s_{k+1}^+ - s_{k+1}^-),\quad s_k^+ = \max(h_k + (1 - \alpha)\Delta_k, 0),\quad s_k^- = \max(h_k - \alpha\Delta_k, 0)`,
      settings: [],
    },
    {
      caption: 'Output, nudged by the loss C',
      tex: String.raw`s_L^+ = h_L - (1 - \alpha)\beta\,\partial C/\partial h_L,\quad s_L^- = h_L + \alpha\beta\,\partial C/\partial h_L`,
      settings: ['beta', 'criterion', 'outputActivation'],
    },
    {
      caption: 'Gradient',
      tex: String.raw`\nabla W_k = -\tfrac{1}{\beta}\langle (s_k^+ - s_k^-)\, s_{k-1}^\top\rangle`,
      settings: [],
    },
    perceptronStep,
  ],
  measures: perceptronMeasures,
  ...unsettled,
  synapses: [{ kind: 'forward', letter: 'W' }],
  build,
}
