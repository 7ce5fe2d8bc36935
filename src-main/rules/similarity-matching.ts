/**
 * Contrastive similarity matching: equilibrium propagation with lateral synapses M_k in the hidden layers, which make
 * similar inputs settle similarly. Dynamics in `settling-network.ts`.
 *
 *   M_k ← M_k − (α_{M,k}/(2β)) ⟨s_k s_kᵀ⟩_nudged,  then  M_k ← M_k + α_{M,k} M_k / (2|β|),  M = N Nᵀ at first, N xavier
 *
 * Notes, as in the released code: α_M is negative; only the nudged phase contributes; the first line keeps β's sign, so
 * that under a random sign its drive averages out and M decays; the step schedule scales the first line only. The
 * corrected form, off by default, takes |β| in the first line too.
 *
 * Source: Qin, Mudur, Pehlevan, Neural Computation 2021 (arXiv 2002.10378).
 */
import { z } from 'zod'
import { layers } from '../program/layers.ts'
import type { Tracer } from '../program/trace.ts'
import { outer, sum } from '../program/words.ts'
import { signedBeta } from './nudging.ts'
import { steppedFactor } from './optimiser.ts'
import type { Behaviour, Rule } from './rule.ts'
import { choice, perLayer } from './setting.ts'
import {
  checkSettling,
  settlingClassification,
  settlingEquations,
  settlingNetworkMeasures,
  settlingPhases,
  settlingSettings,
} from './settling-form.ts'
import { settlingNetwork, type Lateral } from './settling-network.ts'

function build(p: Tracer, s: SimilarityMatchingSettings, widths: readonly number[]): Behaviour {
  const hidden = widths.length - 2
  const lateral = (): Lateral => {
    const M = layers(1, hidden, (k) =>
      p.parameter(`M${k}`, [widths[k] as number, widths[k] as number], { kind: 'xavierGram' }),
    )
    const hebbian = layers(1, hidden, (k) =>
      p.scalar(`hebbian${k}`, ({ epoch, sign }) => {
        const β = s.lateralSign === 'corrected' ? s.beta : signedBeta(s, sign)
        return (-(s.lrLateral[k - 1] as number) * steppedFactor(s, epoch)) / (2 * β)
      }),
    )
    return {
      M,
      learn(nudged) {
        for (let k = 1; k <= hidden; k++) {
          M(k).increase(hebbian(k), outer(nudged(k), nudged(k)))
          M(k).become(sum([1 + (s.lrLateral[k - 1] as number) / (2 * s.beta), M(k)]))
        }
      },
    }
  }
  return settlingNetwork(p, s, widths, { lateral, centred: false })
}

const settings = z.strictObject({
  ...settlingSettings,
  lrLateral: perLayer({
    label: 'Lateral learning rate',
    symbol: 'α_M',
    help: 'Learning rate of M, one per hidden layer; negative, as published.',
    minimum: -100,
    maximum: 100,
    from: 1,
    hidden: true,
    letter: 'M',
    default: [-0.01],
    group: 'learning',
  }),
  lateralSign: choice({
    label: 'Sign of the lateral update',
    help: 'As released, the Hebbian term of M changes sign with β and averages out under a random sign. The corrected form does not.',
    options: ['released', 'corrected'],
    optionLabels: { released: 'As released: β', corrected: 'Corrected: |β|' },
    default: 'released',
    group: 'learning',
  }),
})

type SimilarityMatchingSettings = z.infer<typeof settings>

export const similarityMatching: Rule<SimilarityMatchingSettings> = {
  name: 'csm',
  label: 'Similarity matching',
  summary: 'Equilibrium propagation with lateral connections between hidden neurons, learned from the nudged phase.',
  source: { text: 'Qin, Mudur, Pehlevan, Neural Computation 2021', url: 'https://arxiv.org/abs/2002.10378' },
  palette: 4,
  settings,
  equations: [
    {
      caption: 'All layers at once, each iteration',
      tex: String.raw`s_k \leftarrow f\big(s_k + \eta[\,W_k s_{k-1} + b_k + W_{k+1}^\top s_{k+1} - M_k s_k - s_k\,], 0, 1\big)`,
      settings: ['activation', 'initialState', 'neuralLr', 'evaluationLr', 'iterationsFree', 'iterationsEvaluation'],
    },
    ...settlingEquations,
    {
      caption: 'Lateral synapses',
      tex: String.raw`M_k \leftarrow M_k - \tfrac{\alpha_M}{2\beta}\langle s_k s_k^\top\rangle_\beta,\quad M_k \leftarrow M_k + \tfrac{\alpha_M}{2|\beta|} M_k`,
      settings: ['lrLateral', 'lateralSign'],
    },
  ],
  measures: settlingNetworkMeasures(() => settlingPhases),
  phases: () => settlingPhases,
  classification: settlingClassification,
  synapses: [
    { kind: 'forward', letter: 'W' },
    { kind: 'lateral', letter: 'M', hidden: true },
  ],
  check(s, widths) {
    const hidden = widths.length - 2
    const problems = checkSettling(s, widths)
    if (s.lrLateral.length !== hidden)
      problems.push({
        key: 'lrLateral',
        message: `expected ${hidden} lateral learning rates, one per hidden layer, found ${s.lrLateral.length}`,
      })
    return problems
  },
  build,
}
