/**
 * CorInfoMax as a network: what its plain and its sparse form share. Correlative information maximization between layers, learned from two (or three) settled phases.
 *
 * Parameters, no biases: feedforward W_k (n_k × n_{k−1}), k = 1..L; feedback V_k (n_{k−1} × n_k), k = 2..L, learned
 * separately, so that no weight is transported; lateral B_k (n_k × n_k), which tracks the inverse of the layer's
 * correlation. γ = (1 − λ)/λ.
 *
 * Notes, as in the released code: at the start of every phase a neuron's potential u is reset to its rate r (what it had
 * beyond the clip is lost); B learns from the nudged phase in all variants and is scaled by no learning rate; the output
 * has a unit leak and once γ where a hidden layer has 1/ε and twice γ; with three phases the contrast is taken between
 * the second (+β) and the third (−β) phase and divided by 2β.
 *
 * Source: Bozkurt, Pehlevan, Erdogan, NeurIPS 2023 (arXiv 2306.04810), equations 14–19 and algorithm 1.
 */
import { z } from 'zod'
import { layers } from '../program/layers.ts'
import type { Scalar, State, Tracer, Value } from '../program/trace.ts'
import { apply, difference, hardSigmoid, outer, sum } from '../program/words.ts'
import { neuralRate, neuralStepSettings } from './neural-step.ts'
import { rateMeasures, reportResidual, residualMeasure } from './measures.ts'
import { nudgingSettings, signedBeta } from './nudging.ts'
import { alignment, information } from './corinfomax-measures.ts'
import type { Behaviour, Equation, Measure, SettingProblem } from './rule.ts'
import { number, onOff, perLayer, schedule, scheduleFactor, whole } from './setting.ts'

/** The settings of both forms, to be spread into theirs. */
export const corinfomaxSettings = {
  ...nudgingSettings,
  threePhase: onOff({
    label: 'Three phases',
    help: 'Adds a phase with −β, and takes the contrast between +β and −β.',
    default: false,
    group: 'dynamics',
  }),
  lambda: number({
    label: 'Correlation memory',
    symbol: 'λ',
    help: 'How slowly the estimate of a layer’s correlation forgets; γ = (1 − λ)/λ.',
    above: 0,
    maximum: 1,
    default: 0.99999,
    group: 'dynamics',
  }),
  epsilon: number({
    label: 'Coupling',
    symbol: 'ε',
    help: 'Prediction errors pull a neuron with strength 1/ε, from below and from above.',
    above: 0,
    maximum: 100,
    default: 0.15,
    group: 'dynamics',
  }),
  hopfieldGain: number({
    label: 'Hopfield gain',
    symbol: 'g',
    help: 'A neuron’s leak and, equally strong, its self-excitation.',
    minimum: 0,
    maximum: 100,
    default: 0.5,
    group: 'dynamics',
  }),
  ...neuralStepSettings({ neuralRule: 'divide_by_slow_loop_index', neuralLr: 0.05, neuralLrStop: 0.001 }),
  iterationsFree: whole({
    label: 'Free iterations',
    symbol: 'T',
    help: 'Settling without a target; classification uses the same number.',
    minimum: 1,
    maximum: 10_000,
    default: 30,
    group: 'dynamics',
  }),
  iterationsNudged: whole({
    label: 'Nudged iterations',
    symbol: 'T_β',
    help: 'Settling with the target pulling.',
    minimum: 1,
    maximum: 10_000,
    default: 10,
    group: 'dynamics',
  }),
  lrForward: perLayer({
    label: 'Feedforward rates',
    symbol: 'μ_W',
    help: 'Learning rate of W, one a layer from the input up.',
    minimum: 0,
    maximum: 100,
    from: 1,
    default: [1, 0.7],
    group: 'learning',
  }),
  lrFeedback: perLayer({
    label: 'Feedback rates',
    symbol: 'μ_V',
    help: 'Learning rate of V, one a layer from the second up: between the first hidden layer and the next comes first.',
    minimum: 0,
    maximum: 100,
    from: 2,
    default: [0.15],
    group: 'learning',
  }),
  schedule: schedule({
    label: 'Rate schedule',
    help: 'From each epoch on (counted from 0) both kinds of rates are multiplied by base^epoch, with the absolute epoch as exponent.',
    default: [
      { fromEpoch: 0, base: 0.95 },
      { fromEpoch: 15, base: 0.9 },
    ],
    group: 'learning',
  }),
  weightDecay: onOff({
    label: 'Weight decay',
    help: 'After each update W and V shrink by rate · ε of themselves.',
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
      message: `expected ${depth} feedforward rates, one for each of W₁ to W${subscript(depth)}, found ${s.lrForward.length}`,
    })
  if (s.lrFeedback.length !== Math.max(depth - 1, 1))
    problems.push({
      key: 'lrFeedback',
      message: `expected ${depth - 1} feedback rates, one for each of V₂ to V${subscript(depth)}, found ${s.lrFeedback.length}`,
    })
  return problems
}

/**
 * How a layer's rate follows from its potential, and what holds it back. The plain network clips every rate; the sparse
 * one rectifies some and inhibits them by a multiplier of its own.
 */
export interface Gate {
  rate(k: number, u: State): Value
  /** At the start of every phase. */
  enter(): void
  /** Added to the potential's drive. */
  drive(k: number): readonly (readonly [number, State])[]
  /** Straight after the rate of layer k has moved. */
  moved(k: number, rate: State): void
  report(phase: string): void
}

/** clip(u, 0, 1), and nothing else. */
const clipped: Gate = {
  rate: (_k, u) => hardSigmoid(u),
  enter: () => undefined,
  drive: () => [],
  moved: () => undefined,
  report: () => undefined,
}

/** Describes training and prediction; `openGate` is called whenever the network begins from rest. */
export function corinfomaxNetwork(
  p: Tracer,
  s: CorInfoMaxSettings,
  widths: readonly number[],
  openGate: () => Gate = () => clipped,
): Behaviour {
  const L = widths.length - 1
  const n = (k: number): number => widths[k] as number
  const { epsilon: ε, hopfieldGain: g, lambda: λ } = s
  const γ = (1 - λ) / λ
  const contrastScale = s.threePhase ? 2 : 1

  const W = layers(1, L, (k) => p.parameter(`W${k}`, [n(k), n(k - 1)], { kind: 'xavier' }))
  const V = layers(2, L, (k) => p.parameter(`V${k}`, [n(k - 1), n(k)], { kind: 'xavier' }))
  const B = layers(1, L, (k) => p.parameter(`B${k}`, [n(k), n(k)], { kind: 'xavierGram' }))
  // For the logs only, from I: correlations of the rates in both phases and of the prediction errors of both directions.
  const Rfree = layers(1, L, (k) => p.parameter(`Rfree${k}`, [n(k), n(k)], { kind: 'identity' }, 'log'))
  const Rnudged = layers(1, L, (k) => p.parameter(`Rnudged${k}`, [n(k), n(k)], { kind: 'identity' }, 'log'))
  const Rforward = layers(2, L, (k) => p.parameter(`Rforward${k}`, [n(k), n(k)], { kind: 'identity' }, 'log'))
  const Rbackward = layers(1, L - 1, (k) => p.parameter(`Rbackward${k}`, [n(k), n(k)], { kind: 'identity' }, 'log'))

  const ηFree = p.scalarPerIteration('neuralLrFree', s.iterationsFree, (t) => neuralRate(s, t))
  const ηNudged = p.scalarPerIteration('neuralLrNudged', s.iterationsNudged, (t) => neuralRate(s, t))
  const β = p.scalar('beta', (step) => signedBeta(s, step.sign))
  const scheduled =
    (rates: readonly number[], index: number) =>
    (epoch: number): number =>
      (rates[index] as number) * scheduleFactor(s.schedule, epoch)
  const lrForward = layers(1, L, (k) => {
    const rate = scheduled(s.lrForward, k - 1)
    return {
      contrast: p.scalar(`lrForward${k}`, ({ epoch, sign }) => rate(epoch) / (contrastScale * signedBeta(s, sign))),
      decay: p.scalar(`decayForward${k}`, ({ epoch }) => -rate(epoch) * ε),
    }
  })
  const lrFeedback = layers(2, L, (k) => {
    const rate = scheduled(s.lrFeedback, k - 2)
    return {
      contrast: p.scalar(`lrFeedback${k}`, ({ epoch, sign }) => rate(epoch) / (contrastScale * signedBeta(s, sign))),
      decay: p.scalar(`decayFeedback${k}`, ({ epoch }) => -rate(epoch) * ε),
    }
  })

  type Rates = (k: number) => State
  type Network = { readonly r: Rates; readonly gate: Gate }
  const listed = <T>(of: (k: number) => T): readonly T[] => Array.from({ length: L }, (_, i) => of(i + 1))
  /** Rates with r₀ = x. */
  const below = (r: Rates, k: number): State | Value => (k === 0 ? p.x : r(k))

  /** Settles for `count` iterations, layer after layer, each seeing the layer below already updated (Gauss–Seidel). */
  function settle(phase: string, { r, gate }: Network, count: number, η: Scalar, nudge: Scalar | null): void {
    gate.enter()
    const u = layers(1, L, (k) => p.state(`u${k}`, r(k)))
    p.repeat(count, () => {
      const before = layers(1, L, (k) => r(k).current)
      for (let k = 1; k < L; k++) {
        // u_k ← u_k + η( −(g + 2/ε)u_k + (1/ε)W_k r_{k−1} + 2γB_k r_k + g r_k + (1/ε)V_{k+1} r_{k+1} )
        u(k).increase(
          η,
          sum(
            [-(g + 2 / ε), u(k)],
            [1 / ε, apply(W(k), below(r, k - 1))],
            [2 * γ, apply(B(k), r(k))],
            [g, r(k)],
            [1 / ε, apply(V(k + 1), r(k + 1))],
            ...gate.drive(k),
          ),
        )
        r(k).become(gate.rate(k, u(k)))
        gate.moved(k, r(k))
      }
      // u_L ← u_L + η( −(g + 1/ε + 1)u_L + (1/ε)W_L r_{L−1} + γB_L r_L + g r_L − β(r_L − y) )
      const free = sum(
        [-(g + 1 / ε + 1), u(L)],
        [1 / ε, apply(W(L), below(r, L - 1))],
        [γ, apply(B(L), r(L))],
        [g, r(L)],
        ...gate.drive(L),
      )
      u(L).increase(η, nudge === null ? free : sum([1, free], [nudge.times(-1), difference(r(L), p.y)]))
      r(L).become(gate.rate(L, u(L)))
      gate.moved(L, r(L))
      reportResidual(p, phase, listed(before), listed(r))
    })
    gate.report(phase)
    for (let k = 1; k <= L; k++) p.measure(`${phase}.r${k}`, r(k))
  }

  const atRest = (): Network => ({ r: layers(1, L, (k) => p.state(`r${k}`, p.zeros(n(k)))), gate: openGate() })
  /** What a phase settled at, for use after the states have moved on. */
  const settled = ({ r }: Network): ((k: number) => Value) => {
    const values = layers(1, L, (k) => r(k).current)
    return (k) => (k === 0 ? p.x : values(k))
  }

  return {
    train() {
      const network = atRest()
      settle('free', network, s.iterationsFree, ηFree, null)
      const free = settled(network)
      settle('nudged', network, s.iterationsNudged, ηNudged, β)
      const nudged = settled(network)
      let contrasted = free
      if (s.threePhase) {
        settle('third', network, s.iterationsNudged, ηNudged, β.times(-1))
        contrasted = settled(network)
      }

      // Prediction errors with the weights as they were: e_k = r_k − W_k r_{k−1}, ē_k = r_k − V_{k+1} r_{k+1}.
      const forwardError = (phase: (k: number) => Value, k: number): Value =>
        difference(phase(k), apply(Wold(k), phase(k - 1)))
      const backwardError = (phase: (k: number) => Value, k: number): Value =>
        difference(phase(k), apply(Vold(k + 1), phase(k + 1)))
      const Wold = layers(1, L, (k) => W(k).current)
      const Vold = layers(2, L, (k) => V(k).current)

      for (let k = 1; k <= L; k++) {
        // W_k ← W_k + (μ/(sβ)) ( ⟨e_k r_{k−1}ᵀ⟩_nudged − ⟨e_k r_{k−1}ᵀ⟩_free )
        W(k).increase(
          lrForward(k).contrast,
          difference(
            outer(forwardError(nudged, k), nudged(k - 1)),
            outer(forwardError(contrasted, k), contrasted(k - 1)),
          ),
        )
        if (s.weightDecay) W(k).increase(lrForward(k).decay, W(k))
      }
      for (let k = 1; k < L; k++) {
        // V_{k+1} ← V_{k+1} + (μ/(sβ)) ( ⟨ē_k r_{k+1}ᵀ⟩_nudged − ⟨ē_k r_{k+1}ᵀ⟩_free )
        V(k + 1).increase(
          lrFeedback(k + 1).contrast,
          difference(
            outer(backwardError(nudged, k), nudged(k + 1)),
            outer(backwardError(contrasted, k), contrasted(k + 1)),
          ),
        )
        if (s.weightDecay) V(k + 1).increase(lrFeedback(k + 1).decay, V(k + 1))
      }
      for (let k = 1; k <= L; k++) {
        // B_k ← (1/λ)( B_k − γ⟨z zᵀ⟩ ), z = B_k r_k of the nudged phase
        const z = apply(B(k), nudged(k))
        B(k).become(sum([1 / λ, B(k)], [-γ / λ, outer(z, z)]))
      }

      // R ← λR + (1 − λ)⟨r rᵀ⟩
      const correlate = (R: ReturnType<typeof Rfree>, v: Value): void => R.become(sum([λ, R], [1 - λ, outer(v, v)]))
      for (let k = 1; k <= L; k++) {
        correlate(Rfree(k), free(k))
        correlate(Rnudged(k), nudged(k))
        if (k > 1) correlate(Rforward(k), forwardError(free, k))
        if (k < L) correlate(Rbackward(k), backwardError(free, k))
      }
    },
    predict() {
      const network = atRest()
      settle('predict', network, s.iterationsFree, ηFree, null)
      return network.r(L)
    },
  }
}

function subscript(k: number): string {
  return String(k).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)] as string)
}

/** What both forms are watched by: rates of the free phase, and how all phases settle. */
export const corinfomaxMeasures: readonly Measure<CorInfoMaxSettings>[] = [
  alignment,
  information,
  ...rateMeasures('all layers', (k) => `free.r${k}`),
  residualMeasure((s) => (s.threePhase ? ['free', 'nudged', 'third'] : ['free', 'nudged'])),
]

/** What both forms compute, in the paper's letters. */
export const corinfomaxEquations: readonly Equation[] = [
  {
    caption: 'Hidden layer, each iteration',
    tex: String.raw`u_k \leftarrow u_k + \eta\Big[\tfrac{1}{\varepsilon}(W_k r_{k-1} - u_k) + \tfrac{1}{\varepsilon}(V_{k+1} r_{k+1} - u_k) + 2\gamma B_k r_k + g(r_k - u_k)\Big],\quad r_k \leftarrow \mathrm{clip}(u_k, 0, 1)`,
    settings: [
      'epsilon',
      'hopfieldGain',
      'lambda',
      'neuralLr',
      'neuralRule',
      'neuralLrStop',
      'neuralLrDecay',
      'iterationsFree',
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
    settings: ['lrForward', 'lrFeedback', 'schedule', 'weightDecay'],
  },
  {
    caption: 'Lateral synapses',
    tex: String.raw`B_k \leftarrow \tfrac{1}{\lambda}\big(B_k - \gamma \langle z_k z_k^\top\rangle\big),\quad z_k = B_k r_k,\quad \gamma = \tfrac{1-\lambda}{\lambda}`,
    settings: ['lambda'],
  },
]
