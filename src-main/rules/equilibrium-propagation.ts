/**
 * Equilibrium propagation: the contrast of a free and a nudged equilibrium follows the gradient of the loss, with the
 * same symmetric connections forward and back. Dynamics and updates in `settling-network.ts`.
 *
 * Source: Scellier & Bengio, Frontiers in Computational Neuroscience 2017; random sign of β: Laborieux et al. 2021.
 */
import { z } from 'zod'
import type { Rule } from './rule.ts'
import {
  checkSettling,
  settlingClassification,
  settlingEquations,
  settlingNetworkMeasures,
  settlingPhases,
  settlingSettings,
} from './settling-form.ts'
import { settlingNetwork } from './settling-network.ts'

const settings = z.strictObject(settlingSettings)

type EquilibriumPropagationSettings = z.infer<typeof settings>

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
      settings: ['activation', 'initialState', 'neuralLr', 'evaluationLr', 'iterationsFree'],
    },
    ...settlingEquations,
  ],
  measures: settlingNetworkMeasures,
  phases: () => settlingPhases,
  classification: settlingClassification,
  synapses: [{ kind: 'forward', letter: 'W' }],
  check: checkSettling,
  build: (p, s, widths) => settlingNetwork(p, s, widths, () => null),
}
