/**
 * CorInfoMax as a network: what the plain and the sparse rule share. Correlative information maximization between layers,
 * learned from two (or three) settled phases. Settings and TeX are beside it, in `corinfomax-form.ts`.
 *
 * Parameters: feedforward W_k (n_k × n_{k−1}), k = 1..L; feedback V_k (n_{k−1} × n_k), k = 2..L, learned
 * separately, so that no weight is transported; lateral B_k (n_k × n_k), which tracks the inverse of the layer's
 * correlation. γ = (1 − λ)/λ. No biases, unless asked for: then W_k r is W_k r + b_k, and V and B see a unit that is
 * always 1, as if r were (r, 1). The row of V that predicts it is learned and drives nothing; of B it is the row c_k and
 * the corner d_k. As in the debugging class of the released code, but for the draw: there the bordered B is one Gram
 * matrix, here c = 0 and d = 1, which keeps it positive just as well.
 *
 * Notes, as in the released code: at the start of every phase a neuron's potential u is reset to its rate r (what it had
 * beyond the clip is lost); B learns from the nudged phase in all variants and is scaled by no learning rate; the output
 * has a unit leak and once γ where a hidden layer has 1/ε and twice γ; with three phases the contrast is taken between
 * the second (+β) and the third (−β) phase and divided by 2β.
 *
 * Source: Bozkurt, Pehlevan, Erdogan, NeurIPS 2023 (arXiv 2306.04810), equations 14–19 and algorithm 1.
 */
import { layers } from '../program/layers.ts'
import type { Initial } from '../program/initial.ts'
import type { Operand, Parameter, Scalar, State, Tracer, Value } from '../program/trace.ts'
import { apply, applyTransposed, difference, meanOverBatch, outer, sum } from '../program/words.ts'
import type { CorInfoMaxSettings } from './corinfomax-form.ts'
import { settlingError } from './corinfomax-measures.ts'
import { neuralRate } from './neural-step.ts'
import { feedbackName, reportResidual } from './measures.ts'
import { signedBeta } from './nudging.ts'
import type { Behaviour } from './rule.ts'
import { scheduleFactor } from './setting.ts'
import { adjoint, adjointSweeps, backpropagated, reportDescent, reportUpdates } from './truth.ts'
import { activate, restingStates, slope } from './unit.ts'

/**
 * How a layer's rate follows from its potential, and what holds it back. The plain network has one function for all; the
 * sparse one rectifies some and inhibits them by a multiplier of its own.
 */
export interface Gate {
  readonly rate: (k: number, u: Operand) => Value
  /** Of the rate by the potential. */
  readonly slope: (k: number, u: Operand) => Value
  /** At the start of every phase. */
  enter(): void
  /** Added to the potential's drive. */
  drive(k: number): readonly (readonly [number, State])[]
  /** Straight after the rate of layer k has moved. */
  moved(k: number, rate: State): void
  report(phase: string): void
  /** Whether it holds nothing back, so that rates are at rest where potentials are. */
  readonly plain: boolean
}

/** f(u), and nothing else. */
const plainGate = (p: Tracer, s: CorInfoMaxSettings): Gate => ({
  rate: (_k, u) => activate(p, s.activation, u),
  slope: (_k, u) => slope(p, s.activation, u),
  enter: () => undefined,
  drive: () => [],
  moved: () => undefined,
  report: () => undefined,
  plain: true,
})

/** Describes training and prediction; `openGate` is called whenever the network begins from rest. */
export function corinfomaxNetwork(
  p: Tracer,
  s: CorInfoMaxSettings,
  widths: readonly number[],
  openGate: () => Gate = () => plainGate(p, s),
): Behaviour {
  const L = widths.length - 1
  const n = (k: number): number => widths[k] as number
  const { epsilon: ε, hopfieldGain: g, lambda: λ } = s
  const γ = (1 - λ) / λ
  const contrastScale = s.threePhase ? 2 : 1

  const W = layers(1, L, (k) => p.parameter(`W${k}`, [n(k), n(k - 1)], { kind: 'xavier' }))
  /** With biases V is drawn with its row for the unit that is always 1. */
  const feedbackInitial = (k: number): Initial =>
    s.bias ? { kind: 'uniform', bound: Math.sqrt(6 / (n(k - 1) + 1 + n(k))) } : { kind: 'xavier' }
  const V = layers(2, L, (k) => p.parameter(`V${k}`, [n(k - 1), n(k)], feedbackInitial(k)))
  const B = layers(1, L, (k) => p.parameter(`B${k}`, [n(k), n(k)], { kind: 'xavierGram' }))
  const constant = (name: string, columns: number, value: number): Parameter =>
    p.parameter(name, [1, columns], { kind: 'constant', value })
  const biases = s.bias
    ? {
        b: layers(1, L, (k) => constant(`b${k}`, n(k), 0)),
        v: layers(2, L, (k) => p.parameter(`v${k}`, [1, n(k)], feedbackInitial(k))),
        c: layers(1, L, (k) => constant(`c${k}`, n(k), 0)),
        d: layers(1, L, (k) => constant(`d${k}`, 1, 1)),
      }
    : null
  const resting = restingStates(p, s, widths)
  // For the logs only, from I: correlations of the rates in both phases and of the prediction errors of both directions.
  const Rfree = layers(1, L, (k) => p.parameter(`Rfree${k}`, [n(k), n(k)], { kind: 'identity' }, 'log'))
  const Rnudged = layers(1, L, (k) => p.parameter(`Rnudged${k}`, [n(k), n(k)], { kind: 'identity' }, 'log'))
  const errorLog = (name: string) => (k: number) =>
    p.parameter(`${name}${k}`, [n(k), n(k)], { kind: 'identity' }, 'log')
  const Rforward = layers(2, L, errorLog('Rforward'))
  const Rbackward = layers(1, L - 1, errorLog('Rbackward'))
  const RforwardNudged = layers(2, L, errorLog('RforwardNudged'))
  const RbackwardNudged = layers(1, L - 1, errorLog('RbackwardNudged'))

  const ηFree = p.scalarPerIteration('neuralLrFree', s.iterationsFree, (t) => neuralRate(s, t))
  const ηNudged = p.scalarPerIteration('neuralLrNudged', s.iterationsNudged, (t) => neuralRate(s, t))
  const iterationsEvaluation = s.iterationsEvaluation || s.iterationsFree
  const ηEvaluation =
    iterationsEvaluation === s.iterationsFree && s.evaluationLr === 0
      ? ηFree
      : p.scalarPerIteration('neuralLrEvaluation', iterationsEvaluation, (t) =>
          neuralRate({ ...s, neuralLr: s.evaluationLr || s.neuralLr }, t),
        )
  const β = p.scalar('beta', (step) => signedBeta(s, step.sign))
  const scheduled =
    (rates: readonly number[], index: number, schedule = s.schedule) =>
    (epoch: number): number =>
      (rates[index] as number) * scheduleFactor(schedule, epoch)
  const scheduleFeedback = s.scheduleFeedback.length > 0 ? s.scheduleFeedback : s.schedule
  const lrForward = layers(1, L, (k) => {
    const rate = scheduled(s.lrForward, k - 1)
    return {
      contrast: p.scalar(`lrForward${k}`, ({ epoch, sign }) => rate(epoch) / (contrastScale * signedBeta(s, sign))),
      decay: p.scalar(`decayForward${k}`, ({ epoch }) => -rate(epoch) * ε),
    }
  })
  const lrFeedback = layers(2, L, (k) => {
    const rate = scheduled(s.lrFeedback, k - 2, scheduleFeedback)
    return {
      contrast: p.scalar(`lrFeedback${k}`, ({ epoch, sign }) => rate(epoch) / (contrastScale * signedBeta(s, sign))),
      decay: p.scalar(`decayFeedback${k}`, ({ epoch }) => -rate(epoch) * ε),
    }
  })

  type Rates = (k: number) => State
  type Network = { readonly r: Rates; readonly gate: Gate }
  const listed = <T>(of: (k: number) => T): readonly T[] => Array.from({ length: L }, (_, i) => of(i + 1))

  const weightsNow = (k: number): { readonly w: Value; readonly b: Value | null } => ({
    w: W(k).current,
    b: biases === null ? null : biases.b(k).current,
  })
  /** e_k = r_k − W_k r_{k−1} (− b_k), with the weights as they are now unless others are given. */
  const forwardErrorOf = (r: (k: number) => State | Value, k: number, { w, b } = weightsNow(k)): Value =>
    sum([1, r(k)], [-1, apply(w, k === 1 ? p.x : r(k - 1))], ...(b === null ? [] : ([[-1, b]] as const)))

  /** What biases add to the drive of layer k, where B counts `lateral` times. */
  const offsets = (k: number, lateral: number): readonly (readonly [number, Parameter])[] =>
    biases === null
      ? []
      : [
          [1 / ε, biases.b(k)],
          [lateral, biases.c(k)],
        ]

  const leak = (k: number): number => (k < L ? g + 2 / ε : g + 1 / ε + 1)
  const lateral = (k: number): number => (k < L ? 2 * γ : γ)
  /** What moves the potential of layer k beside its leak, its gate and a nudge. */
  const drive = (r: (k: number) => State | Value, k: number): readonly (readonly [number, Operand])[] => [
    [1 / ε, apply(W(k), k === 1 ? p.x : r(k - 1))],
    [lateral(k), apply(B(k), r(k))],
    [g, r(k)],
    ...(k < L ? ([[1 / ε, apply(V(k + 1), r(k + 1))]] as const) : []),
    ...offsets(k, lateral(k)),
  ]

  /** Settles for `count` iterations, layer after layer, each seeing the layer below already updated (Gauss–Seidel). */
  function settle(phase: string, { r, gate }: Network, count: number, η: Scalar, nudge: Scalar | null): void {
    gate.enter()
    const u = layers(1, L, (k) => p.state(`u${k}`, r(k)))
    p.repeat(count, () => {
      const before = layers(1, L, (k) => r(k).current)
      for (let k = 1; k < L; k++) {
        // u_k ← u_k + η( −(g + 2/ε)u_k + (1/ε)W_k r_{k−1} + 2γB_k r_k + g r_k + (1/ε)V_{k+1} r_{k+1} )
        u(k).increase(η, sum([-leak(k), u(k)], ...drive(r, k), ...gate.drive(k)))
        r(k).become(gate.rate(k, u(k)))
        gate.moved(k, r(k))
      }
      // u_L ← u_L + η( −(g + 1/ε + 1)u_L + (1/ε)W_L r_{L−1} + γB_L r_L + g r_L − β(r_L − y) )
      const free = sum([-leak(L), u(L)], ...drive(r, L), ...gate.drive(L))
      u(L).increase(η, nudge === null ? free : sum([1, free], [nudge.times(-1), difference(r(L), p.y)]))
      r(L).become(gate.rate(L, u(L)))
      gate.moved(L, r(L))
      reportResidual(p, phase, listed(before), listed(r))
      for (let k = 1; k <= L; k++) {
        if (k > 1) p.measure(settlingError(phase, 'forward', k), forwardErrorOf(r, k))
        if (k === L) continue
        const feedback = apply(V(k + 1), r(k + 1))
        p.measure(feedbackName(phase, k), feedback)
        p.measure(settlingError(phase, 'backward', k), difference(r(k), feedback))
      }
    })
    gate.report(phase)
    for (let k = 1; k <= L; k++) p.measure(`${phase}.r${k}`, r(k))
  }

  const atRest = (): Network => ({ r: layers(1, L, (k) => p.state(`r${k}`, resting(k))), gate: openGate() })
  /** What a phase settled at, for use after the states have moved on. */
  const settled = ({ r }: Network): ((k: number) => Value) => {
    const values = layers(1, L, (k) => r(k).current)
    return (k) => (k === 0 ? p.x : values(k))
  }

  const one = p.fill(1, [1, 1])

  /** Of the free state and the contrast that W learns from, which divided by sβ is the update. The cost is ½‖r_L − y‖². */
  function reportTruth(free: (k: number) => Value, gate: Gate, contrast: (k: number) => Value): void {
    // β/β², so that no scalar is needed but β with its sign.
    const update = layers(1, L, (k) => sum([β.times(1 / (contrastScale * s.beta ** 2)), contrast(k)]))
    reportUpdates(p, L, update)
    const force = (output: Value): Value => difference(p.y, output)
    const plain = { W, b: biases === null ? null : biases.b, force, f: gate.rate, slope: gate.slope }
    reportDescent(p, L, 'backprop', update, backpropagated(p, L, plain))
    if (!gate.plain) return

    // At rest leak·u = drive, so the slope of a rate by its drive is f′(u)/leak.
    const a = adjoint(p, widths, {
      sweeps: adjointSweeps(s.iterationsFree),
      rate: 1,
      slope: layers(1, L, (k) => {
        const atRest = drive(free, k).map(([factor, operand]) => [factor / leak(k), operand] as const)
        return sum([1 / leak(k), gate.slope(k, sum(...atRest))])
      }),
      force: force(free(L)),
      into: (k, of) => [
        ...(k < L ? ([[1 / ε, applyTransposed(W(k + 1), of(k + 1))]] as const) : []),
        [lateral(k), applyTransposed(B(k), of(k))],
        [g, of(k)],
        ...(k > 1 ? ([[1 / ε, applyTransposed(V(k), of(k - 1))]] as const) : []),
      ],
    })
    const descent = layers(1, L, (k) => sum([1 / ε, outer(a(k), free(k - 1))]))
    reportDescent(p, L, 'settled', update, descent)
  }

  return {
    train() {
      const network = atRest()
      settle('free', network, s.iterationsFree, ηFree, null)
      const free = settled(network)
      p.count(free(L))
      settle('nudged', network, s.iterationsNudged, ηNudged, β)
      const nudged = settled(network)
      let contrasted = free
      if (s.threePhase) {
        settle('third', network, s.iterationsNudged, ηNudged, β.times(-1))
        contrasted = settled(network)
      }

      // Prediction errors with the weights as they were: e_k = r_k − W_k r_{k−1}, ē_k = r_k − V_{k+1} r_{k+1}.
      const forwardError = (phase: (k: number) => Value, k: number): Value => forwardErrorOf(phase, k, before(k))
      const backwardError = (phase: (k: number) => Value, k: number): Value =>
        difference(phase(k), apply(Vold(k + 1), phase(k + 1)))
      const before = layers(1, L, weightsNow)
      const Vold = layers(2, L, (k) => V(k).current)

      const contrast = layers(1, L, (k) =>
        difference(
          outer(forwardError(nudged, k), nudged(k - 1)),
          outer(forwardError(contrasted, k), contrasted(k - 1)),
        ),
      )
      reportTruth(free, network.gate, contrast)

      for (let k = 1; k <= L; k++) {
        // W_k ← W_k + (μ/(sβ)) ( ⟨e_k r_{k−1}ᵀ⟩_nudged − ⟨e_k r_{k−1}ᵀ⟩_free )
        W(k).increase(lrForward(k).contrast, contrast(k))
        if (s.weightDecay) W(k).increase(lrForward(k).decay, W(k))
        if (biases === null) continue
        const error = (phase: (k: number) => Value): Value => meanOverBatch(forwardError(phase, k))
        biases.b(k).increase(lrForward(k).contrast, difference(error(nudged), error(contrasted)))
        if (s.weightDecay) biases.b(k).increase(lrForward(k).decay, biases.b(k))
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
        if (biases === null) continue
        // The same for the unit that is always 1: its error is 1 − v_{k+1} r_{k+1}.
        const v = biases.v(k + 1)
        const learned = (phase: (k: number) => Value): Value =>
          outer(difference(one, apply(v, phase(k + 1))), phase(k + 1))
        v.increase(lrFeedback(k + 1).contrast, difference(learned(nudged), learned(contrasted)))
        if (s.weightDecay) v.increase(lrFeedback(k + 1).decay, v)
      }
      for (let k = 1; k <= L; k++) {
        // B_k ← (1/λ)( B_k − γ⟨z zᵀ⟩ ), z = B_k r_k of the nudged phase
        const inner = apply(B(k), nudged(k))
        if (biases === null) {
          B(k).become(sum([1 / λ, B(k)], [-γ / λ, outer(inner, inner)]))
          continue
        }
        // Bordered: z = (B_k r_k + c_k, c_k r_k + d_k).
        const { c, d } = { c: biases.c(k), d: biases.d(k) }
        const z = sum([1, inner], [1, c])
        const last = sum([1, apply(c, nudged(k))], [1, d])
        B(k).become(sum([1 / λ, B(k)], [-γ / λ, outer(z, z)]))
        c.become(sum([1 / λ, c], [-γ / λ, outer(last, z)]))
        d.become(sum([1 / λ, d], [-γ / λ, outer(last, last)]))
      }

      // R ← λR + (1 − λ)⟨r rᵀ⟩
      const correlate = (R: ReturnType<typeof Rfree>, v: Value): void => R.become(sum([λ, R], [1 - λ, outer(v, v)]))
      for (let k = 1; k <= L; k++) {
        correlate(Rfree(k), free(k))
        correlate(Rnudged(k), nudged(k))
        if (k > 1) {
          correlate(Rforward(k), forwardError(free, k))
          correlate(RforwardNudged(k), forwardError(nudged, k))
        }
        if (k < L) {
          correlate(Rbackward(k), backwardError(free, k))
          correlate(RbackwardNudged(k), backwardError(nudged, k))
        }
      }
    },
    layers() {
      const network = atRest()
      settle('classified', network, iterationsEvaluation, ηEvaluation, null)
      return listed(network.r)
    },
  }
}
