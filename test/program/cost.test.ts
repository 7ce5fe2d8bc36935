// Work counted on paper for networks 3-4-2 on batches of 5, and the floor that it makes.
import { expect, test } from 'vitest'
import { programFlop, trainingBytes, trainingFloor } from '../../src-main/program/cost.ts'
import type { Program } from '../../src-main/program/program.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'

const BATCH = 5

function programOf(name: string, settings: object): Program {
  const rule = ruleNamed(name)
  if (rule === undefined) throw new Error(`there is no rule ${name}`)
  return compileRule(rule, rule.settings.parse(settings) as unknown, [3, 4, 2]).program
}

// Weights and biases: 3·4 + 4 + 4·2 + 2.
const PARAMETERS = 26
const FIRST = 2 * BATCH * 3 * 4
const SECOND = 2 * BATCH * 4 * 2

test('backpropagation: forward, the error back through one layer, two gradients; weights read and written', () => {
  const program = programOf('backprop', { optimiser: 'sgd', momentum: 0 })
  expect(programFlop(program, BATCH).training).toBe(FIRST + SECOND + SECOND + FIRST + SECOND)
  expect(trainingBytes(program, 4)).toBe(4 * (PARAMETERS + PARAMETERS))
})

test("Adam's two moments move as the weights do, feedback weights are only read", () => {
  expect(trainingBytes(programOf('backprop', { optimiser: 'adam' }), 4)).toBe(4 * 3 * 2 * PARAMETERS)
  // The error goes back by B, of W₂'s shape: W₂ᵀ is read for the output all the same.
  const program = programOf('feedback-alignment', { optimiser: 'sgd', momentum: 0 })
  expect(trainingBytes(program, 4)).toBe(4 * (2 * PARAMETERS + 4 * 2))
})

test('equilibrium propagation: W₁x once for all iterations, both phases of its gradient in one product', () => {
  const program = programOf('ep', { iterationsFree: 3, iterationsNudged: 2 })
  const settling = (3 + 2) * (SECOND + SECOND)
  expect(programFlop(program, BATCH).training).toBe(FIRST + settling + FIRST + 2 * SECOND)
  expect(trainingBytes(program, 4)).toBe(4 * 2 * PARAMETERS)
})

test('the floor is the longer of the two times', () => {
  const program = programOf('backprop', { optimiser: 'sgd', momentum: 0 })
  // 480 operations and 208 bytes: at 10⁹ a second each, 10⁶ of them take a millisecond.
  expect(trainingFloor(program, BATCH, { gflops: 1, gigabytes: 1 })).toEqual({
    msPerBatch: 480e-6,
    boundBy: 'operations',
  })
  expect(trainingFloor(program, BATCH, { gflops: 48, gigabytes: 2 })).toEqual({
    msPerBatch: 104e-6,
    boundBy: 'bytes',
  })
})
