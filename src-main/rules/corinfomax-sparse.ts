/**
 * CorInfoMax with sparse layers (antisparse and sparse domains): in the layers named sparse, rates are rectified instead
 * of clipped, and one multiplier per sample, μ_k ≥ 0, keeps Σᵢ r_{k,i} near 1. The rest as in `corinfomax-network.ts`.
 *
 *   du_k ← du_k − μ_k;  straight after the rate has moved: v_k ← v_k + α_k( −v_k + (Σᵢ r_{k,i} − 1) + μ_k ), μ_k ← relu(v_k)
 *
 * Notes, as in the released code: μ = 0 when a free phase starts; later phases go on from it, and v starts as a copy of μ
 * in every phase.
 *
 * Source: Bozkurt, Pehlevan, Erdogan, NeurIPS 2023 (arXiv 2306.04810), appendix E.
 */
import { z } from 'zod'
import type { State, Tracer } from '../program/trace.ts'
import { map, relu, sum, sumOverUnits } from '../program/words.ts'
import { checkCorInfoMax, corinfomaxEquations, corinfomaxSettings } from './corinfomax-form.ts'
import { corinfomaxClassification, corinfomaxMeasures, corinfomaxPhases } from './corinfomax-measures.ts'
import { corinfomaxNetwork, type Gate } from './corinfomax-network.ts'
import type { Rule } from './rule.ts'
import { layerNumbers, perLayer } from './setting.ts'
import { backpropagationTruth } from './truth.ts'
import { activate, slope } from './unit.ts'

function openGate(p: Tracer, s: SparseCorInfoMaxSettings): Gate {
  const one = p.fill(1, [1, 1])
  const μ = new Map<number, State>(s.sparseLayers.map((k) => [k, p.state(`multiplier${k}`, p.zeros(1))]))
  let v = new Map<number, State>()
  return {
    rate: (k, u) => (μ.has(k) ? relu(u) : activate(p, s.activation, u)),
    slope: (k, u) => (μ.has(k) ? map('reluSlope', u) : slope(p, s.activation, u)),
    plain: μ.size === 0,
    enter() {
      v = new Map([...μ].map(([k, multiplier]) => [k, p.state(`v${k}`, multiplier)]))
    },
    drive(k) {
      const multiplier = μ.get(k)
      return multiplier === undefined ? [] : [[-1, multiplier]]
    },
    moved(k, rate) {
      const multiplier = μ.get(k)
      const potential = v.get(k)
      if (multiplier === undefined || potential === undefined) return
      const α = s.lrMultiplier[k - 1] as number
      potential.become(sum([1 - α, potential], [α, sumOverUnits(rate)], [-α, one], [α, multiplier]))
      multiplier.become(relu(potential))
    },
    report(phase) {
      for (const [k, multiplier] of μ) p.measure(`${phase}.multiplier${k}`, multiplier)
    },
  }
}

const settings = z.strictObject({
  ...corinfomaxSettings,
  sparseLayers: layerNumbers({
    label: 'Sparse layers',
    help: 'Which layers are sparse: 1 is the first hidden layer, the last is the output.',
    marks: 'sparse',
    default: [1, 2],
    group: 'dynamics',
  }),
  lrMultiplier: perLayer({
    label: 'Multiplier step sizes',
    symbol: 'α',
    help: 'Step size of the multiplier that keeps a sparse layer’s summed activity near 1, one per layer; ignored in layers that are not sparse.',
    minimum: 0,
    maximum: 10,
    from: 1,
    letter: 'μ',
    default: [1e-6, 0.01],
    group: 'dynamics',
  }),
})

type SparseCorInfoMaxSettings = z.infer<typeof settings>

export const sparseCorInfoMax: Rule<SparseCorInfoMaxSettings> = {
  name: 'corinfomax-sparse',
  label: 'CorInfoMax, sparse',
  summary:
    'CorInfoMax whose chosen layers keep their summed activity near 1, so that few neurons are active at a time.',
  source: { text: 'Bozkurt, Pehlevan, Erdogan, NeurIPS 2023', url: 'https://arxiv.org/abs/2306.04810' },
  palette: 2,
  settings,
  equations: [
    {
      caption: 'In a sparse layer',
      tex: String.raw`\dot u_k \leftarrow \dot u_k - \mu_k,\quad r_k \leftarrow \max(u_k, 0),\quad v_k \leftarrow v_k + \alpha_k\big(\mu_k - v_k + \textstyle\sum_i r_{k,i} - 1\big),\quad \mu_k \leftarrow \max(v_k, 0)`,
      settings: ['sparseLayers', 'lrMultiplier'],
    },
    ...corinfomaxEquations,
  ],
  measures: [
    ...corinfomaxMeasures,
    // Multipliers move far slower than a phase lasts, so that there is no state of rest and no settled gradient.
    ...backpropagationTruth('half the squared error, each layer with its own function and without multipliers'),
  ],
  phases: corinfomaxPhases,
  classification: corinfomaxClassification,
  synapses: [
    { kind: 'forward', letter: 'W' },
    { kind: 'feedback', letter: 'V' },
    { kind: 'lateral', letter: 'B' },
  ],
  check(s, widths) {
    const depth = widths.length - 1
    const problems = checkCorInfoMax(s, widths)
    const beyond = s.sparseLayers.find((k) => k > depth)
    if (beyond !== undefined)
      problems.push({ key: 'sparseLayers', message: `expected layers from 1 to ${depth}, found ${beyond}` })
    if (new Set(s.sparseLayers).size !== s.sparseLayers.length)
      problems.push({ key: 'sparseLayers', message: 'expected each layer once, found one twice' })
    if (s.lrMultiplier.length !== depth)
      problems.push({
        key: 'lrMultiplier',
        message: `expected ${depth} multiplier step sizes, one per layer, found ${s.lrMultiplier.length}`,
      })
    return problems
  },
  build: (p, s, widths) => corinfomaxNetwork(p, s, widths, () => openGate(p, s)),
}
