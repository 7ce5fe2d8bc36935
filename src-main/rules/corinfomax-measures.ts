/**
 * What CorInfoMax is watched by: how far feedforward and feedback weights agree, and how much information layers share.
 *
 * Source: Bozkurt, Pehlevan, Erdogan, NeurIPS 2023 (arXiv 2306.04810).
 */
import { angleBetween, logDeterminant } from '../program/measures.ts'
import type { CorInfoMaxSettings } from './corinfomax-form.ts'
import { effectiveDimension, inverseAngle, inverseDistance, withoutStart } from './corinfomax-spectra.ts'
import { rateMeasures, residualMeasure, stateName } from './measures.ts'
import type { Classification, Measure, MeasuredSeries, Phase } from './rule.ts'

/** What the correlations depend on. */
interface Correlating {
  /** λ, how slowly they forget. */
  readonly lambda: number
  /** ε, the ridge under the determinants. */
  readonly epsilon: number
  readonly iterationsFree: number
  readonly iterationsNudged: number
}

/** The angle between W_k and V_kᵀ, k = 2..L, in degrees; with biases between (W_k, b_k) and (V_k; v_k)ᵀ. */
export const alignment: Measure<Pick<CorInfoMaxSettings, 'bias'>> = {
  name: 'alignment',
  label: 'Alignment of W and Vᵀ',
  unit: 'degrees',
  help: 'The angle between feedforward and feedback weights: 90° means unrelated, 0° means symmetric. Nothing forces it to fall.',
  keep: () => [],
  async take({ bias }, widths, source) {
    const beside = async (name: string): Promise<ArrayLike<number>> => (bias ? source.parameter(name) : [])
    const series = []
    for (let k = 2; k < widths.length; k++) {
      const rows = widths[k] as number
      const columns = widths[k - 1] as number
      series.push({
        series: `layer ${k}`,
        value: angleBetween(
          joined(await source.parameter(`W${k}`), await beside(`b${k}`)),
          joined(transposed(await source.parameter(`V${k}`), columns, rows), await beside(`v${k}`)),
        ),
      })
    }
    return series
  },
}

/**
 * ½ log det(R̂ + εI) − ½ log det(R̂_e + εI), R̂_e the correlation of the prediction error of that direction (arXiv 2306.04810, eq. 6), in
 * one phase.
 *
 * Why R̂ and not R (2026-11-23): R starts at I and forgets with λ = 0.99999, so after an epoch of MNIST it still is 97 %
 * identity and the difference of the two determinants says how long a run has lasted, not what the layers share. With t
 * batches seen, R̂ = (R − λᵗI)/(1 − λᵗ) is the same running average without its start.
 */
function informationIn(
  phase: 'free' | 'nudged',
  card: Pick<Measure<unknown>, 'name' | 'label' | 'help'>,
): Measure<Correlating> {
  const [rates, suffix] = phase === 'free' ? ['Rfree', ''] : ['Rnudged', 'Nudged']
  const [forward, backward] = [`Rforward${suffix}`, `Rbackward${suffix}`]
  return {
    ...card,
    unit: 'nats',
    keep: (_settings, widths) =>
      widths
        .slice(1)
        .flatMap((_, i) => [
          `${rates}${i + 1}`,
          ...(i > 0 ? [`${forward}${i + 1}`] : []),
          ...(i < widths.length - 2 ? [`${backward}${i + 1}`] : []),
        ]),
    async take(s, widths, source) {
      const half = async (name: string, k: number): Promise<number> => {
        const n = widths[k] as number
        const correlation = withoutStart(await source.parameter(`${name}${k}`), n, s.lambda ** source.batches)
        return 0.5 * logDeterminant(correlation, n, s.epsilon)
      }
      const series = []
      for (let k = 1; k < widths.length - 1; k++) {
        series.push({ series: forwards(k), value: (await half(rates, k + 1)) - (await half(forward, k + 1)) })
        series.push({ series: backwards(k), value: (await half(rates, k)) - (await half(backward, k)) })
      }
      return series
    },
  }
}

const forwards = (k: number): string => `forward ${k}→${k + 1}`
const backwards = (k: number): string => `backward ${k + 1}→${k}`

export const information = informationIn('free', {
  name: 'information',
  label: 'Correlative information',
  help: 'How much of a layer’s activity its neighbour predicts linearly, forward (from below) and backward (from above), from the free phase.',
})

const nudgedInformation = informationIn('nudged', {
  name: 'information-nudged',
  label: 'Correlative information, nudged',
  help: 'How much of a layer’s activity its neighbour predicts linearly, forward (from below) and backward (from above), from the nudged phase.',
})

/**
 * The same after each iteration of the free and of the nudged phase, from the m samples of one batch: correlations
 * ⟨rrᵀ⟩ and ⟨eeᵀ⟩ of rank m at most, whose determinants are those of m × m matrices,
 * log det(εI_n + XᵀX/m) = (n − m) log ε + log det(εI_m + XXᵀ/m), X with a sample in each row (Sylvester).
 */
const settlingInformation: Measure<Correlating> = {
  name: 'information-settling',
  label: 'Correlative information, settling',
  unit: 'nats',
  help: 'How much of a layer’s activity its neighbour predicts linearly, after each iteration of the free and the nudged phase, from the samples of one batch alone.',
  keep: (_settings, widths) =>
    ['free', 'nudged'].flatMap((phase) =>
      widths
        .slice(1)
        .flatMap((_, i) => [
          stateName(phase, i + 1),
          ...(i > 0 ? [settlingError(phase, 'forward', i + 1)] : []),
          ...(i < widths.length - 2 ? [settlingError(phase, 'backward', i + 1)] : []),
        ]),
    ),
  async take({ epsilon, iterationsFree, iterationsNudged }, widths, source) {
    const series: MeasuredSeries[] = []
    for (const [phase, iterations] of [
      ['free', iterationsFree],
      ['nudged', iterationsNudged],
    ] as const) {
      /** ½ log det of each iteration, without the part that a difference takes away. */
      const halves = (name: string, k: number): number[] => {
        const n = widths[k] as number
        const values = source.measurement(name)
        const samples = values.length / n / iterations
        return Array.from({ length: iterations }, (_, t) => {
          const gram = gramOfRows(values, t * samples * n, samples, n)
          return 0.5 * logDeterminant(gram, samples, epsilon)
        })
      }
      const less = (whole: readonly number[], rest: readonly number[]): number[] =>
        whole.map((v, t) => v - (rest[t] as number))
      for (let k = 1; k < widths.length - 1; k++) {
        const [below, above] = [halves(stateName(phase, k), k), halves(stateName(phase, k + 1), k + 1)]
        const forward = halves(settlingError(phase, 'forward', k + 1), k + 1)
        const backward = halves(settlingError(phase, 'backward', k), k)
        series.push({ series: `${phase}, ${forwards(k)}`, value: less(above, forward) })
        series.push({ series: `${phase}, ${backwards(k)}`, value: less(below, backward) })
      }
    }
    return series
  },
}

/** What predicting layer k from its neighbour leaves, after every iteration, ['batch', n_k]. */
export const settlingError = (phase: string, direction: 'forward' | 'backward', k: number): string =>
  `${phase}.settling.${direction}${k}`

/** XXᵀ/m of m rows of n, which lie one after another from `from` on. */
function gramOfRows(values: ArrayLike<number>, from: number, m: number, n: number): Float64Array {
  const gram = new Float64Array(m * m)
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++) {
      let product = 0
      for (let u = 0; u < n; u++) product += (values[from + i * n + u] as number) * (values[from + j * n + u] as number)
      gram[i * m + j] = product / m
      gram[j * m + i] = product / m
    }
  return gram
}

function joined(first: ArrayLike<number>, second: ArrayLike<number>): ArrayLike<number> {
  return second.length === 0 ? first : Float64Array.from([...Array.from(first), ...Array.from(second)])
}

function transposed(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j] as number
  return result
}

/** How a batch settles: free, nudged, and with three phases nudged the other way. */
export function corinfomaxPhases({ threePhase }: Pick<CorInfoMaxSettings, 'threePhase'>): readonly Phase[] {
  const phase = (name: string, label: string, iterations: string): Phase => ({
    ...{ name, label, iterations },
    layers: 'all',
    state: 'rate',
  })
  return [
    phase('free', 'Free', 'iterationsFree'),
    phase('nudged', 'Nudged', 'iterationsNudged'),
    ...(threePhase ? [phase('third', 'Nudged the other way', 'iterationsNudged')] : []),
  ]
}

/** Samples are classified as the free phase settles. */
export const corinfomaxClassification: Classification = {
  ...{ name: 'classified', label: 'Classification', layers: 'all', state: 'rate' },
}

/** What both rules are watched by: rates of the free phase, and how all phases settle. */
export const corinfomaxMeasures: readonly Measure<CorInfoMaxSettings>[] = [
  alignment,
  information,
  nudgedInformation,
  settlingInformation,
  effectiveDimension,
  inverseDistance,
  inverseAngle,
  ...rateMeasures('all layers', (k) => `free.r${k}`),
  residualMeasure(corinfomaxPhases),
]
