/**
 * Kolen–Pollack: feedback weights that learn. They take the very steps of the forward weights, which only need what is
 * there at their synapses, and the decay that both share makes them forget what they began with.
 *
 *   δ_k = (F_{k+1}ᵀ δ_{k+1}) ∘ relu′(h_k);  W_k and F_k both step along ∇W_k + λ W_k and ∇W_k + λ F_k, k from 2
 *
 * So W_k − F_k sees no gradient at all: under SGD it is multiplied by 1 − μλ in every batch (with momentum it decays by the
 * same recursion), and the rule becomes backpropagation. Adam divides each step by its own size, which breaks this. The
 * rest as in `perceptron.ts`.
 *
 * Source: Kolen & Pollack 1994; Akrout et al., NeurIPS 2019 (arXiv 1904.05391), equations 16 and 17.
 */
import { z } from 'zod'
import { layers } from '../program/layers.ts'
import type { Tracer } from '../program/trace.ts'
import { applyTransposed } from '../program/words.ts'
import {
  backwardThroughFeedback,
  learnedAlignment,
  perceptronForward,
  perceptronMeasures,
  perceptronSettingsWith,
  perceptronStep,
  unsettled,
} from './perceptron-form.ts'
import { perceptron, plainInitial } from './perceptron.ts'
import type { Behaviour, Rule } from './rule.ts'
import { number } from './setting.ts'

function build(p: Tracer, s: KolenPollackSettings, widths: readonly number[]): Behaviour {
  const n = (k: number): number => widths[k] as number
  const plain = plainInitial(widths)
  return perceptron(p, s, widths, {
    weight: plain,
    bias: plain,
    feedback() {
      const F = layers(2, widths.length - 1, (k) => p.parameter(`F${k}`, [n(k), n(k - 1)], plain(k)))
      return { carry: (k, error) => applyTransposed(F(k), error), follower: F }
    },
  })
}

const settings = z.strictObject({
  ...perceptronSettingsWith({
    ...{ criterion: 'cross-entropy', optimiser: 'sgd', momentum: 0, learningRate: 0.1, weightDecay: 0 },
  }),
  weightDecay: number({
    label: 'Weight decay',
    symbol: 'λ',
    help: 'Draws forward and feedback weights together: with SGD their difference shrinks by the learning rate times this in every batch. At 0 it stays as it was drawn.',
    minimum: 0,
    maximum: 1,
    default: 0.001,
    group: 'learning',
  }),
})

type KolenPollackSettings = z.infer<typeof settings>

export const kolenPollack: Rule<KolenPollackSettings> = {
  name: 'kolen-pollack',
  label: 'Kolen–Pollack',
  summary: 'Feedback weights take the same steps as the forward weights; the weight decay of both draws them together.',
  source: { text: 'Akrout et al., NeurIPS 2019', url: 'https://arxiv.org/abs/1904.05391' },
  palette: 7,
  settings,
  equations: [
    perceptronForward(),
    backwardThroughFeedback('Backward, through learned synapses'),
    {
      caption: 'Both learn alike',
      tex: String.raw`\nabla F_k = \nabla W_k \;\Rightarrow\; W_k - F_k \leftarrow (1 - \mu\lambda)(W_k - F_k)`,
      settings: ['weightDecay'],
    },
    perceptronStep,
  ],
  measures: [learnedAlignment, ...perceptronMeasures],
  ...unsettled,
  synapses: [
    { kind: 'forward', letter: 'W' },
    { kind: 'feedback', letter: 'F' },
  ],
  build,
}
