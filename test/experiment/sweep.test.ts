/** Sweeps: which experiments an axis, a grid or pairs of axes make, what each carries, and what is refused. */
import { describe, expect, it } from 'vitest'
import { Experiment } from '../../src-main/experiment/experiment.ts'
import { forecastExperiment } from '../../src-main/experiment/forecast.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { ExperimentProblem } from '../../src-main/experiment/problem.ts'
import { forecastSweep } from '../../src-main/experiment/sweep-forecast.ts'
import { readSweepValues } from '../../src-main/experiment/sweep-values.ts'
import { expandSweep, sweepCount, type SweepAxis } from '../../src-main/experiment/sweep.ts'

function preset(name: string): Experiment {
  const found = presetNamed(name)
  if (found === undefined) throw new Error(`no preset ${name}`)
  return found.experiment
}
const mnist = preset('corinfomax-mnist')

function refusal(work: () => unknown): ExperimentProblem {
  try {
    work()
  } catch (error) {
    if (error instanceof ExperimentProblem) return error
    throw error
  }
  throw new Error('it was not refused')
}

const sweep = (axes: readonly SweepAxis[], paired = false, of = mnist): Experiment[] =>
  expandSweep(of, { axes, paired, id: 'the-sweep' })
const axis = (key: string, ...values: string[]): SweepAxis => ({ key, values })

describe('a sweep', () => {
  it('is every combination, the last axis fastest, each named for its values', () => {
    const swept = sweep([axis('neuralLr', '0.05', '0.1'), axis('training.epochs', '1', '2', '3')])
    expect(swept.map(({ rule, training }) => [rule.settings['neuralLr'], training.epochs])).toEqual([
      [0.05, 1],
      [0.05, 2],
      [0.05, 3],
      [0.1, 1],
      [0.1, 2],
      [0.1, 3],
    ])
    expect(swept[4]?.name).toBe(`${mnist.name} · neuralLr=0.1 · training.epochs=2`)
    expect(new Set(swept.map(({ name }) => name)).size).toBe(6)
  })

  it('has whole schedules and rates of all layers as values, each list in brackets', () => {
    const two = expandSweep(preset('corinfomax-mnist-3-layers'), {
      axes: [
        axis('schedule', ...readSweepValues('schedule', '[0:0.95, 15:0.9], [0:0.99]')),
        axis('hidden', ...readSweepValues('hidden', '100, 200')),
      ],
      paired: true,
      id: 'the-sweep',
    })
    expect(two.map(({ rule, widths }) => [rule.settings['schedule'], widths])).toEqual([
      [
        [
          { fromEpoch: 0, base: 0.95 },
          { fromEpoch: 15, base: 0.9 },
        ],
        [784, 100, 100, 10],
      ],
      [[{ fromEpoch: 0, base: 0.99 }], [784, 200, 200, 10]],
    ])
    expect(two[1]?.name).toMatch(/ · schedule=\[0:0\.99\] · hidden=200$/)
    const rates = readSweepValues('lrForward', '[1, 0.7], [0.5,0.375]')
    expect(sweep([axis('lrForward', ...rates)]).map(({ rule }) => rule.settings['lrForward'])).toEqual([
      [1, 0.7],
      [0.5, 0.375],
    ])
  })

  it('paired goes through the axes side by side', () => {
    const axes = [axis('depth', '1', '2'), axis('lrFeedback', '[0.15]', '[0.15,0.2]'), axis('hidden', '100', '50')]
    expect(sweep(axes, true).map(({ widths, rule }) => [widths, rule.settings['lrFeedback']])).toEqual([
      [[784, 100, 10], [0.15]],
      [
        [784, 50, 50, 10],
        [0.15, 0.2],
      ],
    ])
    expect(sweepCount(axes, true)).toBe(2)
    expect(sweepCount(axes, false)).toBe(8)
  })

  it('gives every experiment the same id and its own values, which a file keeps', () => {
    const swept = sweep([axis('rule.settings.neuralLr', '0.05', '1e-1'), axis('hidden', '10')])
    expect(swept.map((one) => one.sweep)).toEqual([
      {
        id: 'the-sweep',
        settings: [
          { key: 'neuralLr', value: 0.05 },
          { key: 'hidden', value: 10 },
        ],
      },
      {
        id: 'the-sweep',
        settings: [
          { key: 'neuralLr', value: 0.1 },
          { key: 'hidden', value: 10 },
        ],
      },
    ])
    expect(swept.map((one) => Experiment.parse(JSON.parse(JSON.stringify(one))))).toEqual(swept)
  })

  it('of choices, switches, lists and what is off until it is set', () => {
    const values = (key: string, ...texts: string[]): unknown[] =>
      sweep([axis(key, ...texts)]).map((one) => one.sweep?.settings[0]?.value)
    expect(values('neuralRule', 'constant', 'divide_by_loop_index')).toEqual(['constant', 'divide_by_loop_index'])
    expect(values('randomSign', 'true', 'false')).toEqual([true, false])
    expect(values('lrForward', '[1,0.7]', '[0.5,0.35]')).toEqual([
      [1, 0.7],
      [0.5, 0.35],
    ])
    expect(values('training.validation.fraction', '0.1', '0.2')).toEqual([0.1, 0.2])
    expect(values('widths.1', '100', '250', '500')).toEqual([100, 250, 500])
    expect(values('data.limitTrain', '1000', 'null')).toEqual([1000, null])
  })

  it('without axes is the experiment, by itself again', () => {
    const [member] = sweep([axis('neuralLr', '0.05')])
    expect(sweep([])).toEqual([mnist])
    expect(sweep([], false, member)[0]?.sweep).toBeNull()
  })

  it('keeps long names within bounds and the values in sight', () => {
    const [first] = sweep([axis('beta', '2')], false, { ...mnist, name: 'n'.repeat(200) })
    expect(first?.name.length).toBe(200)
    expect(first?.name).toMatch(/ · beta=2$/)
  })

  it.each<readonly [string, readonly SweepAxis[], boolean, RegExp]>([
    ['of an unknown key', [axis('nueralLr', '1')], false, /Did you mean/],
    ['of the same key twice', [axis('beta', '1'), axis('beta', '2')], false, /beta again/],
    ['of the same key under two names', [axis('beta', '1'), axis('rule.settings.beta', '2')], false, /beta again/],
    ['of no values', [axis('beta')], false, /Expected values for beta/],
    ['of an empty value', [axis('beta', '1', '')], false, /Expected values for beta/],
    ['of the same value twice', [axis('beta', '0.5', '5e-1')], false, /the same twice: beta=0\.5 and beta=5e-1/],
    ['of the name alone', [axis('name', 'a', 'b')], false, /the same twice/],
    [
      'of too many',
      [axis('beta', ...Array.from({ length: 1001 }, (_, i) => String(i + 1)))],
      false,
      /at most 1000 experiments, found 1001/,
    ],
    ['that does not fit the network', [axis('widths', '784-500-500-10')], false, /widths=784-500-500-10/],
    ['deeper than its rates reach', [axis('depth', '1', '2')], false, /depth cannot be 2/],
    ['to be paired of one axis', [axis('beta', '1', '2')], true, /at least two axes to pair, found beta with 2 alone/],
    [
      'to be paired of axes that differ in length',
      [axis('beta', '1', '2'), axis('hidden', '10', '20', '30')],
      true,
      /equal length to pair, found beta with 2, hidden with 3/,
    ],
  ])('%s is refused', (_, axes, paired, sentence) => {
    expect(refusal(() => sweep(axes, paired)).message).toMatch(sentence)
  })
})

describe('the values of an axis', () => {
  it.each<readonly [string, readonly string[]]>([
    ['0.1,0.2', ['0.1', '0.2']],
    ['100..500:100', ['100', '200', '300', '400', '500']],
    ['0..1:0.3', ['0', '0.3', '0.6', '0.9']],
    ['0.1..0.3:0.1', ['0.1', '0.2', '0.3']],
    ['1..4', ['1', '2', '3', '4']],
    ['0.01..0.1/4', ['0.01', '0.04', '0.07', '0.1']],
    ['0.001..1/4log', ['0.001', '0.01', '0.1', '1']],
    ['1e-6..1e-2/3LOG', ['0.000001', '0.0001', '0.01']],
    ['-0.2..-0.1/2', ['-0.2', '-0.1']],
    ['5, 10..20:5, 100', ['5', '10', '15', '20', '100']],
    ['[1,2],[3,4]', ['[1,2]', '[3,4]']],
    ['784-10-10,784-20-10', ['784-10-10', '784-20-10']],
    ['constant,divide_by_loop_index', ['constant', 'divide_by_loop_index']],
    ['', ['']],
  ])('%j are %j', (text, values) => {
    expect(readSweepValues('key', text)).toEqual(values)
  })

  it.each([
    ['0.5..0.1/3', /key: the range "0\.5\.\.0\.1\/3" ends before it begins/],
    ['0.1..0.5', /needs a step or a count, for its bounds are not whole/],
    ['1..5:0', /step above 0, found 0/],
    ['1..5/1', /from 2 to 1000 values, found 1/],
    ['1..5/1001', /from 2 to 1000 values, found 1001/],
    ['0..1/3log', /bounds above 0 for equal factors, found 0/],
    ['1..1000000', /more than 1000 values/],
    ['1..x', /cannot be read/],
    ['1..5/2lin', /cannot be read/],
    ['1...5', /cannot be read/],
  ])('%j is refused', (text, sentence) => {
    const problem = refusal(() => readSweepValues('key', text))
    expect(problem.message).toMatch(sentence)
    expect(problem.next).toContain('0.001..1/4log')
  })
})

describe('the forecast of a sweep', () => {
  const members = sweep([axis('hidden', '100', '200', '300')])
  const each = members.map((member) => forecastExperiment(member, 1e-12))

  it('adds up runs and time, and needs the memory of the largest', () => {
    const all = forecastSweep(members, () => 1e-12)
    expect(all.runs).toBe(3 * mnist.seeds.length)
    expect(all.seconds).toBeCloseTo(
      each.reduce((sum, { seconds }) => sum + (seconds ?? NaN), 0),
      6,
    )
    expect(all.memoryBytes).toBe(each[2]?.memoryBytes)
    expect(all.parameters, 'they differ').toBeNull()
    expect(all.batchesPerEpoch).toBe(3000)
    expect(forecastSweep(members, () => null).seconds).toBeNull()
  })

  it('of many is what a part of them says, within a few per cent', () => {
    const many = sweep([axis('training.epochs', ...readSweepValues('', '1..200'))])
    const exact =
      ((forecastExperiment({ ...mnist, training: { ...mnist.training, epochs: 1 } }, 1).seconds ?? NaN) * 200 * 201) / 2
    expect((forecastSweep(many, () => 1).seconds ?? NaN) / exact).toBeCloseTo(1, 1)
    expect(forecastSweep(many, () => 1).runs).toBe(200 * mnist.seeds.length)
  })

  it('of one is its own', () => {
    expect(forecastSweep([mnist], () => 1e-12)).toEqual(forecastExperiment(mnist, 1e-12))
  })
})
