import { expect, test } from 'vitest'
import { isHit } from '../../src-main/program/measures.ts'

test('of equal scores the lowest index comes first', () => {
  const scores = [1, 1, 0]
  expect([0, 1, 2].map((label) => isHit(scores, 0, 3, label, 1))).toEqual([true, false, false])
  expect([0, 1, 2].map((label) => isHit(scores, 0, 3, label, 2))).toEqual([true, true, false])
})
