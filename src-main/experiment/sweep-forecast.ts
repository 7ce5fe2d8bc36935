/** What a sweep will take, all its experiments together. */
import { forecastExperiment, type ExperimentForecast } from './forecast.ts'
import type { Experiment } from './experiment.ts'

/** More are not compiled: what the others take is their share of these. */
const MOST_COMPILED = 24

/**
 * Sums of runs and time, the largest memory (one experiment runs at a time); what differs between experiments is null.
 *
 * @param members already checked
 * @param secondsPerFlop as for one experiment; its value for an experiment of another engine may be another
 */
export function forecastSweep(
  members: readonly Experiment[],
  secondsPerFlop: (experiment: Experiment) => number | null,
): ExperimentForecast {
  const stride = Math.max(1, members.length / MOST_COMPILED)
  const forecasts = members
    .filter((_, index) => Math.floor(index / stride) !== Math.floor((index - 1) / stride))
    .map((member) => forecastExperiment(member, secondsPerFlop(member)))
  const sum = (of: (forecast: ExperimentForecast) => number | null): number | null => {
    const values = forecasts.map(of)
    if (values.includes(null)) return null
    return (values.reduce<number>((total, value) => total + (value ?? 0), 0) / values.length) * members.length
  }
  const common = (of: (forecast: ExperimentForecast) => number | null): number | null => {
    const [first, ...others] = forecasts.map(of)
    return others.every((value) => value === first) ? (first ?? null) : null
  }
  return {
    problems: forecasts.flatMap(({ problems }) => problems),
    runs: members.reduce((total, { seeds }) => total + seeds.length, 0),
    parameters: common(({ parameters }) => parameters),
    batchesPerEpoch: common(({ batchesPerEpoch }) => batchesPerEpoch),
    flopPerBatch: common(({ flopPerBatch }) => flopPerBatch),
    flop: sum(({ flop }) => flop),
    seconds: sum(({ seconds }) => seconds),
    // A share of a batch: about the same for every setting.
    measures: forecasts[0]?.measures ?? [],
    memoryBytes: Math.max(...forecasts.map(({ memoryBytes }) => memoryBytes ?? 0)),
  }
}
