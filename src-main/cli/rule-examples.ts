/** What `apical rule new` writes: two working rules, to be changed into another. */

/** So that an editor knows every word, where `apical rule types` has put the file. */
const REFERENCE = '/// <reference path="./apical-rule.d.ts" />'

/** One layer, learned from its own error. */
export const deltaRule = (name: string): string => `${REFERENCE}
/**
 * The delta rule: one layer of weights, learned from its own error.
 *
 *   y = W x,   W ← W + μ ⟨(t − y) xᵀ⟩
 *
 * Samples are rows: x is ['batch', inputs], W is [outputs, inputs], and apply(W, x) is W x for every sample.
 */
import { apply, difference, formula, number, outer, rule, schedule } from 'apical/rule'

export default rule({
  name: '${name}',
  label: '${labelOf(name)}',
  summary: 'One layer of weights, learned from its own error.',
  settings: {
    learningRate: number({ label: 'Learning rate', symbol: 'μ', help: 'Step size.', above: 0, maximum: 10, default: 0.05, group: 'learning' }),
    decay: schedule({ label: 'Schedule', help: 'The learning rate is multiplied by base^epoch.', default: [{ fromEpoch: 0, base: 0.95 }], group: 'learning' }),
  },
  equations: [
    { caption: 'Learning', tex: String.raw\`W \\leftarrow W + \\mu\\,\\langle (t - y)\\, x^\\top\\rangle\`, settings: ['learningRate'] },
  ],
  measures: [{ name: 'error', label: 'Error', unit: 'per unit', help: 'The mean of t − y over one batch.' }],
  synapses: [{ kind: 'forward', letter: 'W' }],
  check: (_settings, widths) =>
    widths.length === 2 ? [] : [{ key: '', message: \`expected a network without hidden layers, found \${widths.join('-')}\` }],
  build(p, s, widths) {
    const [inputs, outputs] = widths as [number, number]
    const W = p.parameter('W1', [outputs, inputs], { kind: 'xavier' })
    const rate = p.scalar('rate', formula.times(s.learningRate, formula.scheduled(s.decay)))
    return {
      train() {
        const y = apply(W, p.x)
        const error = difference(p.y, y)
        p.count(y)
        p.measure('error', error)
        W.increase(rate, outer(error, p.x))
      },
      layers: () => [apply(W, p.x)],
    }
  },
})
`

/** Two phases of settling, and a Hebbian contrast of the two. */
export const settlingRule = (name: string): string => `${REFERENCE}
/**
 * Contrastive Hebbian learning: the network settles freely, then nudged towards the target, and learns from the difference.
 *
 *   s_k ← clip( s_k + η( W_k s_{k−1} + W_{k+1}ᵀ s_{k+1} − s_k + [k = L] β(t − s_L) ), 0, 1 ),   s_0 = x
 *   W_k ← W_k + (μ/β)( ⟨s_k s_{k−1}ᵀ⟩_nudged − ⟨s_k s_{k−1}ᵀ⟩_free )
 */
import {
  apply, applyTransposed, difference, hardSigmoid, layers, number, outer, reportResidual, rule, sum, whole,
  type State, type Tracer, type Value,
} from 'apical/rule'

export default rule({
  name: '${name}',
  label: '${labelOf(name)}',
  summary: 'A network that settles twice, freely and nudged, and learns from the difference.',
  settings: {
    beta: number({ label: 'Nudging strength', symbol: 'β', help: 'How strongly the output is pulled to its target.', above: 0, maximum: 10, default: 1, group: 'dynamics' }),
    step: number({ label: 'Step', symbol: 'η', help: 'How far a state moves in one iteration.', above: 0, maximum: 1, default: 0.5, group: 'dynamics' }),
    free: whole({ label: 'Free iterations', help: 'Iterations of the free phase.', minimum: 1, maximum: 1000, default: 20, group: 'dynamics' }),
    nudged: whole({ label: 'Nudged iterations', help: 'Iterations of the nudged phase.', minimum: 1, maximum: 1000, default: 8, group: 'dynamics' }),
    learningRate: number({ label: 'Learning rate', symbol: 'μ', help: 'Step size of every layer.', above: 0, maximum: 10, default: 0.1, group: 'learning' }),
  },
  equations: [
    { caption: 'Learning', tex: String.raw\`\\Delta W_k = \\tfrac{\\mu}{\\beta}\\big(\\langle s_k s_{k-1}^\\top\\rangle_{\\beta} - \\langle s_k s_{k-1}^\\top\\rangle_{0}\\big)\`, settings: ['learningRate', 'beta'] },
  ],
  phases: [
    { name: 'free', label: 'Free', layers: 'all', state: 'state', iterations: 'free' },
    { name: 'nudged', label: 'Nudged', layers: 'all', state: 'state', iterations: 'nudged' },
  ],
  classification: { name: 'classified', label: 'Classifying', layers: 'all', state: 'state' },
  synapses: [{ kind: 'forward', letter: 'W' }],
  build(p: Tracer, s, widths) {
    const L = widths.length - 1
    const n = (k: number): number => widths[k] as number
    const W = layers(1, L, (k) => p.parameter(\`W\${k}\`, [n(k), n(k - 1)], { kind: 'xavier' }))
    type States = (k: number) => State
    const atRest = (): States => layers(1, L, (k) => p.state(\`s\${k}\`, p.zeros(n(k))))
    const all = (states: States): Value[] => Array.from({ length: L }, (_, i) => states(i + 1).current)

    function settle(phase: string, states: States, iterations: number, nudge: boolean): void {
      p.repeat(iterations, () => {
        const before = all(states)
        const at = (k: number) => (k === 0 ? p.x : (before[k - 1] as Value))
        const next = layers(1, L, (k) => {
          let drive = sum([1, apply(W(k), at(k - 1))], [-1, at(k)])
          if (k < L) drive = sum([1, drive], [1, applyTransposed(W(k + 1), at(k + 1))])
          if (k === L && nudge) drive = sum([1, drive], [s.beta, difference(p.y, at(L))])
          return hardSigmoid(sum([1, at(k)], [s.step, drive]))
        })
        for (let k = 1; k <= L; k++) states(k).become(next(k))
        reportResidual(p, phase, before, all(states))
      })
    }

    return {
      train() {
        const states = atRest()
        settle('free', states, s.free, false)
        const free = [p.x, ...all(states)]
        p.count(free[L] as Value)
        settle('nudged', states, s.nudged, true)
        const nudged = [p.x, ...all(states)]
        const pair = (of: Value[], k: number): Value => outer(of[k] as Value, of[k - 1] as Value)
        for (let k = 1; k <= L; k++) W(k).increase(s.learningRate / s.beta, difference(pair(nudged, k), pair(free, k)))
      },
      layers() {
        const states = atRest()
        settle('classified', states, s.free, false)
        return all(states)
      },
    }
  },
})
`

function labelOf(name: string): string {
  const words = name.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
