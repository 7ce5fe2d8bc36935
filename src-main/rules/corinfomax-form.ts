/** The settings of CorInfoMax, plain and sparse, and its equations as people read them; computed in `corinfomax-network.ts`. */
import { z } from 'zod'
import { evaluationIterations, neuralStepSettings } from './neural-step.ts'
import { nudgingSettings } from './nudging.ts'
import type { Equation, SettingProblem } from './rule.ts'
import { number, onOff, perLayer, schedule, whole } from './setting.ts'
import { unitSettings } from './unit.ts'

/** What both rules compute, in the paper's letters. */
export const corinfomaxEquations: readonly Equation[] = [
  {
    caption: 'Hidden layer, each iteration',
    tex: String.raw`u_k \leftarrow u_k + \eta\Big[\tfrac{1}{\varepsilon}(W_k r_{k-1} - u_k) + \tfrac{1}{\varepsilon}(V_{k+1} r_{k+1} - u_k) + 2\gamma B_k r_k + g(r_k - u_k)\Big],\quad r_k \leftarrow f(u_k)`,
    settings: [
      'activation',
      'initialState',
      'epsilon',
      'hopfieldGain',
      'lambda',
      'neuralLr',
      'neuralRule',
      'neuralLrStop',
      'neuralLrDecay',
      'iterationsFree',
      'iterationsEvaluation',
      'evaluationLr',
    ],
  },
  {
    caption: 'Output layer, nudged towards the label',
    tex: String.raw`u_L \leftarrow u_L + \eta\Big[\tfrac{1}{\varepsilon}(W_L r_{L-1} - u_L) + \gamma B_L r_L + g(r_L - u_L) - u_L - \beta(r_L - y)\Big]`,
    settings: ['beta', 'randomSign', 'threePhase', 'iterationsNudged'],
  },
  {
    caption: 'Learning, with e = r − Wr from below and ē = r − Vr from above',
    tex: String.raw`\Delta W_k = \tfrac{\mu_W}{\beta}\big(\langle e_k r_{k-1}^\top\rangle_{\beta} - \langle e_k r_{k-1}^\top\rangle_{0}\big),\quad \Delta V_{k+1} = \tfrac{\mu_V}{\beta}\big(\langle \bar e_k r_{k+1}^\top\rangle_{\beta} - \langle \bar e_k r_{k+1}^\top\rangle_{0}\big)`,
    settings: ['lrForward', 'lrFeedback', 'schedule', 'scheduleFeedback', 'weightDecay', 'bias'],
  },
  {
    caption: 'Lateral synapses',
    tex: String.raw`B_k \leftarrow \tfrac{1}{\lambda}\big(B_k - \gamma \langle z_k z_k^\top\rangle\big),\quad z_k = B_k r_k,\quad \gamma = \tfrac{1-\lambda}{\lambda}`,
    settings: ['lambda'],
  },
]

/** The settings of both rules, to be spread into theirs. */
export const corinfomaxSettings = {
  ...nudgingSettings,
  threePhase: onOff({
    label: 'Three phases',
    help: 'Adds a phase with −β, and takes the contrast between +β and −β.',
    default: false,
    group: 'dynamics',
  }),
  lambda: number({
    label: 'Correlation forgetting factor',
    symbol: 'λ',
    help: 'Forgetting factor of the running estimate of a layer’s correlation matrix; γ = (1 − λ)/λ. Closer to 1 remembers longer.',
    above: 0,
    maximum: 1,
    default: 0.99999,
    group: 'dynamics',
  }),
  epsilon: number({
    label: 'Error coupling',
    symbol: 'ε',
    help: 'Weights the feedforward and feedback prediction errors in the dynamics by 1/ε.',
    above: 0,
    maximum: 100,
    default: 0.15,
    group: 'dynamics',
  }),
  hopfieldGain: number({
    label: 'Hopfield gain',
    symbol: 'g',
    help: 'Strength of a neuron’s leak and of its self-excitation.',
    minimum: 0,
    maximum: 100,
    default: 0.5,
    group: 'dynamics',
  }),
  ...neuralStepSettings({ neuralRule: 'divide_by_slow_loop_index', neuralLr: 0.05, neuralLrStop: 0.001 }),
  iterationsFree: whole({
    label: 'Free iterations',
    symbol: 'T',
    help: 'Iterations of the free phase.',
    minimum: 1,
    maximum: 10_000,
    default: 30,
    group: 'dynamics',
  }),
  iterationsNudged: whole({
    label: 'Nudged iterations',
    symbol: 'T_β',
    help: 'Iterations of the nudged phase.',
    minimum: 1,
    maximum: 10_000,
    default: 10,
    group: 'dynamics',
  }),
  iterationsEvaluation: evaluationIterations,
  evaluationLr: number({
    label: 'Neural learning rate in evaluation',
    symbol: 'η_e',
    help: 'Step size of the first iteration when samples are classified; it decays as in training. 0: that of training.',
    minimum: 0,
    maximum: 10,
    default: 0,
    group: 'dynamics',
  }),
  ...unitSettings,
  lrForward: perLayer({
    label: 'Feedforward learning rates',
    symbol: 'μ_W',
    help: 'Learning rate of W, one per layer, from the input up.',
    minimum: 0,
    maximum: 100,
    from: 1,
    default: [1, 0.7],
    group: 'learning',
  }),
  lrFeedback: perLayer({
    label: 'Feedback learning rates',
    symbol: 'μ_V',
    help: 'Learning rate of V, one per layer from the second up; the first is for V between the first hidden layer and the next.',
    minimum: 0,
    maximum: 100,
    from: 2,
    default: [0.15],
    group: 'learning',
  }),
  schedule: schedule({
    label: 'Learning rate schedule',
    help: 'From each epoch on (counted from 0), the learning rates are multiplied by base^epoch, where epoch counts from the start of training.',
    default: [
      { fromEpoch: 0, base: 0.95 },
      { fromEpoch: 15, base: 0.9 },
    ],
    group: 'learning',
  }),
  scheduleFeedback: schedule({
    label: 'Schedule of V',
    help: 'A schedule of the feedback learning rates’ own. Without a line they follow the schedule above.',
    optional: true,
    default: [],
    group: 'learning',
  }),
  weightDecay: onOff({
    label: 'Weight decay',
    help: 'After each update, W and V shrink by the fraction learning rate · ε.',
    default: false,
    group: 'learning',
  }),
  bias: onOff({
    label: 'Biases',
    help: 'Gives W a bias, and V and B a unit that is always 1, as a debugging class of the released code does; no published run has them. Settling is slower.',
    default: false,
    group: 'learning',
  }),
}

export type CorInfoMaxSettings = z.infer<z.ZodObject<typeof corinfomaxSettings>>

/** Lists whose length follows the depth. */
export function checkCorInfoMax(s: CorInfoMaxSettings, widths: readonly number[]): SettingProblem[] {
  const depth = widths.length - 1
  const problems: SettingProblem[] = []
  if (depth < 2)
    problems.push({
      key: '',
      message: `CorInfoMax needs at least one hidden layer, found a network of ${widths.join('-')}`,
    })
  if (s.lrForward.length !== depth)
    problems.push({
      key: 'lrForward',
      message: `expected ${depth} feedforward learning rates, one for each of W₁ to W${subscript(depth)}, found ${s.lrForward.length}`,
    })
  if (s.lrFeedback.length !== Math.max(depth - 1, 1))
    problems.push({
      key: 'lrFeedback',
      message: `expected ${depth - 1} feedback learning rates, one for each of V₂ to V${subscript(depth)}, found ${s.lrFeedback.length}`,
    })
  return problems
}

function subscript(k: number): string {
  return String(k).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)] as string)
}
