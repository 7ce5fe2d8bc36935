/**
 * Equilibrium propagation: the contrast of a free and a nudged equilibrium follows the gradient of the loss, with the
 * same symmetric connections forward and back. Dynamics and updates in `settling-network.ts`.
 *
 * The contrast of one nudge is off by terms of order β. Centred equilibrium propagation nudges both ways from the free state,
 *
 *   W_k ← W_k + (α_k/2β)( ⟨s_k s_{k−1}ᵀ⟩_β − ⟨s_k s_{k−1}ᵀ⟩_{−β} ),  b_k likewise with ⟨s_k⟩
 *
 * which leaves terms of order β².
 *
 * Source: Scellier & Bengio, Frontiers in Computational Neuroscience 2017; random sign of β and the third phase: Laborieux
 * et al. 2021 (arXiv 2006.03824); by the name of centred: Scellier et al., NeurIPS 2023.
 */
import { z } from 'zod'
import type { Phase, Rule } from './rule.ts'
import { onOff } from './setting.ts'
import {
  checkSettling,
  settlingClassification,
  settlingEquations,
  settlingNetworkMeasures,
  settlingPhases,
  settlingSettings,
} from './settling-form.ts'
import { settlingNetwork } from './settling-network.ts'

const settings = z.strictObject({
  ...settlingSettings,
  centred: onOff({
    label: 'Centred: three phases',
    help: 'Adds a phase with −β, which starts from the free state too, and learns from the contrast between +β and −β: closer to the gradient by one order in β, for one more phase.',
    default: false,
    group: 'dynamics',
  }),
})

type EquilibriumPropagationSettings = z.infer<typeof settings>

const phases = ({ centred }: Pick<EquilibriumPropagationSettings, 'centred'>): readonly Phase[] => [
  ...settlingPhases,
  ...(centred
    ? [
        {
          name: 'third',
          label: 'Nudged the other way',
          layers: 'all',
          state: 'state',
          iterations: 'iterationsNudged',
        } as const,
      ]
    : []),
]

export const equilibriumPropagation: Rule<EquilibriumPropagationSettings> = {
  name: 'ep',
  label: 'Equilibrium propagation',
  summary:
    'The network settles twice, free and nudged towards the label; weights learn from the difference. Connections are symmetric.',
  source: { text: 'Scellier & Bengio 2017', url: 'https://doi.org/10.3389/fncom.2017.00024' },
  palette: 3,
  settings,
  equations: [
    {
      caption: 'All layers at once, each iteration',
      tex: String.raw`s_k \leftarrow f\big(s_k + \eta[\,W_k s_{k-1} + b_k + W_{k+1}^\top s_{k+1} - s_k\,], 0, 1\big)`,
      settings: ['activation', 'initialState', 'neuralLr', 'evaluationLr', 'iterationsFree', 'iterationsEvaluation'],
    },
    ...settlingEquations,
    {
      caption: 'Learning, centred',
      tex: String.raw`\Delta W_k = \tfrac{\alpha_k}{2\beta}\big(\langle s_k s_{k-1}^\top\rangle_\beta - \langle s_k s_{k-1}^\top\rangle_{-\beta}\big)`,
      settings: ['centred'],
    },
  ],
  measures: settlingNetworkMeasures<EquilibriumPropagationSettings>(phases),
  phases,
  classification: settlingClassification,
  synapses: [{ kind: 'forward', letter: 'W' }],
  check: checkSettling,
  build: (p, s, widths) => settlingNetwork(p, s, widths, { lateral: () => null, centred: s.centred }),
}
