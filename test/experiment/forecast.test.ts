/** What a run will take, against the same counted by hand. */
import { expect, it } from 'vitest'
import { forecastExperiment } from '../../src-main/experiment/forecast.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'

function preset(name: string): Experiment {
  const found = presetNamed(name)
  if (found === undefined) throw new Error(`no preset ${name}`)
  return found.experiment
}

it('backpropagation: two products a layer forwards and backwards, less the one to the pixels', () => {
  const experiment = { ...preset('backprop-mnist'), seeds: [1, 2, 3] }
  const forecast = forecastExperiment(experiment, null)
  const [n0, n1, n2, batch] = [784, 500, 10, 20]
  expect(forecast.problems).toEqual([])
  expect(forecast.runs).toBe(3)
  expect(forecast.parameters).toBe(n0 * n1 + n1 + n1 * n2 + n2)
  expect(forecast.batchesPerEpoch).toBe(3000)
  const forward = 2 * batch * (n0 * n1 + n1 * n2)
  expect(forecast.flopPerBatch).toBe(forward + 2 * batch * (n0 * n1 + n1 * n2) + 2 * batch * n1 * n2)
  // Every epoch: all batches, then 60,000 + 10,000 samples forwards.
  expect(forecast.flop).toBeCloseTo(3 * 50 * (3000 * (forecast.flopPerBatch ?? NaN) + (70_000 / batch) * forward), -3)
  expect(forecast.seconds).toBeNull()
})

it('seconds are work times measured pace; limits and switched-off evaluations count', () => {
  const whole = preset('corinfomax-mnist')
  const limited: Experiment = {
    ...whole,
    data: { ...whole.data, limitTrain: 101 },
    training: { ...whole.training, epochs: 2, evaluateTrain: 'off', evaluateTest: 'off' },
    seeds: [0],
  }
  const forecast = forecastExperiment(limited, 1e-9)
  expect(forecast.batchesPerEpoch).toBe(6)
  expect(forecast.flop).toBe(12 * (forecast.flopPerBatch ?? NaN))
  expect(forecast.seconds).toBeCloseTo((forecast.flop ?? NaN) * 1e-9, 12)
  expect(forecastExperiment(limited, 1e-9, { train: 40, test: 0 }).batchesPerEpoch).toBe(2)
})

it('memory grows with seeds and holds the data', () => {
  const one = forecastExperiment({ ...preset('corinfomax-mnist'), seeds: [0] }, null).memoryBytes ?? NaN
  const ten = forecastExperiment(preset('corinfomax-mnist'), null).memoryBytes ?? NaN
  const data = 70_000 * 784
  expect(one).toBeGreaterThan(data + 4 * 652_100)
  expect((ten - data) / (one - data)).toBeCloseTo(10, 6)
})

it('says what is wrong instead, and still how many runs were meant', () => {
  const forecast = forecastExperiment({ ...preset('corinfomax-mnist'), widths: [1, 2], seeds: [1, 2] }, 1e-9)
  expect(forecast.problems.length).toBeGreaterThan(0)
  expect(forecast).toMatchObject({ runs: 2, parameters: null, flopPerBatch: null, seconds: null, memoryBytes: null })
  expect(forecastExperiment(null, null).runs).toBe(0)
})

it('measures: a batch more at each interval, nothing for what weights alone tell, and correlations in every batch', () => {
  const whole = preset('corinfomax-mnist')
  const measures = [{ name: 'silent', everyBatches: 50 }]
  const { measures: found, flopPerBatch } = forecastExperiment({ ...whole, measures }, null)
  const percent = new Map(found.map((one) => [one.name, one.percent]))
  expect([...percent.keys()]).toEqual([
    ...['alignment', 'information', 'information-nudged', 'information-settling'],
    ...['effective-dimension', 'lateral-inverse', 'lateral-inverse-angle'],
    ...['silent', 'activity', 'silent-test-set', 'residual'],
    ...['truth-backprop', 'truth-backprop-norm', 'truth-settled', 'truth-settled-norm', 'truth-settled-residual'],
  ])
  expect(percent.get('alignment')).toBe(0)
  // A measured batch stops at the states it reports, but is trained to the end like any other.
  expect(percent.get('silent')).toBeCloseTo(100 / 50, 10)
  expect(percent.get('activity')).toBeCloseTo(100 / 500, 10)
  // ⟨r rᵀ⟩ of 500 and 10 rates, ⟨e eᵀ⟩ of 10 forwards and of 500 backwards, 20 samples; the errors are there for learning.
  const more = 2 * 20 * (500 ** 2 + 10 ** 2 + 10 ** 2 + 500 ** 2)
  expect(percent.get('information')).toBeCloseTo((100 * more) / (flopPerBatch ?? NaN), 10)
  expect(percent.get('information-nudged')).toBe(percent.get('information'))
  // 10,000 test samples settle as in the free phase: 500 batches' worth, in every 500th batch.
  const settled = 2 * 20 * (784 * 500 + 30 * (500 ** 2 + 2 * 500 * 10 + 10 ** 2))
  expect(percent.get('silent-test-set')).toBeCloseTo((100 * settled) / (flopPerBatch ?? NaN), 10)
})
