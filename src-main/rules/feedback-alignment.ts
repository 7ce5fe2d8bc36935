/**
 * Feedback alignment: the error comes back through fixed random matrices instead of the transposed weights, and learning
 * turns the weights towards them.
 *
 *   δ_k = (F_{k+1}ᵀ δ_{k+1}) ∘ relu′(h_k), F of W's shape and never changed; the rest as in `perceptron.ts`
 *
 * Five beginnings. `linear`, of the published runs, whose library keeps the weights of the layers that it takes over:
 * weights and biases U(±1/√n_{k−1}), feedback xavier-uniform; `linear-kaiming`, that library's other feedback,
 * U(±√(6/n_{k−1})). `xavier-zero`, of the library's own layers in its release 0.0.16: weights and feedback
 * xavier-uniform, biases 0; `xavier`, the same with biases 1. `kaiming`, of the fallback that the released code carries:
 * weights and feedback U(±√(6/n_{k−1})), biases 1.
 *
 * Source: Lillicrap, Cownden, Tweed, Akerman, Nature Communications 2016.
 */
import { z } from 'zod'
import type { Initial } from '../program/initial.ts'
import { layers } from '../program/layers.ts'
import type { Tracer } from '../program/trace.ts'
import { applyTransposed } from '../program/words.ts'
import {
  alignmentMeasure,
  backwardThroughFeedback,
  perceptronForward,
  perceptronMeasures,
  perceptronSettings,
  perceptronStep,
  unsettled,
  weightsAndFeedback,
} from './perceptron-form.ts'
import { perceptron, plainInitial } from './perceptron.ts'
import type { Behaviour, Rule } from './rule.ts'
import { choice } from './setting.ts'

const XAVIER = (): Initial => ({ kind: 'xavier' })
const ONES = (): Initial => ({ kind: 'constant', value: 1 })
const ZEROS = (): Initial => ({ kind: 'constant', value: 0 })

function build(p: Tracer, s: FeedbackAlignmentSettings, widths: readonly number[]): Behaviour {
  const n = (k: number): number => widths[k] as number
  const kaiming = (k: number): Initial => ({ kind: 'uniform', bound: Math.sqrt(6 / n(k - 1)) })
  const plain = plainInitial(widths)
  const { weight, bias, feedback } = {
    linear: { weight: plain, bias: plain, feedback: XAVIER },
    'linear-kaiming': { weight: plain, bias: plain, feedback: kaiming },
    'xavier-zero': { weight: XAVIER, bias: ZEROS, feedback: XAVIER },
    xavier: { weight: XAVIER, bias: ONES, feedback: XAVIER },
    kaiming: { weight: kaiming, bias: ONES, feedback: kaiming },
  }[s.initial]
  return perceptron(p, s, widths, {
    weight,
    bias,
    feedback: () => {
      const F = layers(2, widths.length - 1, (k) => p.parameter(`F${k}`, [n(k), n(k - 1)], feedback(k)))
      return { carry: (k, error) => applyTransposed(F(k), error) }
    },
  })
}

const settings = z.strictObject({
  ...perceptronSettings,
  initial: choice({
    label: 'Initialisation',
    help: 'How weights, biases and the fixed feedback are drawn. The published runs kept the default ±1/√in of the layers they took over, and drew only the feedback by Xavier. The layers of the library itself start from Xavier with biases 0 in its release 0.0.16.',
    options: ['linear', 'linear-kaiming', 'xavier-zero', 'xavier', 'kaiming'],
    optionLabels: {
      linear: 'As published: ±1/√in, feedback Xavier',
      'linear-kaiming': '±1/√in, feedback Kaiming: ±√(6/in)',
      'xavier-zero': 'Xavier: ±√(6/(in + out)), biases 0',
      xavier: 'Xavier: ±√(6/(in + out)), biases 1',
      kaiming: 'Kaiming: ±√(6/in), biases 1',
    },
    default: 'linear',
    group: 'learning',
  }),
})

type FeedbackAlignmentSettings = z.infer<typeof settings>

export const feedbackAlignment: Rule<FeedbackAlignmentSettings> = {
  name: 'feedback-alignment',
  label: 'Feedback alignment',
  summary:
    'As backpropagation, but errors are sent back through fixed random weights, with which the forward weights come to align.',
  source: { text: 'Lillicrap et al., Nature Communications 2016', url: 'https://doi.org/10.1038/ncomms13276' },
  palette: 7,
  settings,
  equations: [
    perceptronForward('initial'),
    backwardThroughFeedback('Backward, through fixed synapses'),
    perceptronStep,
  ],
  measures: [
    alignmentMeasure(
      'Alignment of W and F',
      'The angle between forward weights and the fixed feedback: 90° means unrelated, 0° means errors are propagated as in backpropagation.',
      weightsAndFeedback,
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
