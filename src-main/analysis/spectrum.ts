/**
 * How many directions a layer's activity has: the eigenvalues of its correlation R = ⟨r rᵀ⟩ over test samples, which is what
 * CorInfoMax's lateral synapses invert, and the effective dimension that they make.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { DataSet } from '../data/data-set.ts'
import type { Numbers } from '../engines/engine.ts'
import type { LayerSpectrum, Spectrum } from '../experiment/study.ts'
import { activities, type TrainedNetwork } from './trained-network.ts'

interface SpectrumTask extends TrainedNetwork {
  readonly data: DataSet
}

/** More samples than this change no eigenvalue that can be seen. */
const MOST_SAMPLES = 5000
/** Of the time, the share that classifying takes; decomposing takes the rest, by the cube of a layer's units. */
const CLASSIFYING = 0.2

/** Yields how far it is, 0 to 1. @throws RangeError, CheckpointProblem, EngineProblem */
export async function* spectrum(task: SpectrumTask): AsyncGenerator<number, Spectrum, undefined> {
  const { experiment, network, data } = task
  const widths = experiment.widths.slice(1)
  const count = Math.min(MOST_SAMPLES, data.test.count)
  const sums = widths.map((n) => new Float64Array(n * n))
  let seen = 0
  for await (const { samples, layer } of activities(task, data.test, count)) {
    widths.forEach((n, i) => {
      addOuter(sums[i] as Float64Array, layer(i + 1), n)
    })
    seen += samples.length
    yield (CLASSIFYING * seen) / count
  }
  const all = widths.reduce((total, n) => total + n ** 3, 0)
  const layers: LayerSpectrum[] = []
  let done = 0
  for (const [i, n] of widths.entries()) {
    layers.push({ layer: i + 1, units: n, ...spectrumOf(sums[i] as Float64Array, n, count) })
    done += n ** 3
    yield CLASSIFYING + ((1 - CLASSIFYING) * done) / all
  }
  return { seed: network.seed, epoch: network.position.epoch, samples: count, layers }
}

/** Adds Σ r rᵀ, its lower triangle; activities are sample by sample, and many are 0. */
function addOuter(sum: Float64Array, activities: Numbers, n: number): void {
  for (let from = 0; from < activities.length; from += n)
    for (let i = 0; i < n; i++) {
      const r = activities[from + i] as number
      if (r === 0) continue
      for (let j = 0; j <= i; j++) sum[i * n + j] = (sum[i * n + j] as number) + r * (activities[from + j] as number)
    }
}

/** Of a symmetric matrix that is given by its lower triangle, times `count`. */
function spectrumOf(
  sum: Float64Array,
  n: number,
  count: number,
): Pick<LayerSpectrum, 'eigenvalues' | 'effectiveDimension'> {
  const R = new Matrix(n, n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = (sum[i * n + j] as number) / count
      R.set(i, j, value)
      R.set(j, i, value)
    }
  // Rounding may put eigenvalues of a matrix of low rank a hair below 0.
  const eigenvalues = new EigenvalueDecomposition(R, { assumeSymmetric: true }).realEigenvalues
    .map((value) => Math.max(0, value))
    .sort((a, b) => b - a)
  const total = eigenvalues.reduce((all, value) => all + value, 0)
  const squares = eigenvalues.reduce((all, value) => all + value * value, 0)
  return { eigenvalues, effectiveDimension: squares === 0 ? 0 : (total * total) / squares }
}
