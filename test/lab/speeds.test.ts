/** What a forecast's time rests on: runs of the rule, else the engine's benchmark, else nothing. */
import { afterAll, expect, test } from 'vitest'
import type { BenchResult } from '../../src-main/contract.ts'
import { forecastExperiment } from '../../src-main/experiment/forecast.ts'
import { BenchmarkStore } from '../../src-main/lab/jobs/benchmark-store.ts'
import { MeasuredSpeeds } from '../../src-main/lab/jobs/measured-speeds.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

const bench = (engine: string, gflops: number): BenchResult => ({
  engine,
  device: 'a device',
  rule: 'corinfomax',
  widths: [784, 500, 10],
  batch: 20,
  replicas: 1,
  threads: 1,
  trainMsPerBatch: 1,
  evalMsPerBatch: 1,
  gflops,
  peakGflops: null,
  measured: '2026-11-26T00:00:00.000Z',
  machine: { cpu: 'a processor', cores: 2, os: 'linux', apical: '0.1.0' },
  besideRun: false,
})

test('the speed of runs counts, before there is one the benchmark, before that nothing is known', () => {
  const benches = new BenchmarkStore(scratch.path)
  const speeds = new MeasuredSpeeds(scratch.path, benches)
  const experiment = smallExperiment()
  const auto = { ...experiment, engine: { ...experiment.engine, name: 'auto' as const } }
  expect(speeds.of(experiment)).toBeNull()

  benches.keep(bench('reference', 0.5))
  benches.keep(bench('native', 64))
  expect(speeds.of(experiment)).toEqual({ secondsPerFlop: 2e-9, basis: 'benchmark' })
  expect(speeds.of(auto)).toEqual({ secondsPerFlop: 1e-9 / 64, basis: 'benchmark' })
  expect(speeds.of({ ...experiment, engine: { ...experiment.engine, name: 'webgpu' } })).toBeNull()

  speeds.learn(experiment, 'reference', 3)
  const flop = forecastExperiment(experiment, null).flop ?? NaN
  expect(speeds.of(experiment)).toEqual({ secondsPerFlop: 3 / flop, basis: 'run' })
  // Another rule was not run yet.
  expect(speeds.of({ ...experiment, rule: { name: 'ep', settings: {} } })).toMatchObject({ basis: 'benchmark' })
})
