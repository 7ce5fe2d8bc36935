/**
 * A rule that nobody published, with a setting of every kind: a layer of random features that is never learned, and a
 * delta rule at the output. What a person who adds a rule would write, and nothing else.
 *
 *   a_k ← a_k + f(W_k a_{k−1})/T, T times from 0;  W_L ← W_L + μ κ^epoch ⟨(y − W_L a_{L−1}) a_{L−1}ᵀ⟩, decayed where that is on
 */
import { z } from 'zod'
import { layers } from '../../src-main/program/layers.ts'
import type { State, Tracer } from '../../src-main/program/trace.ts'
import { apply, difference, hardSigmoid, outer, relu, sum } from '../../src-main/program/words.ts'
import type { Behaviour, Rule } from '../../src-main/rules/rule.ts'
import { rateMeasures } from '../../src-main/rules/measures.ts'
import {
  choice,
  layerNumbers,
  number,
  onOff,
  perLayer,
  schedule,
  scheduleFactor,
  whole,
} from '../../src-main/rules/setting.ts'

function build(p: Tracer, s: Settings, widths: readonly number[]): Behaviour {
  const L = widths.length - 1
  const W = layers(1, L, (k) =>
    p.parameter(`W${k}`, [widths[k] as number, widths[k - 1] as number], { kind: 'xavier' }),
  )
  const rate = layers(1, L, (k) =>
    p.scalar(`rate${k}`, ({ epoch }) =>
      s.frozen.includes(k) ? 0 : (s.rates[k - 1] as number) * scheduleFactor(s.schedule, epoch),
    ),
  )
  const f = s.activation === 'relu' ? relu : hardSigmoid
  const features = (): readonly State[] => {
    const a = layers(1, L - 1, (k) => p.state(`a${k}`, p.zeros(widths[k] as number)))
    p.repeat(s.steps, () => {
      for (let k = 1; k < L; k++) a(k).increase(1 / s.steps, f(apply(W(k), k === 1 ? p.x : a(k - 1))))
    })
    return Array.from({ length: L - 1 }, (_, i) => a(i + 1))
  }
  return {
    train() {
      const a = features().at(-1) as State
      p.measure('features', a)
      const step = outer(difference(p.y, apply(W(L), a)), a)
      W(L).increase(rate(L), s.decay ? sum([s.memory, step], [s.memory - 1, W(L)]) : step)
    },
    layers() {
      const hidden = features()
      return [...hidden, apply(W(L), hidden.at(-1) as State)]
    },
  }
}

const settings = z.strictObject({
  activation: choice({
    label: 'Feature nonlinearity',
    help: 'Of the random features.',
    options: ['relu', 'hardSigmoid'],
    optionLabels: { relu: 'ReLU', hardSigmoid: 'Hard sigmoid' },
    default: 'relu',
    group: 'dynamics',
  }),
  steps: whole({
    label: 'Steps',
    symbol: 'T',
    help: 'Of the features.',
    minimum: 1,
    maximum: 9,
    default: 2,
    group: 'dynamics',
  }),
  memory: number({
    label: 'Memory',
    symbol: 'm',
    help: 'Of the decayed step.',
    minimum: 0,
    maximum: 1,
    default: 0.99,
    group: 'learning',
  }),
  decay: onOff({ label: 'Decayed step', help: 'Pulls the weights towards 0.', default: false, group: 'learning' }),
  rates: perLayer({
    label: 'Made-up rates',
    symbol: 'μ',
    help: 'Learning rate, one per layer.',
    minimum: 0,
    maximum: 10,
    from: 1,
    default: [0, 0.05],
    group: 'learning',
  }),
  frozen: layerNumbers({
    label: 'Frozen layers',
    help: 'Never learned.',
    marks: 'frozen',
    default: [1],
    group: 'learning',
  }),
  schedule: schedule({
    label: 'Schedule',
    help: 'Of the rates.',
    default: [{ fromEpoch: 0, base: 1 }],
    group: 'learning',
  }),
})

type Settings = z.infer<typeof settings>

export const madeUp: Rule<Settings> = {
  name: 'made-up',
  label: 'Random features',
  summary: 'Random features and a delta rule at the output.',
  source: { text: 'Nobody', url: 'https://example.org' },
  palette: 6,
  settings,
  equations: [
    {
      caption: 'Learning',
      tex: String.raw`\Delta W_2 = \mu \langle (y - W_2 a_1) a_1^\top \rangle`,
      settings: ['rates'],
    },
  ],
  measures: rateMeasures('hidden layers', () => 'features'),
  phases: () => [],
  classification: null,
  synapses: [{ kind: 'forward', letter: 'W' }],
  check: (s, widths) =>
    s.rates.length === widths.length - 1
      ? []
      : [{ key: 'rates', message: `expected ${widths.length - 1} rates, one per layer, found ${s.rates.length}` }],
  build,
}
