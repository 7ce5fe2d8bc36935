/**
 * Backpropagation through a multilayer perceptron: the baseline that biologically plausible rules are compared with.
 *
 *   δ_k = (W_{k+1}ᵀ δ_{k+1}) ∘ relu′(h_k), the rest as in `perceptron.ts`
 *
 * W and b start uniform in ±1/√n_{k−1}, PyTorch's default for a linear layer.
 */
import { z } from 'zod'
import type { Tracer } from '../program/trace.ts'
import { applyTransposed } from '../program/words.ts'
import {
  perceptronForward,
  perceptronMeasures,
  perceptronSettings,
  perceptronStep,
  unsettled,
} from './perceptron-form.ts'
import { perceptron, plainInitial } from './perceptron.ts'
import type { Behaviour, Rule } from './rule.ts'

function build(p: Tracer, s: BackpropagationSettings, widths: readonly number[]): Behaviour {
  const plain = plainInitial(widths)
  return perceptron(p, s, widths, {
    weight: plain,
    bias: plain,
    feedback: (W) => ({ carry: (k, error) => applyTransposed(W(k), error) }),
  })
}

const settings = z.strictObject(perceptronSettings)

type BackpropagationSettings = z.infer<typeof settings>

export const backpropagation: Rule<BackpropagationSettings> = {
  name: 'backprop',
  label: 'Backpropagation',
  summary:
    'Gradient descent with errors sent back through the transposed weights: exact, but not biologically plausible. The baseline.',
  source: { text: 'Rumelhart, Hinton, Williams, Nature 1986', url: 'https://doi.org/10.1038/323533a0' },
  palette: 8,
  settings,
  equations: [
    perceptronForward(),
    {
      caption: 'Backward',
      tex: String.raw`\delta_k = (W_{k+1}^\top \delta_{k+1}) \circ \mathbf 1[h_k > 0],\quad \nabla W_k = \langle \delta_k a_{k-1}^\top\rangle`,
      settings: ['criterion'],
    },
    perceptronStep,
  ],
  measures: perceptronMeasures,
  ...unsettled,
  synapses: [{ kind: 'forward', letter: 'W' }],
  build,
}
