/** Rates and steps by epoch, batch and iteration, at the places where they change. */
import { expect, test } from 'vitest'
import { neuralRate, type NeuralRule } from '../../src-main/rules/neural-step.ts'
import { steppedFactor } from '../../src-main/rules/optimiser.ts'
import { scheduleFactor } from '../../src-main/rules/setting.ts'

test('a schedule takes the base of the last piece begun, to the power of the epoch itself', () => {
  const pieces = [
    { fromEpoch: 1, base: 0.5 },
    { fromEpoch: 3, base: 0.1 },
  ]
  const factors = [0, 1, 2, 3, 4].map((epoch) => scheduleFactor(pieces, epoch))
  const expected = [1, 0.5, 0.25, 0.1 ** 3, 0.1 ** 4]
  for (const [epoch, factor] of factors.entries()) expect(factor).toBeCloseTo(expected[epoch] as number, 12)
})

test('pieces count by where they begin, not by their order', () => {
  const pieces = [
    { fromEpoch: 3, base: 0.1 },
    { fromEpoch: 0, base: 0.5 },
  ]
  expect(scheduleFactor(pieces, 2)).toBeCloseTo(0.25, 12)
  expect(scheduleFactor(pieces, 3)).toBeCloseTo(0.001, 12)
})

test('stepped rates fall after every so many whole epochs', () => {
  const s = { stepEpochs: 3, stepFactor: 0.5 }
  expect([0, 2, 3, 5, 6].map((epoch) => steppedFactor(s, epoch))).toEqual([1, 1, 0.5, 0.5, 0.25])
})

test('neural steps start at η, fall, and stop at the floor', () => {
  const at = (neuralRule: NeuralRule): number[] =>
    [0, 1, 3, 100].map((t) => neuralRate({ neuralRule, neuralLr: 1, neuralLrStop: 0.125, neuralLrDecay: 0.5 }, t))
  expect(at('constant')).toEqual([1, 1, 1, 1])
  expect(at('divide_by_loop_index')).toEqual([1, 0.5, 0.25, 0.125])
  expect(at('divide_by_slow_loop_index')).toEqual([1, 1 / 1.5, 0.4, 0.125])
})
