/**
 * Values that predict one another: what predictive coding in its clamped and its nudged form share.
 *
 *   p_k = W_k f(v_{k−1}) + b_k,  e_k = v_k − p_k,  unit variances;  f(v_0) = x
 *
 * W_k is n_k × n_{k−1}, uniform in ±√(6/n_{k−1}) at first (kaiming with a = 0); b_k a row of n_k, uniform in ±1/√n_{k−1}.
 * Values start from the feedforward pass. The input is not passed through f: in the clamped form the published runs put
 * f⁻¹(x) in and f turns it back, ±∞ included, so that the first layer sees x itself. Who passes another `x` says why.
 */
import { layers } from '../program/layers.ts'
import type { MapName } from '../program/activations.ts'
import type { Parameter, State, Tracer, Value } from '../program/trace.ts'
import { apply, applyTransposed, difference, map, multiply, sum, sumOverUnits } from '../program/words.ts'
import { reportEnergy, reportResidual } from './measures.ts'
import type { ValueActivation } from './predictive-form.ts'
import { carriedBack } from './truth.ts'

const SLOPES: Readonly<Record<Exclude<ValueActivation, 'linear'>, MapName>> = {
  sigmoid: 'sigmoidSlope',
  tanh: 'tanhSlope',
  relu: 'reluSlope',
  exp: 'exp',
}

type PerLayer<T> = (k: number) => T

interface ValueNetwork {
  readonly W: PerLayer<Parameter>
  readonly b: PerLayer<Parameter>
  /** Every W and b, from the input up. */
  readonly learned: readonly Parameter[]
  /** f(v_{k−1}), with x for k = 1. */
  input(v: PerLayer<State | Value>, k: number): Value
  /** v_k of the feedforward pass. */
  forward(): PerLayer<Value>
  /** f(v_k) of hidden layers, and v_L. */
  rates(start: PerLayer<Value>): readonly Value[]
  /** Reports v_k of the feedforward pass, and f(v_k) of its hidden layers. */
  reportStart(start: PerLayer<Value>): void
  /** Inside the repeat that settles: `before` are the values that moved, from the first hidden layer up; `energy` each sample's. */
  reportSettling(phase: string, before: readonly Value[], v: PerLayer<State>, energy: Value): void
  /** Σ_k ‖e_k‖² of each sample, ['batch', 1]. */
  squaredErrors(v: PerLayer<State>): Value
  /** e_k = v_k − W_k f(v_{k−1}) − b_k. */
  error(v: PerLayer<State | Value>, k: number): Value
  /** (W_{k+1}ᵀ e_{k+1}) ∘ f′(v_k). */
  fromAbove(v: PerLayer<State | Value>, errorAbove: Value, k: number): Value
  /** Of the feedforward pass, δ_k that backpropagation finds for −∂C/∂v_L of each sample. */
  backpropagated(start: PerLayer<Value>, force: Value): PerLayer<Value>
}

export function valueNetwork(
  p: Tracer,
  activation: ValueActivation,
  widths: readonly number[],
  x: Value = p.x,
): ValueNetwork {
  const L = widths.length - 1
  const n = (k: number): number => widths[k] as number
  const W = layers(1, L, (k) =>
    p.parameter(`W${k}`, [n(k), n(k - 1)], { kind: 'uniform', bound: Math.sqrt(6 / n(k - 1)) }),
  )
  const b = layers(1, L, (k) => p.parameter(`b${k}`, [1, n(k)], { kind: 'uniform', bound: 1 / Math.sqrt(n(k - 1)) }))
  const f = (v: State | Value): Value => (activation === 'linear' ? sum([1, v]) : map(activation, v))
  const input = (v: PerLayer<State | Value>, k: number): Value => (k === 1 ? x : f(v(k - 1)))
  const predicted = (v: PerLayer<State | Value>, k: number): Value => sum([1, apply(W(k), input(v, k))], [1, b(k)])
  const fromAbove = (v: PerLayer<State | Value>, errorAbove: Value, k: number): Value => {
    const back = applyTransposed(W(k + 1), errorAbove)
    return activation === 'linear' ? back : multiply(back, map(SLOPES[activation], v(k)))
  }
  const error = (v: PerLayer<State | Value>, k: number): Value => difference(v(k), predicted(v, k))
  return {
    W,
    b,
    learned: Array.from({ length: L }, (_, i) => [W(i + 1), b(i + 1)]).flat(),
    input,
    forward() {
      const values: Value[] = [x]
      for (let k = 1; k <= L; k++) values.push(predicted((j) => values[j] as Value, k))
      return (k) => values[k] as Value
    },
    rates: (start) => Array.from({ length: L }, (_, i) => (i + 1 < L ? input(start, i + 2) : start(L))),
    reportStart(start) {
      for (let k = 1; k <= L; k++) {
        p.measure(`feedforward.v${k}`, start(k))
        if (k < L) p.measure(`feedforward.r${k}`, input(start, k + 1))
      }
    },
    reportSettling(phase, before, v, energy) {
      reportResidual(
        p,
        phase,
        before,
        before.map((_, i) => v(i + 1)),
      )
      reportEnergy(p, phase, energy)
    },
    squaredErrors: (v) =>
      sum(...Array.from({ length: L }, (_, i) => [1, sumOverUnits(map('square', error(v, i + 1)))] as const)),
    error,
    fromAbove,
    backpropagated: (start, force) => carriedBack(L, force, (k, above) => fromAbove(start, above, k)),
  }
}
