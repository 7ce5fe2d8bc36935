/**
 * Direct feedback alignment: the error at the output reaches every hidden layer at once, through a fixed random matrix of
 * that layer's own.
 *
 *   δ_k = (F_{k+1}ᵀ δ_L) ∘ relu′(h_k), F_k of n_L × n_{k−1} and never changed; the rest as in `perceptron.ts`
 *
 * With one hidden layer this is feedback alignment. Weights and biases begin U(±1/√n_{k−1}) and the feedback xavier-uniform;
 * or weights too xavier-uniform with biases 0, as in the public library's own layers.
 *
 * Source: Nøkland, NeurIPS 2016 (arXiv 1609.01596).
 */
import { z } from 'zod'
import type { Initial } from '../program/initial.ts'
import { layers } from '../program/layers.ts'
import type { Tracer } from '../program/trace.ts'
import { applyTransposed } from '../program/words.ts'
import {
  alignmentMeasure,
  pathAndFeedback,
  perceptronForward,
  perceptronMeasures,
  perceptronSettings,
  perceptronStep,
  unsettled,
} from './perceptron-form.ts'
import { perceptron, plainInitial } from './perceptron.ts'
import type { Behaviour, Rule } from './rule.ts'
import { choice } from './setting.ts'

function build(p: Tracer, s: DirectFeedbackAlignmentSettings, widths: readonly number[]): Behaviour {
  const n = (k: number): number => widths[k] as number
  const L = widths.length - 1
  const plain = plainInitial(widths)
  const { weight, bias } = {
    linear: { weight: plain, bias: plain },
    'xavier-zero': {
      weight: (): Initial => ({ kind: 'xavier' }),
      bias: (): Initial => ({ kind: 'constant', value: 0 }),
    },
  }[s.initial]
  return perceptron(p, s, widths, {
    weight,
    bias,
    feedback: () => {
      const F = layers(2, L, (k) => p.parameter(`F${k}`, [n(L), n(k - 1)], { kind: 'xavier' }))
      return { carry: (k, _error, atOutput) => applyTransposed(F(k), atOutput) }
    },
  })
}

const settings = z.strictObject({
  ...perceptronSettings,
  initial: choice({
    label: 'Initialisation',
    help: 'How weights and biases are drawn; the fixed feedback is drawn by Xavier in both.',
    options: ['linear', 'xavier-zero'],
    optionLabels: { linear: '±1/√in', 'xavier-zero': 'Xavier: ±√(6/(in + out)), biases 0' },
    default: 'linear',
    group: 'learning',
  }),
})

type DirectFeedbackAlignmentSettings = z.infer<typeof settings>

export const directFeedbackAlignment: Rule<DirectFeedbackAlignmentSettings> = {
  name: 'direct-feedback-alignment',
  label: 'Direct feedback alignment',
  summary:
    'The output error is sent straight to every hidden layer through fixed random weights, one matrix per layer.',
  source: { text: 'Nøkland, NeurIPS 2016', url: 'https://arxiv.org/abs/1609.01596' },
  palette: 7,
  settings,
  equations: [
    perceptronForward('initial'),
    {
      caption: 'From the output to every layer',
      tex: String.raw`\delta_k = (F_{k+1}^\top \delta_L) \circ \mathbf 1[h_k > 0],\quad \nabla W_k = \langle \delta_k a_{k-1}^\top\rangle`,
      settings: ['criterion'],
    },
    perceptronStep,
  ],
  measures: [
    alignmentMeasure(
      'Alignment of W and F',
      'The angle between a layer’s fixed feedback and the product of the forward weights from that layer to the output: 90° means unrelated.',
      pathAndFeedback,
    ),
    ...perceptronMeasures,
  ],
  ...unsettled,
  synapses: [
    { kind: 'forward', letter: 'W' },
    { kind: 'feedback', letter: 'F' },
  ],
  build,
}
