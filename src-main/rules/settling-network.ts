/**
 * A network that settles into a minimum of an energy with symmetric connections: what equilibrium propagation and
 * contrastive similarity matching share. The latter adds lateral matrices to hidden layers. Settings and TeX are beside it,
 * in `settling-form.ts`.
 *
 * State s_k, which is the rate itself; all layers move at once from the same old state (Jacobi):
 *
 *   s_k ← f( s_k − η( s_k − (W_k s_{k−1} + b_k) − W_{k+1}ᵀ s_{k+1} + M_k s_k + [k = L] 2β(s_L − y) ) ),  f = clip(·, 0, 1) as published
 *   W_k ← W_k + (α_k/β)( ⟨s_k s_{k−1}ᵀ⟩_nudged − ⟨s_k s_{k−1}ᵀ⟩_free ),  b_k likewise with ⟨s_k⟩
 *
 * Centred, a third phase with −β starts from the free state too and stands for the free one, and 2β for β.
 *
 * This descends E = Σ_k ( ½‖s_k‖² − s_kᵀ(W_k s_{k−1} + b_k) + ½ s_kᵀM_k s_k ), with β‖s_L − y‖² added when nudged.
 *
 * W_k is n_k × n_{k−1}, b_k a row of n_k, M_k symmetric. The nudging cost is the squared error summed over units, without
 * a half. Notes, as in the released code: both phases of training settle with their own rate (0.5), the evaluation's rate
 * is another setting; with cross-entropy the output is set, in training only, to the energy's gradient itself.
 */
import { layers } from '../program/layers.ts'
import type { Parameter, Scalar, State, Tracer, Value } from '../program/trace.ts'
import {
  apply,
  applyTransposed,
  difference,
  divide,
  map,
  meanOverBatch,
  multiply,
  outer,
  softmax,
  sum,
  sumOverUnits,
} from '../program/words.ts'
import { crossEntropy, feedbackName, reportEnergy, reportResidual } from './measures.ts'
import { signedBeta } from './nudging.ts'
import { steppedFactor } from './optimiser.ts'
import type { Behaviour } from './rule.ts'
import type { SettlingSettings } from './settling-form.ts'
import { adjoint, adjointSweeps, backpropagated, reportDescent, reportUpdates } from './truth.ts'
import { activate, restingStates, slope } from './unit.ts'

/** Lateral matrices of the hidden layers, and what they do once a batch has settled. */
export interface Lateral {
  M(k: number): Parameter
  learn(nudged: (k: number) => Value): void
}

type States = (k: number) => State
/** States that move, or what they settled at. */
type Settling = (k: number) => State | Value

/** M has eigenvalues up to 4 at first: a sweep may go a quarter of the way, and there have to be more. */
const LATERAL_RATE = 0.25
const LATERAL_SWEEPS = 3

interface Variant {
  /** Called while parameters may be declared. */
  readonly lateral: () => Lateral | null
  /** Nudged both ways. */
  readonly centred: boolean
}

/** Describes training and prediction. */
export function settlingNetwork(
  p: Tracer,
  s: SettlingSettings,
  widths: readonly number[],
  { lateral: declareLateral, centred }: Variant,
): Behaviour {
  const L = widths.length - 1
  const n = (k: number): number => widths[k] as number
  const W = layers(1, L, (k) => p.parameter(`W${k}`, [n(k), n(k - 1)], { kind: 'xavier' }))
  const b = layers(1, L, (k) => p.parameter(`b${k}`, [1, n(k)], { kind: 'constant', value: 0 }))
  const lateral = declareLateral()
  const resting = restingStates(p, s, widths)
  const β = p.scalar('beta', ({ sign }) => signedBeta(s, sign))
  /** How many β the two states are apart whose contrast is learned from. */
  const apart = centred ? 2 : 1
  const rate = layers(1, L, (k) =>
    p.scalar(
      `rate${k}`,
      ({ epoch, sign }) =>
        ((s.learningRates[k - 1] as number) * steppedFactor(s, epoch)) / (apart * signedBeta(s, sign)),
    ),
  )
  const below = (states: Settling, k: number): State | Value => (k === 0 ? p.x : states(k))

  const fromBelow = (states: Settling, k: number): Value => sum([1, apply(W(k), below(states, k - 1))], [1, b(k)])
  const listed = <T>(of: (k: number) => T): readonly T[] => Array.from({ length: L }, (_, i) => of(i + 1))

  /** E of each sample, ['batch', 1], with the nudging cost where there is one. */
  function energy(states: States, nudge: Scalar | null): Value {
    const ofLayers = listed((k) => {
      const half = k < L && lateral !== null ? sum([0.5, states(k)], [0.5, apply(lateral.M(k), states(k))]) : null
      const inner = fromBelow(states, k)
      const field = half === null ? sum([0.5, states(k)], [-1, inner]) : difference(half, inner)
      return [1, sumOverUnits(multiply(states(k), field))] as const
    })
    if (nudge === null) return sum(...ofLayers)
    const cost =
      s.criterion === 'squared-error'
        ? sumOverUnits(map('square', difference(states(L), p.y)))
        : crossEntropy(p, states(L))
    return sum(...ofLayers, [nudge, cost])
  }

  /** W_k s_{k−1} + b_k + W_{k+1}ᵀ s_{k+1} − M_k s_k, where there is a layer above and an M. */
  function freeDrive(states: Settling, k: number): Value {
    let drive = fromBelow(states, k)
    if (k < L) drive = sum([1, drive], [1, applyTransposed(W(k + 1), states(k + 1))])
    // M stays symmetric, so ½(M + Mᵀ)s is M s.
    if (k < L && lateral !== null) drive = sum([1, drive], [-1, apply(lateral.M(k), states(k))])
    return drive
  }

  /** One phase; `asReleased` is the training of the released cross-entropy. */
  function settle(
    phase: string,
    states: States,
    count: number,
    η: number,
    nudge: Scalar | null,
    asReleased: boolean,
  ): void {
    p.repeat(count, () => {
      const before = listed((k) => states(k).current)
      const next = layers(1, L, (k) => {
        if (k === L && asReleased) {
          const gradient = difference(states(L), fromBelow(states, L))
          return nudge === null ? gradient : sum([1, gradient], [nudge, difference(softmax(states(L)), p.y)])
        }
        let drive = freeDrive(states, k)
        if (k === L && nudge !== null) drive = sum([1, drive], [nudge.times(-2), difference(states(L), p.y)])
        return activate(p, s.activation, sum([1 - η, states(k)], [η, drive]))
      })
      for (let k = 1; k <= L; k++) states(k).become(next(k))
      reportResidual(p, phase, before, listed(states))
      reportEnergy(p, phase, energy(states, nudge))
      for (let k = 1; k < L; k++) p.measure(feedbackName(phase, k), applyTransposed(W(k + 1), states(k + 1)))
    })
    for (let k = 1; k <= L; k++) p.measure(`${phase}.s${k}`, states(k))
  }

  const atRest = (): States => layers(1, L, (k) => p.state(`s${k}`, resting(k)))
  const settled = (states: States): ((k: number) => Value) => {
    const values = layers(1, L, (k) => states(k).current)
    return (k) => (k === 0 ? p.x : values(k))
  }

  /** Of the free state and the contrast that W learns from, which divided by β, or 2β, is the update. */
  function reportTruth(free: (k: number) => Value, contrast: (k: number) => Value): void {
    // β/β², so that no scalar is needed but β with its sign.
    const update = layers(1, L, (k) => sum([β.times(1 / (apart * s.beta ** 2)), contrast(k)]))
    const force = (output: Value): Value =>
      s.criterion === 'squared-error' ? sum([-2, output], [2, p.y]) : difference(p.y, softmax(output))
    reportUpdates(p, L, update)
    const plain = {
      ...{ W, b, force },
      f: (_k: number, h: Value) => activate(p, s.activation, h),
      slope: (_k: number, h: Value) => slope(p, s.activation, h),
    }
    reportDescent(p, L, 'backprop', update, backpropagated(p, L, plain))
    if (s.criterion !== 'squared-error') return

    // An iteration is s ← f(v), v = (1 − η)s + η·drive, so by the drive a settled s has the slope ηf′(v)/(1 − (1 − η)f′(v)): f′ itself for a clip.
    const η = s.neuralLr
    const one = p.fill(1, [1, 1])
    const slopes = layers(1, L, (k) => {
      const φ = slope(p, s.activation, sum([1 - η, free(k)], [η, freeDrive(free, k)]))
      return divide(sum([η, φ]), sum([1, one], [η - 1, φ]))
    })
    const a = adjoint(p, widths, {
      sweeps: adjointSweeps(s.iterationsFree) * (lateral === null ? 1 : LATERAL_SWEEPS),
      rate: lateral === null ? 1 : LATERAL_RATE,
      slope: slopes,
      force: force(free(L)),
      into: (k, of) => [
        ...(k < L ? ([[1, applyTransposed(W(k + 1), of(k + 1))]] as const) : []),
        ...(k > 1 ? ([[1, apply(W(k), of(k - 1))]] as const) : []),
        ...(k < L && lateral !== null ? ([[-1, apply(lateral.M(k), of(k))]] as const) : []),
      ],
    })
    // W_k is in two drives: W_k s_{k−1} of layer k, and W_kᵀ s_k of layer k − 1.
    const descent = layers(1, L, (k) =>
      sum([1, outer(a(k), free(k - 1))], ...(k > 1 ? ([[1, outer(free(k), a(k - 1))]] as const) : [])),
    )
    reportDescent(p, L, 'settled', update, descent)
  }

  return {
    train() {
      const asReleased = s.criterion === 'cross-entropy-released'
      const states = atRest()
      settle('free', states, s.iterationsFree, s.neuralLr, null, asReleased)
      const free = settled(states)
      p.count(free(L))
      settle('nudged', states, s.iterationsNudged, s.neuralLr, β, asReleased)
      const nudged = settled(states)
      if (centred) {
        for (let k = 1; k <= L; k++) states(k).become(free(k))
        settle('third', states, s.iterationsNudged, s.neuralLr, β.times(-1), asReleased)
      }
      const other = centred ? settled(states) : free
      const contrast = layers(1, L, (k) => difference(outer(nudged(k), nudged(k - 1)), outer(other(k), other(k - 1))))
      reportTruth(free, contrast)
      for (let k = 1; k <= L; k++) {
        W(k).increase(rate(k), contrast(k))
        b(k).increase(rate(k), difference(meanOverBatch(nudged(k)), meanOverBatch(other(k))))
      }
      lateral?.learn(nudged)
    },
    layers() {
      const states = atRest()
      settle('classified', states, s.iterationsEvaluation || s.iterationsFree, s.evaluationLr, null, false)
      return listed(states)
    },
  }
}
