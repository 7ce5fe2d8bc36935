/**
 * CorInfoMax: correlative information maximization between layers, learned from two (or three) settled phases. The
 * network, its equations and what the released code does are in `corinfomax-network.ts`.
 *
 * Source: Bozkurt, Pehlevan, Erdogan, NeurIPS 2023 (arXiv 2306.04810), equations 14–19 and algorithm 1.
 */
import { z } from 'zod'
import { checkCorInfoMax, corinfomaxEquations, corinfomaxSettings } from './corinfomax-form.ts'
import { corinfomaxClassification, corinfomaxMeasures, corinfomaxPhases } from './corinfomax-measures.ts'
import { corinfomaxNetwork } from './corinfomax-network.ts'
import type { Rule } from './rule.ts'
import { backpropagationTruth, settledTruth } from './truth.ts'

const settings = z.strictObject(corinfomaxSettings)

export type CorInfoMaxSettings = z.infer<typeof settings>

export const corinfomax: Rule<CorInfoMaxSettings> = {
  name: 'corinfomax',
  label: 'CorInfoMax',
  summary:
    'Layers maximise the correlative information they share; feedforward, feedback and lateral synapses are learned separately.',
  source: { text: 'Bozkurt, Pehlevan, Erdogan, NeurIPS 2023', url: 'https://arxiv.org/abs/2306.04810' },
  palette: 1,
  settings,
  equations: corinfomaxEquations,
  measures: [
    ...corinfomaxMeasures,
    ...backpropagationTruth('half the squared error, without gains and lateral synapses'),
    ...settledTruth('half the squared error'),
  ],
  phases: corinfomaxPhases,
  classification: corinfomaxClassification,
  synapses: [
    { kind: 'forward', letter: 'W' },
    { kind: 'feedback', letter: 'V' },
    { kind: 'lateral', letter: 'B' },
  ],
  check: checkCorInfoMax,
  build: (p, s, widths) => corinfomaxNetwork(p, s, widths),
}
