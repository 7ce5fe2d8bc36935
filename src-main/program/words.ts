/**
 * The words a rule is written in. Samples are rows: a layer's rates r are ['batch', units], a weight W is [out, in].
 */
import type { MapName } from './activations.ts'
import { valueOf, type Factor, type Operand, type Value } from './trace.ts'
import { broadcast, describeShape, type Shape } from './shape.ts'

/** W r for every sample: r Wᵀ. [out, in] and ['batch', in] give ['batch', out]. */
export function apply(weight: Operand, rates: Operand): Value {
  return product('apply', valueOf(rates), valueOf(weight), false, true)
}

/** Wᵀ e for every sample: e W. [out, in] and ['batch', out] give ['batch', in]. */
export function applyTransposed(weight: Operand, errors: Operand): Value {
  return product('applyTransposed', valueOf(errors), valueOf(weight), false, false)
}

/** ⟨a bᵀ⟩, the mean over the batch of outer products: ['batch', n] and ['batch', m] give [n, m]. */
export function outer(a: Operand, b: Operand): Value {
  return product('outer', valueOf(a), valueOf(b), true, false, true)
}

/** Σ a bᵀ over the batch: as `outer`, without the division. */
export function outerSum(a: Operand, b: Operand): Value {
  return product('outerSum', valueOf(a), valueOf(b), true, false)
}

/** Σ factorᵢ · operandᵢ; a row or column of 1 stretches. */
export function sum(...terms: readonly (readonly [Factor, Operand])[]): Value {
  const first = terms[0]
  if (first === undefined) throw new RangeError('sum: there is nothing to add')
  return valueOf(first[1]).tracer.sum(terms)
}

/** a − b. */
export function difference(a: Operand, b: Operand): Value {
  return sum([1, a], [-1, b])
}

/** Entry by entry, a · b. */
export function multiply(a: Operand, b: Operand): Value {
  return elementwise('multiply', valueOf(a), valueOf(b))
}

/** Entry by entry, a / b. */
export function divide(a: Operand, b: Operand): Value {
  return elementwise('divide', valueOf(a), valueOf(b))
}

/** A named function of every entry. */
export function map(name: MapName, operand: Operand): Value {
  const value = valueOf(operand)
  value.tracer.requireVisible(name, value)
  return value.tracer.record({ kind: 'map', map: name, value: value.id }, value.shape)
}

/** clip(v, 0, 1). */
export const hardSigmoid = (operand: Operand): Value => map('hardSigmoid', operand)
/** max(v, 0). */
export const relu = (operand: Operand): Value => map('relu', operand)

/** Row by row, exp(v) / Σ exp(v). */
export function softmax(operand: Operand): Value {
  const value = valueOf(operand)
  value.tracer.requireVisible('softmax', value)
  return value.tracer.record({ kind: 'softmax', value: value.id }, value.shape)
}

/** One number per sample: the sum over its units. ['batch', n] gives ['batch', 1]. */
export function sumOverUnits(operand: Operand): Value {
  return reduce(operand, 'columns', false)
}

/** ⟨v⟩, the mean over the batch: ['batch', n] gives [1, n]. */
export function meanOverBatch(operand: Operand): Value {
  return reduce(operand, 'rows', true)
}

/** The sum over the batch: ['batch', n] gives [1, n]. */
export function sumOverBatch(operand: Operand): Value {
  return reduce(operand, 'rows', false)
}

/** The mean of all entries: [1, 1]. */
export function mean(operand: Operand): Value {
  return reduce(operand, 'all', true)
}

/** The sum of all entries: [1, 1]. */
export function total(operand: Operand): Value {
  return reduce(operand, 'all', false)
}

/** What the words above are made of. */
export function reduce(operand: Operand, over: 'rows' | 'columns' | 'all', average: boolean): Value {
  const value = valueOf(operand)
  value.tracer.requireVisible('reduce', value)
  const [rows, columns] = value.shape
  const shape: Shape = over === 'rows' ? [1, columns] : over === 'columns' ? [rows, 1] : [1, 1]
  return value.tracer.record({ kind: 'reduce', over, mean: average, value: value.id }, shape)
}

function elementwise(kind: 'multiply' | 'divide', left: Value, right: Value): Value {
  left.tracer.requireVisible(kind, left)
  left.tracer.requireVisible(kind, right)
  const shape = broadcast(left.shape, right.shape)
  if (shape === null)
    throw left.tracer.problem(kind, `${describeShape(left.shape)} and ${describeShape(right.shape)} do not fit`)
  return left.tracer.record({ kind, left: left.id, right: right.id }, shape)
}

/** op(left) op(right): what the words above are made of. */
export function product(
  word: string,
  left: Value,
  right: Value,
  transposeLeft: boolean,
  transposeRight: boolean,
  average = false,
): Value {
  const tracer = left.tracer
  tracer.requireVisible(word, left)
  tracer.requireVisible(word, right)
  const [rows, innerLeft] = transposeLeft ? [left.shape[1], left.shape[0]] : left.shape
  const [innerRight, columns] = transposeRight ? [right.shape[1], right.shape[0]] : right.shape
  if (innerLeft !== innerRight || columns === 'batch')
    throw tracer.problem(word, `${describeShape(left.shape)} and ${describeShape(right.shape)} do not fit`)
  if (average && innerLeft !== 'batch')
    throw tracer.problem(word, `a mean over the batch needs one row per sample, found ${describeShape(left.shape)}`)
  return tracer.record(
    { kind: 'product', left: left.id, right: right.id, transposeLeft, transposeRight, mean: average },
    [rows, columns],
  )
}
