/**
 * Numbers of a batch as data: how a rate follows from where training stands. What a function of JavaScript would say, in a
 * form that a file can hold; the rules that come with Apical may use functions instead.
 */
import type { Step } from './program.ts'

/** Where training stands: see `Step`; `iteration` counts from 0 inside the repeat whose iterations a scalar follows. */
export type FormulaVariable = 'epoch' | 'batch' | 'sign' | 'iteration'

export const FORMULA_VARIABLES = ['epoch', 'batch', 'sign', 'iteration'] as const satisfies readonly FormulaVariable[]

const OF_ONE = {
  floor: Math.floor,
  root: Math.sqrt,
  exp: Math.exp,
} as const

const OF_TWO = {
  plus: (a: number, b: number) => a + b,
  minus: (a: number, b: number) => a - b,
  times: (a: number, b: number) => a * b,
  over: (a: number, b: number) => a / b,
  power: (a: number, b: number) => a ** b,
  smaller: Math.min,
  larger: Math.max,
} as const

export const FORMULA_FUNCTIONS = ['floor', 'root', 'exp'] as const satisfies readonly (keyof typeof OF_ONE)[]
export const FORMULA_OPERATIONS = [
  'plus',
  'minus',
  'times',
  'over',
  'power',
  'smaller',
  'larger',
] as const satisfies readonly (keyof typeof OF_TWO)[]

export type Formula =
  | number
  | { readonly variable: FormulaVariable }
  | { readonly function: keyof typeof OF_ONE; readonly of: Formula }
  | { readonly operation: keyof typeof OF_TWO; readonly left: Formula; readonly right: Formula }
  /** `then` where `variable` is at least `from`, else `before`. */
  | {
      readonly variable: FormulaVariable
      readonly from: number
      readonly then: Formula
      readonly before: Formula
    }

/** The epoch, from 0. */
export const epoch: Formula = { variable: 'epoch' }
/** Batches trained since the beginning, from 0. */
export const batch: Formula = { variable: 'batch' }
/** +1 or −1, by a fair coin tossed once per batch. */
export const sign: Formula = { variable: 'sign' }
/** The iteration, from 0, of the repeat that a `scalarPerIteration` follows. */
export const iteration: Formula = { variable: 'iteration' }

const two =
  (operation: keyof typeof OF_TWO) =>
  (a: Formula, b: Formula): Formula => ({ operation, left: a, right: b })

/** a + b. */
export const plus = two('plus')
/** a − b. */
export const minus = two('minus')
/** a · b. */
export const times = two('times')
/** a / b. */
export const over = two('over')
/** aᵇ. */
export const power = two('power')
/** The smaller of a and b. */
export const smaller = two('smaller')
/** The larger of a and b. */
export const larger = two('larger')
/** The largest whole number that is not above a. */
export const floor = (a: Formula): Formula => ({ function: 'floor', of: a })
/** √a. */
export const root = (a: Formula): Formula => ({ function: 'root', of: a })
/** eᵃ. */
export const exp = (a: Formula): Formula => ({ function: 'exp', of: a })

/** `then` from that epoch (from 0) on, `before` until then. */
export const fromEpoch = (from: number, then: Formula, before: Formula): Formula => ({
  ...{ variable: 'epoch', from, then, before },
})

/** What a schedule of epochs multiplies a rate by: base^epoch of the last piece begun; 1 before the first. */
export function scheduled(pieces: readonly { readonly fromEpoch: number; readonly base: number }[]): Formula {
  return [...pieces]
    .sort((a, b) => a.fromEpoch - b.fromEpoch)
    .reduce<Formula>((before, piece) => fromEpoch(piece.fromEpoch, power(piece.base, epoch), before), 1)
}

/** The number that a formula gives. */
export function evaluate(formula: Formula, step: Step, at: number): number {
  if (typeof formula === 'number') return formula
  if ('function' in formula) return OF_ONE[formula.function](evaluate(formula.of, step, at))
  if ('operation' in formula)
    return OF_TWO[formula.operation](evaluate(formula.left, step, at), evaluate(formula.right, step, at))
  const value = formula.variable === 'iteration' ? at : step[formula.variable]
  if (!('from' in formula)) return value
  return evaluate(value >= formula.from ? formula.then : formula.before, step, at)
}
