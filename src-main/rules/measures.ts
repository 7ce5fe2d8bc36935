/**
 * What several rules are watched by: how many neurons are silent, how active layers are, how far a network has settled
 * and how its energy falls. A rule reports states under names of its own and lists here which they are; a report that no
 * measure asks for is dropped from its program.
 */
import { meanValue, silentFraction } from '../program/measures.ts'
import type { Operand, Tracer, Value } from '../program/trace.ts'
import { difference, divide, map, meanOverBatch, multiply, softmax, sum, sumOverUnits } from '../program/words.ts'
import type { Measure, MeasuredSeries, Phase } from './rule.ts'

/** A rate below this is silence, as in the code released with arXiv 2306.04810. */
const SILENCE = 0.01

/** Keeps the division defined where nothing has moved yet and nothing does: far below any state, above what float32 drops. */
const TINY = 1e-12

/** Added to probabilities whose logarithm is taken: float32 rounds those of far-off classes to 0, and 0 · log 0 is no number. */
const LEAST_PROBABILITY = 1e-30

/** Layers 1 … L of a network, or 1 … L − 1 where the output is no rate. */
type Rated = 'all layers' | 'hidden layers'

/**
 * Silence and activity of each layer, from one batch; and silence over the whole test set.
 *
 * @param nameOf under which name the rule reports the rates of layer k, ['batch', n_k]
 */
export function rateMeasures(rated: Rated, nameOf: (k: number) => string): readonly Measure<unknown>[] {
  const layersOf = (widths: readonly number[]): readonly number[] =>
    Array.from({ length: Math.max(0, widths.length - (rated === 'all layers' ? 1 : 2)) }, (_, i) => i + 1)
  const keep = (_settings: unknown, widths: readonly number[]): string[] => layersOf(widths).map(nameOf)
  const take =
    (of: (rates: ArrayLike<number>) => number): Measure<unknown>['take'] =>
    async (_settings, widths, source) =>
      layersOf(widths).map((k) => ({ series: `layer ${k}`, value: of(source.measurement(nameOf(k))) }))
  return [
    {
      name: 'silent',
      label: 'Silent units',
      unit: 'percent',
      help: `The fraction of a layer’s activities below ${SILENCE}, over its units and the samples of one batch.`,
      keep,
      take: take((rates) => silentFraction(rates, SILENCE)),
    },
    {
      name: 'activity',
      label: 'Mean activity',
      unit: 'rate',
      help: 'The mean activity of a layer over its units and the samples of one batch.',
      keep,
      take: take(meanValue),
    },
    {
      name: 'silent-test-set',
      label: 'Silent units, test set',
      unit: 'percent',
      help: `The fraction of a layer’s activities below ${SILENCE} when the whole test set is classified, and of its units that are below it for every sample (always). Takes as long as evaluating the test set.`,
      classifies: true,
      keep: () => [],
      async take(_settings, widths, source) {
        const tallies = layersOf(widths).map((k) => new Silence(widths[k] as number))
        for await (const layers of source.classified()) tallies.forEach((tally, i) => tally.add(layers[i] ?? []))
        return layersOf(widths).flatMap((k, i) => tallies[i]?.series(`layer ${k}`) ?? [])
      },
    },
  ]
}

/** Counts of one layer's activities that are silent, over samples that come in pieces. */
class Silence {
  readonly #units: number
  /** By unit: samples for which it is silent. */
  readonly #silent: Uint32Array
  #samples = 0

  constructor(units: number) {
    this.#units = units
    this.#silent = new Uint32Array(units)
  }

  add(rates: ArrayLike<number>): void {
    for (let i = 0; i < rates.length; i++) {
      const unit = i % this.#units
      if (Math.abs(rates[i] as number) < SILENCE) this.#silent[unit] = (this.#silent[unit] as number) + 1
    }
    this.#samples += rates.length / this.#units
  }

  series(layer: string): readonly MeasuredSeries[] {
    const always = this.#silent.reduce((count, silent) => count + (silent === this.#samples ? 1 : 0), 0)
    return [
      { series: layer, value: meanValue(this.#silent) / this.#samples },
      { series: `${layer}, always`, value: always / this.#units },
    ]
  }
}

/** The phases of training whose settling a rule reports, in their order. */
type Phases<S> = (settings: S) => readonly Phase[]

/** ρ_t of every iteration of every phase, as `reportResidual` says. */
export function residualMeasure<S>(phases: Phases<S>): Measure<S> {
  return {
    name: 'residual',
    label: 'Settling residual',
    unit: 'relative change',
    help: 'The change of the state per iteration, relative to its norm, mean over one batch; 0 means settled.',
    ...perIteration(phases, residualName),
  }
}

/** The energy after every iteration of every phase, as `reportEnergy` says; `help` says which. */
export function energyMeasure<S>(phases: Phases<S>, help: string): Measure<S> {
  return {
    name: 'energy',
    label: 'Energy',
    unit: 'per sample',
    help,
    ...perIteration(phases, energyName),
  }
}

function perIteration<S>(phases: Phases<S>, nameOf: (phase: string) => string): Pick<Measure<S>, 'keep' | 'take'> {
  return {
    keep: (settings) => phases(settings).map(({ name }) => nameOf(name)),
    take: async (settings, _widths, source): Promise<MeasuredSeries[]> =>
      phases(settings).map(({ name }) => ({ series: name, value: Array.from(source.measurement(nameOf(name))) })),
  }
}

/** ρ_t of all layers, one number an iteration. */
export const residualName = (phase: string): string => `${phase}.residual`
const energyName = (phase: string): string => `${phase}.energy`

/** The state of layer k after every iteration, ['batch', n_k]. */
export const stateName = (phase: string, k: number): string => `${phase}.state${k}`
/** ρ_t of layer k alone, of each sample, ['batch', 1]. */
export const layerResidualName = (phase: string, k: number): string => `${phase}.residual${k}`
/** The energy of each sample, ['batch', 1]. */
export const sampleEnergyName = (phase: string): string => `${phase}.sampleEnergy`
/** What feedback alone says layer k should be at, ['batch', n_k]. */
export const feedbackName = (phase: string, k: number): string => `${phase}.feedback${k}`

/**
 * Inside a repeat: ρ_t = ⟨ ‖s^t − s^{t−1}‖ / ‖s^t‖ ⟩, s the states of all settling layers side by side, ‖·‖ the Euclidean
 * norm of one sample's, ⟨·⟩ the mean over the batch. `before` and `after` are those states at the beginning and the end of
 * the iteration, each ['batch', n_k], from layer 1 up. Reports the states too, and the same of each layer and sample.
 */
export function reportResidual(p: Tracer, phase: string, before: readonly Operand[], after: readonly Operand[]): void {
  const norm = (values: readonly Operand[]): Value =>
    map('sqrt', sum(...values.map((value) => [1, sumOverUnits(map('square', value))] as const)))
  const relative = (from: readonly Operand[], to: readonly Operand[]): Value => {
    const moved = norm(to.map((value, i) => difference(value, from[i] as Operand)))
    return divide(moved, sum([1, norm(to)], [1, p.fill(TINY, [1, 1])]))
  }
  p.measure(residualName(phase), meanOverBatch(relative(before, after)))
  after.forEach((state, i) => {
    p.measure(stateName(phase, i + 1), state)
    p.measure(layerResidualName(phase, i + 1), relative([before[i] as Operand], [state]))
  })
}

/** −Σ y log softmax(v) of each sample, in nats, ['batch', 1]. */
export function crossEntropy(p: Tracer, scores: Operand): Value {
  const probability = sum([1, softmax(scores)], [LEAST_PROBABILITY, p.fill(1, [1, 1])])
  return sum([-1, sumOverUnits(multiply(p.y, map('log', probability)))])
}

/** Inside a repeat: each sample's energy, ['batch', 1], and its mean over the batch. */
export function reportEnergy(p: Tracer, phase: string, energy: Operand): void {
  p.measure(energyName(phase), meanOverBatch(energy))
  p.measure(sampleEnergyName(phase), energy)
}
