/** What a forecast's time rests on: runs of the rule, else the engine's benchmark, else nothing. */
import { mkdirSync } from 'node:fs'
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
  expect(speeds.of(experiment)).toEqual({ secondsPerFlop: 2e-9, basis: 'benchmark', ofNetwork: false })
  expect(speeds.of(auto)).toEqual({ secondsPerFlop: 1e-9 / 64, basis: 'benchmark', ofNetwork: false })
  expect(speeds.of({ ...experiment, engine: { ...experiment.engine, name: 'webgpu' } })).toBeNull()

  speeds.learn(experiment, 'reference', 3)
  const flop = forecastExperiment(experiment, null).flop ?? NaN
  expect(speeds.of(experiment)).toEqual({ secondsPerFlop: 3 / flop, basis: 'run', ofNetwork: true })
  // Another rule was not run yet.
  expect(speeds.of({ ...experiment, rule: { name: 'ep', settings: {} } })).toMatchObject({ basis: 'benchmark' })
})

test('of a network its own run counts before its measured pace, that before what is known of the rule', () => {
  const folder = scratch.inside('networks')
  mkdirSync(folder)
  const speeds = new MeasuredSpeeds(folder, new BenchmarkStore(folder))
  const auto = { ...smallExperiment(), engine: { ...smallExperiment().engine, name: 'auto' as const } }
  const wider = { ...auto, widths: [784, 300, 10] }
  speeds.keepPace(auto, 'native', 2e-11)
  // Whoever chooses the engine that was taken knows it as well.
  const native = { ...auto, engine: { ...auto.engine, name: 'native' as const } }
  for (const one of [auto, native])
    expect(speeds.of(one)).toEqual({ secondsPerFlop: 2e-11, basis: 'pace', ofNetwork: true })
  expect(speeds.of(wider)).toEqual({ secondsPerFlop: 2e-11, basis: 'pace', ofNetwork: false })
  // How many go side by side, and on how many threads, makes another speed.
  expect(speeds.of({ ...auto, seeds: [1, 2, 3, 4] })?.ofNetwork).toBe(false)
  expect(speeds.of({ ...auto, engine: { ...auto.engine, threads: 1 } })?.ofNetwork).toBe(false)

  speeds.learn(wider, 'native', 3)
  expect(speeds.of(wider)).toMatchObject({ basis: 'run', ofNetwork: true })
  expect(speeds.of(auto)).toMatchObject({ basis: 'pace', ofNetwork: true })
  expect(speeds.of({ ...auto, widths: [784, 44, 10] })).toMatchObject({ basis: 'run', ofNetwork: false })
})

test('of what was looked at long ago nothing is kept', () => {
  const folder = scratch.inside('many')
  mkdirSync(folder)
  const speeds = new MeasuredSpeeds(folder, new BenchmarkStore(folder))
  const experiment = smallExperiment()
  for (let units = 1; units <= 600; units++)
    speeds.keepPace({ ...experiment, widths: [784, units, 10] }, 'native', 1e-11)
  expect(speeds.of({ ...experiment, widths: [784, 1, 10] })?.ofNetwork).toBe(false)
  expect(speeds.of({ ...experiment, widths: [784, 600, 10] })?.ofNetwork).toBe(true)
})
