/**
 * What the correlation of a layer's rates is like, and how well its lateral matrix has learned the inverse of it.
 *
 * R̂ is the running average ⟨r rᵀ⟩ over the batches of training, without the identity that it starts from (see `withoutStart`).
 */
import { angleOf } from '../program/measures.ts'
import type { CorInfoMaxSettings } from './corinfomax-form.ts'
import type { Measure, MeasureSource } from './rule.ts'

type Correlating = Pick<CorInfoMaxSettings, 'lambda'>

/** R̂ = (R − weight·I) / (1 − weight), weight = λᵗ after t batches; R itself when it has not moved or forgets at once. */
export function withoutStart(R: ArrayLike<number>, n: number, weight: number): ArrayLike<number> {
  if (weight === 1 || weight === 0) return R
  return Float64Array.from(
    { length: n * n },
    (_, i) => ((R[i] as number) - (i % (n + 1) === 0 ? weight : 0)) / (1 - weight),
  )
}

const layersOf = (widths: readonly number[]): readonly number[] => widths.slice(1).map((_, i) => i + 1)

async function correlation(
  s: Correlating,
  widths: readonly number[],
  source: MeasureSource,
  name: string,
  k: number,
): Promise<ArrayLike<number>> {
  return withoutStart(await source.parameter(`${name}${k}`), widths[k] as number, s.lambda ** source.batches)
}

/** (Σλ)²/Σλ² over the eigenvalues λ of R̂, which is (tr R̂)²/‖R̂‖_F² and needs none of them: the participation ratio. */
export const effectiveDimension: Measure<Correlating> = {
  name: 'effective-dimension',
  label: 'Effective dimension',
  unit: 'dimensions',
  help: 'How many directions the activity of a layer spreads over, from its correlations in the free phase: (Σλ)²/Σλ² over their eigenvalues, between 1 and the number of units.',
  keep: (_settings, widths) => layersOf(widths).map((k) => `Rfree${k}`),
  take: (s, widths, source) =>
    Promise.all(
      layersOf(widths).map(async (k) => {
        const n = widths[k] as number
        const R = await correlation(s, widths, source, 'Rfree', k)
        let [trace, squares] = [0, 0]
        for (let i = 0; i < n * n; i++) {
          squares += (R[i] as number) ** 2
          if (i % (n + 1) === 0) trace += R[i] as number
        }
        return { series: `layer ${k}`, value: trace ** 2 / squares }
      }),
    ),
}

/**
 * B_k R̂_k would be I. Of the nudged phase, which B learns from.
 *
 * Why these two (2026-11-29): B starts from a Gram matrix and R from I, and with λ = 0.99999 B keeps its start for some
 * hundred thousand batches. So the distance says how far B is, in 1 for "nothing of the inverse is there", and the angle
 * whether it at least has the inverse's shape at another scale. The angle between B and R̂⁻¹ would say the same, but R̂ has no
 * inverse as long as a unit is silent or fewer samples than units were seen.
 */
function inverseOf(
  card: Pick<Measure<unknown>, 'name' | 'label' | 'unit' | 'help'>,
  of: (trace: number, squares: number, n: number) => number,
): Measure<Correlating> {
  return {
    ...card,
    keep: (_settings, widths) => layersOf(widths).map((k) => `Rnudged${k}`),
    take: (s, widths, source) =>
      Promise.all(
        layersOf(widths).map(async (k) => {
          const n = widths[k] as number
          const R = await correlation(s, widths, source, 'Rnudged', k)
          const { trace, squares } = productOf(await source.parameter(`B${k}`), R, n)
          return { series: `layer ${k}`, value: of(trace, squares, n) }
        }),
      ),
  }
}

export const inverseDistance = inverseOf(
  {
    name: 'lateral-inverse',
    label: 'Distance of B from the inverse of R',
    unit: '‖I − BR‖ / √n',
    help: 'How far the lateral matrix is from the inverse of its layer’s correlations in the nudged phase: 0 is the inverse. Over training, as batches are forgotten slowly. Costs a matrix product of each layer.',
  },
  // ‖I − P‖² = n − 2 tr P + ‖P‖², which rounding can carry below 0 at the inverse itself.
  (trace, squares, n) => Math.sqrt(Math.max(0, n - 2 * trace + squares) / n),
)

export const inverseAngle = inverseOf(
  {
    name: 'lateral-inverse-angle',
    label: 'Angle of BR to the identity',
    unit: 'degrees',
    help: 'Whether the lateral matrix is the inverse of its layer’s correlations up to scale: 0° is. From the nudged phase. Costs a matrix product of each layer.',
  },
  (trace, squares, n) => angleOf(trace, squares, n),
)

/** tr P and ‖P‖_F² of P = AB, without keeping P. */
function productOf(
  A: ArrayLike<number>,
  B: ArrayLike<number>,
  n: number,
): { readonly trace: number; readonly squares: number } {
  const right = Float64Array.from(B)
  const row = new Float64Array(n)
  let [trace, squares] = [0, 0]
  for (let i = 0; i < n; i++) {
    row.fill(0)
    for (let k = 0; k < n; k++) {
      const a = A[i * n + k] as number
      if (a === 0) continue
      const from = k * n
      for (let j = 0; j < n; j++) row[j] = (row[j] as number) + a * (right[from + j] as number)
    }
    trace += row[i] as number
    for (let j = 0; j < n; j++) squares += (row[j] as number) ** 2
  }
  return { trace, squares }
}
