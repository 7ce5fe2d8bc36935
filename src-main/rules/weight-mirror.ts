/**
 * Weight mirror: feedback weights learn what the forward weights are by watching noise go through them. After every batch
 * each layer below sends noise x through W_k, and F_k learns from what comes out.
 *
 *   δ_k = (F_{k+1}ᵀ δ_{k+1}) ∘ relu′(h_k), the rest as in `perceptron.ts`; then, for k from 2,
 *   y = f(W_k x), x of mean 0 and variance 1, biases off;  F_k ← (1 − λ_M) F_k + η_M y xᵀ
 *
 * y xᵀ is W_k on average where units are linear, and exactly ½ W_k where they are ReLU: the noise is symmetric, so that
 * relu(v) = ½(v + |v|) and the even part averages out. So F_k tends to (η_M/λ_M) W_k, or half of it.
 *
 * The released code sends noise through the biases too and keeps F from growing by its decay alone or not at all; noise is
 * uniform there as here, a batch of it at a time and one vector here, which a smaller η_M makes up for. It mirrors for an
 * epoch before it learns, which is left out: λ_M says how soon the start is forgotten.
 *
 * Source: Akrout et al., NeurIPS 2019 (arXiv 1904.05391), equation 7.
 */
import { z } from 'zod'
import { layers } from '../program/layers.ts'
import type { Tracer, Value } from '../program/trace.ts'
import { apply, applyTransposed, outer, relu, sum } from '../program/words.ts'
import { noise } from './noise.ts'
import {
  backwardThroughFeedback,
  learnedAlignment,
  perceptronForward,
  perceptronMeasures,
  perceptronSettings,
  perceptronStep,
  unsettled,
} from './perceptron-form.ts'
import { perceptron, plainInitial } from './perceptron.ts'
import type { Behaviour, Rule } from './rule.ts'
import { number } from './setting.ts'

function build(p: Tracer, s: WeightMirrorSettings, widths: readonly number[]): Behaviour {
  const n = (k: number): number => widths[k] as number
  const L = widths.length - 1
  const plain = plainInitial(widths)
  return perceptron(p, s, widths, {
    weight: plain,
    bias: plain,
    feedback(W) {
      const F = layers(2, L, (k) => p.parameter(`F${k}`, [n(k), n(k - 1)], plain(k)))
      // The mean over a batch of one outer product is that product, and what engines are quick at.
      const everySample = (row: Value): Value => sum([1, p.zeros(row.shape[1])], [1, row])
      const x = layers(2, L, (k) => noise(p, `x${k}`, [1, n(k - 1)]))
      return {
        carry: (k, error) => applyTransposed(F(k), error),
        learn() {
          for (let k = 2; k <= L; k++) {
            // As drawn it has the variance 1/12.
            const sent = sum([Math.sqrt(12), x(k).drawn])
            const response = apply(W(k), sent)
            const y = k < L || s.outputActivation === 'relu' ? relu(response) : response
            F(k).become(sum([1 - s.mirrorDecay, F(k)], [s.mirrorRate, outer(everySample(y), everySample(sent))]))
            x(k).redraw()
          }
        },
      }
    },
  })
}

const settings = z.strictObject({
  mirrorRate: number({
    label: 'Mirror learning rate',
    symbol: 'η_M',
    help: 'How much the feedback weights take up from the noise of one batch.',
    minimum: 0,
    maximum: 10,
    default: 0.001,
    group: 'learning',
  }),
  mirrorDecay: number({
    label: 'Mirror decay',
    symbol: 'λ_M',
    help: 'The share of the feedback weights that is forgotten in every batch. Equal to the mirror learning rate, feedback weights tend to the forward weights of linear units and to half of those of ReLU units.',
    minimum: 0,
    maximum: 1,
    default: 0.001,
    group: 'learning',
  }),
  ...perceptronSettings,
})

type WeightMirrorSettings = z.infer<typeof settings>

export const weightMirror: Rule<WeightMirrorSettings> = {
  name: 'weight-mirror',
  label: 'Weight mirror',
  summary:
    'After every batch noise goes through the forward weights, from which the feedback weights learn to be alike.',
  source: { text: 'Akrout et al., NeurIPS 2019', url: 'https://arxiv.org/abs/1904.05391' },
  palette: 7,
  settings,
  equations: [
    perceptronForward(),
    backwardThroughFeedback('Backward, through learned synapses'),
    perceptronStep,
    {
      caption: 'Mirroring, with noise x',
      tex: String.raw`y = f(W_k x),\quad F_k \leftarrow (1 - \lambda_M) F_k + \eta_M\, y\, x^\top`,
      settings: ['mirrorRate', 'mirrorDecay'],
    },
  ],
  measures: [learnedAlignment, ...perceptronMeasures],
  ...unsettled,
  synapses: [
    { kind: 'forward', letter: 'W' },
    { kind: 'feedback', letter: 'F' },
  ],
  build,
}
