/**
 * A second, independent reading of what statements mean, over plain nested arrays: slow, short, and sharing no code
 * with any engine. It judges the compiler's passes, which must not change what a program computes.
 */
import { MAPS } from '../../src-main/program/activations.ts'
import type { Coefficient, Operation, Statement, ValueId } from '../../src-main/program/program.ts'
import { rowsOf, type Shape } from '../../src-main/program/shape.ts'

export type Matrix = readonly (readonly number[])[]

export interface Meaning {
  readonly shapes: readonly Shape[]
  readonly scalars: readonly { readonly length: number; readonly offset: number }[]
  readonly scalarValues: ArrayLike<number>
  readonly parameters: readonly Matrix[]
  readonly x: Matrix
  readonly y: Matrix
}

export interface Outcome {
  readonly values: Map<ValueId, Matrix>
  readonly updates: Map<number, Matrix>
  /** By name, one entry an iteration. */
  readonly measured: Map<string, Matrix[]>
  /** The scores of which hits are counted; null where none are. */
  counted: Matrix | null
}

export function evaluate(statements: readonly Statement[], meaning: Meaning): Outcome {
  const outcome: Outcome = { values: new Map(), updates: new Map(), measured: new Map(), counted: null }
  run(statements, meaning, outcome, 0)
  return outcome
}

function run(statements: readonly Statement[], meaning: Meaning, outcome: Outcome, iteration: number): void {
  const { values } = outcome
  const get = (id: ValueId): Matrix => {
    const value = values.get(id)
    if (value === undefined) throw new Error(`value ${id} is read before it is made`)
    return value
  }
  for (const statement of statements) {
    switch (statement.kind) {
      case 'let':
        values.set(
          statement.id,
          compute(statement.operation, meaning.shapes[statement.id] as Shape, meaning, get, iteration),
        )
        break
      case 'repeat':
        for (const carry of statement.carried) values.set(carry.inner, get(carry.initial))
        for (let i = 0; i < statement.count; i++) {
          run(statement.body, meaning, outcome, i)
          const next = statement.carried.map((carry) => get(carry.next))
          statement.carried.forEach((carry, c) => values.set(carry.inner, next[c] as Matrix))
        }
        for (const carry of statement.carried) values.set(carry.result, get(carry.inner))
        break
      case 'update':
        outcome.updates.set(statement.parameter, get(statement.value))
        break
      case 'count':
        outcome.counted = get(statement.value)
        break
      case 'measure':
        outcome.measured.set(statement.name, [...(outcome.measured.get(statement.name) ?? []), get(statement.value)])
        break
      default:
        statement satisfies never
    }
  }
}

const entry = (m: Matrix, i: number, j: number): number => (m[i] as readonly number[])[j] as number
/** The entry at (i, j) when rows or columns of 1 stretch. */
const stretched = (m: Matrix, i: number, j: number): number =>
  entry(m, m.length === 1 ? 0 : i, (m[0]?.length ?? 0) === 1 ? 0 : j)
const transpose = (m: Matrix): Matrix => (m[0] ?? []).map((_, j) => m.map((row) => row[j] as number))

function compute(
  operation: Operation,
  shape: Shape,
  meaning: Meaning,
  get: (id: ValueId) => Matrix,
  iteration: number,
): Matrix {
  const rows = rowsOf(shape, meaning.x.length)
  const fill = (at: (i: number, j: number) => number): Matrix =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: shape[1] }, (_unused, j) => at(i, j)))
  switch (operation.kind) {
    case 'input':
      return operation.name === 'x' ? meaning.x : meaning.y
    case 'parameter':
      return meaning.parameters[operation.parameter] as Matrix
    case 'fill':
      return fill(() => operation.number)
    case 'product': {
      const left = operation.transposeLeft ? transpose(get(operation.left)) : get(operation.left)
      const right = operation.transposeRight ? transpose(get(operation.right)) : get(operation.right)
      const share = operation.mean ? 1 / right.length : 1
      return fill((i, j) => share * right.reduce((total, _, k) => total + entry(left, i, k) * entry(right, k, j), 0))
    }
    case 'sum': {
      const terms = operation.terms.map((term) => ({
        factor: factorOf(term.coefficient, meaning, iteration),
        value: get(term.value),
      }))
      return fill((i, j) => terms.reduce((total, term) => total + term.factor * stretched(term.value, i, j), 0))
    }
    case 'multiply':
    case 'divide': {
      const left = get(operation.left)
      const right = get(operation.right)
      return fill((i, j) =>
        operation.kind === 'multiply'
          ? stretched(left, i, j) * stretched(right, i, j)
          : stretched(left, i, j) / stretched(right, i, j),
      )
    }
    case 'map': {
      const value = get(operation.value)
      return fill((i, j) => MAPS[operation.map](entry(value, i, j)))
    }
    case 'softmax':
      return get(operation.value).map((row) => {
        const powers = row.map((v) => Math.exp(v - Math.max(...row)))
        const total = powers.reduce((a, b) => a + b, 0)
        return powers.map((power) => power / total)
      })
    case 'reduce': {
      const value = get(operation.value)
      const lists = operation.over === 'columns' ? value : operation.over === 'rows' ? transpose(value) : [value.flat()]
      const reduced = lists.map((list) => list.reduce((a, b) => a + b, 0) / (operation.mean ? list.length : 1))
      return operation.over === 'rows' ? [reduced] : reduced.map((v) => [v])
    }
    default:
      return operation satisfies never
  }
}

function factorOf(coefficient: Coefficient, meaning: Meaning, iteration: number): number {
  if (coefficient.scalar === null) return coefficient.factor
  const scalar = meaning.scalars[coefficient.scalar] as { length: number; offset: number }
  return coefficient.factor * (meaning.scalarValues[scalar.offset + (scalar.length > 1 ? iteration : 0)] as number)
}
