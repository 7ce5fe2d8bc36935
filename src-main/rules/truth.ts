/**
 * The truth meter: where a rule's update of each W_k points, against two gradients of the same batch.
 *
 * The update is what W_k is moved along per unit of learning rate: no rate, schedule, momentum, moments or weight decay.
 *
 *   backpropagation  −∂C/∂W_k of the feedforward network a_k = f(W_k a_{k−1} + b_k) with the same W and b: no feedback, no
 *                    lateral synapses, no gains
 *   settled          −dC/dW_k of the state that the free phase settles at, all that W_k does to it included, by recurrent
 *                    backpropagation (Almeida 1987, Pineda 1987)
 *
 * C is the cost that the rule's own nudge, clamp or loss descends, with its factor; each rule names it.
 *
 * Why not both in one batch (2026-11-28): measures that share reports share the batch that is run for them, but the
 * adjoint below costs as much as settling does, and who asks for backpropagation alone should not pay for it. Predictive
 * coding has no settled gradient of its own: at the equilibrium of clamped values the envelope theorem makes the
 * rule's update the very gradient of its energy.
 */
import { layers } from '../program/layers.ts'
import { angleOf } from '../program/measures.ts'
import type { Factor, Operand, State, Tracer, Value } from '../program/trace.ts'
import { apply, applyTransposed, map, multiply, outer, sum, total } from '../program/words.ts'
import { reportResidual } from './measures.ts'
import type { Measure } from './rule.ts'

type PerLayer<T> = (k: number) => T

/** Which gradient an update is held against. */
type Gradient = 'backprop' | 'settled'

/** What W_k is moved along. */
export const updateName = (k: number): string => `update.W${k}`
const squaresOfUpdate = (k: number): string => `truth.update${k}`
const product = (gradient: Gradient, k: number): string => `truth.${gradient}.product${k}`
const squares = (gradient: Gradient, k: number): string => `truth.${gradient}.squares${k}`
const ADJOINT = 'adjoint'

/** Reports what W_1 … W_L are moved along per unit of learning rate, in the direction of the step. */
export function reportUpdates(p: Tracer, L: number, update: PerLayer<Value>): void {
  for (let k = 1; k <= L; k++) {
    p.measure(updateName(k), update(k))
    p.measure(squaresOfUpdate(k), total(map('square', update(k))))
  }
}

/** Reports how updates lie to steepest descent, of which `descent` is the direction and the size. */
export function reportDescent(
  p: Tracer,
  L: number,
  gradient: Gradient,
  update: PerLayer<Value>,
  descent: PerLayer<Value>,
): void {
  for (let k = 1; k <= L; k++) {
    p.measure(product(gradient, k), total(multiply(update(k), descent(k))))
    p.measure(squares(gradient, k), total(map('square', descent(k))))
  }
}

interface FeedForward {
  readonly W: PerLayer<Operand>
  /** b_k; null where layers have none. */
  readonly b: PerLayer<Operand> | null
  readonly f: (k: number, h: Value) => Value
  /** f′. */
  readonly slope: (k: number, h: Value) => Value
  /** −∂C/∂a_L of each sample, ['batch', n_L]. */
  readonly force: (output: Value) => Value
}

/** −∂C/∂W_k of a_k = f(W_k a_{k−1} + b_k), mean over the batch. */
export function backpropagated(p: Tracer, L: number, { W, b, f, slope, force }: FeedForward): PerLayer<Value> {
  const h: Value[] = [p.x]
  const a: Value[] = [p.x]
  for (let k = 1; k <= L; k++) {
    h.push(sum([1, apply(W(k), a[k - 1] as Value)], ...(b === null ? [] : ([[1, b(k)]] as const))))
    a.push(f(k, h[k] as Value))
  }
  const δ = carriedBack(L, multiply(force(a[L] as Value), slope(L, h[L] as Value)), (k, above) =>
    multiply(applyTransposed(W(k + 1), above), slope(k, h[k] as Value)),
  )
  return layers(1, L, (k) => outer(δ(k), a[k - 1] as Value))
}

/** δ_L, and δ_k = `back`(k, δ_{k+1}) below it. */
export function carriedBack(L: number, atOutput: Value, back: (k: number, above: Value) => Value): PerLayer<Value> {
  const δ = new Map([[L, atOutput]])
  for (let k = L - 1; k >= 1; k--) δ.set(k, back(k, δ.get(k + 1) as Value))
  return (k) => δ.get(k) as Value
}

interface Adjoint {
  readonly sweeps: number
  /** How far a sweep goes towards what it finds: 1 for all the way. */
  readonly rate: number
  /** Slope of layer k's state by its drive, at the state that was reached. */
  readonly slope: PerLayer<Value>
  /** −∂C/∂s_L of each sample, ['batch', n_L]. */
  readonly force: Value
  /** Σ_j (∂drive_j/∂s_k)ᵀ a_j: what the drives that layer k acts on hand down to it. */
  readonly into: (k: number, a: PerLayer<State>) => readonly (readonly [Factor, Operand])[]
}

/**
 * Sweeps that are made at least. Measured on MNIST (2026-11-29), the last of them still moves: CorInfoMax at its start
 * 10⁻⁸ of the errors, equilibrium propagation after 800 batches 10⁻⁶, similarity matching after 33 epochs 5·10⁻⁴. Equilibrium
 * propagation at its very start, where 20 iterations do not settle the network either, 3 %: the residual is there to tell.
 */
const LEAST_SWEEPS = 30

/** As many as the free phase has iterations, so that the adjoint is as settled as the state that it is of. */
export const adjointSweeps = (iterationsFree: number): number => Math.max(LEAST_SWEEPS, iterationsFree)

/**
 * −∂C/∂drive_k of a settled state s = f(drive(s)): the fixed point of a_k = slope_k ∘ ( −∂C/∂s_k + Σ_j (∂drive_j/∂s_k)ᵀ a_j ),
 * swept from the output down, each layer seeing the one above already moved. Reports how far it has settled.
 */
export function adjoint(
  p: Tracer,
  widths: readonly number[],
  { sweeps, rate, slope, force, into }: Adjoint,
): PerLayer<Value> {
  const L = widths.length - 1
  const a = layers(1, L, (k) => p.state(`a${k}`, p.zeros(widths[k] as number)))
  const listed = <T>(of: PerLayer<T>): readonly T[] => Array.from({ length: L }, (_, i) => of(i + 1))
  const sweep = (): void => {
    for (let k = L; k >= 1; k--) {
      const found = multiply(slope(k), sum(...(k === L ? ([[1, force]] as const) : []), ...into(k, a)))
      a(k).become(rate === 1 ? found : sum([1 - rate, a(k)], [rate, found]))
    }
  }
  p.repeat(sweeps - 1, sweep)
  // The last one by itself: a report inside a repeat takes engines out of their quick path, several batches' time.
  const before = listed((k) => a(k).current)
  sweep()
  reportResidual(p, ADJOINT, before, listed(a))
  return layers(1, L, (k) => a(k).current)
}

const numbered = (widths: readonly number[]): readonly number[] => widths.slice(1).map((_, i) => i + 1)

/** What all measures of a gradient ask for, so that one batch is run for them. */
const reportsOf = (gradient: Gradient, layers: readonly number[]): string[] => [
  ...layers.flatMap((k) => [squaresOfUpdate(k), product(gradient, k), squares(gradient, k)]),
  ...(gradient === 'settled' ? [`${ADJOINT}.residual`] : []),
]

/** How an update lies to a gradient, and how large it is beside it, from three numbers a layer. */
function against(
  gradient: Gradient,
  what: { readonly angle: string; readonly norm: string },
  meaning: string,
): readonly Measure<unknown>[] {
  const keep = (_settings: unknown, widths: readonly number[]): string[] => reportsOf(gradient, numbered(widths))
  const take =
    (of: (product: number, update: number, descent: number) => number): Measure<unknown>['take'] =>
    async (_settings, widths, source) => {
      const number = (name: string): number => Number(source.measurement(name)[0])
      return numbered(widths).map((k) => ({
        series: `layer ${k}`,
        value: of(number(product(gradient, k)), number(squaresOfUpdate(k)), number(squares(gradient, k))),
      }))
    }
  return [
    {
      name: `truth-${gradient}`,
      label: what.angle,
      unit: 'degrees',
      help: `The angle between the rule’s update of a layer’s weights and ${meaning}, for one batch: 0° is the same direction, 90° unrelated, above 90° the cost rises.`,
      keep,
      take: take(angleOf),
    },
    {
      name: `truth-${gradient}-norm`,
      label: what.norm,
      unit: 'ratio',
      help: `The norm of the rule’s update of a layer’s weights, before any learning rate, divided by that of ${meaning}, for one batch.`,
      keep,
      take: take((_product, update, descent) => Math.sqrt(update / descent)),
    },
  ]
}

/** `cost` in words: 'the squared error, with a half'. */
export function backpropagationTruth(cost: string): readonly Measure<unknown>[] {
  return against(
    'backprop',
    { angle: 'Update vs backpropagation', norm: 'Update size vs backpropagation' },
    `the step of backpropagation in the feedforward network of the same weights, for ${cost}`,
  )
}

export function settledTruth(cost: string): readonly Measure<unknown>[] {
  return [
    ...against(
      'settled',
      { angle: 'Update vs settled gradient', norm: 'Update size vs settled gradient' },
      `steepest descent of ${cost} of the settled free phase, by recurrent backpropagation`,
    ),
    {
      name: 'truth-settled-residual',
      label: 'Settled gradient, residual',
      unit: 'relative change',
      help: 'How far recurrent backpropagation has settled: the change of its errors in its last iteration, relative to their norm, mean over one batch. Where it is large, the settled gradient cannot be trusted.',
      keep: (_settings, widths) => reportsOf('settled', numbered(widths)),
      take: async (_settings, _widths, source) => [
        { series: 'last sweep', value: Number(source.measurement(`${ADJOINT}.residual`)[0]) },
      ],
    },
  ]
}
