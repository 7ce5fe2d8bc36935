import { expect, test } from 'vitest'
import { isHit, meanValue, silentFraction } from '../../src-main/program/measures.ts'

test('of equal scores the lowest index comes first', () => {
  const scores = [1, 1, 0]
  expect([0, 1, 2].map((label) => isHit(scores, 0, 3, label, 1))).toEqual([true, false, false])
  expect([0, 1, 2].map((label) => isHit(scores, 0, 3, label, 2))).toEqual([true, true, false])
})

test('silence is below the threshold on either side of zero, and not at it', () => {
  expect(silentFraction([0, 0.5, -0.25, 0.25, -1], 0.5)).toBe(0.6)
  expect(silentFraction([], 0.5)).toBeNaN()
})

test('a mean of all entries', () => {
  expect(meanValue(Float32Array.of(1, 2, 6))).toBe(3)
  expect(meanValue([])).toBeNaN()
})
