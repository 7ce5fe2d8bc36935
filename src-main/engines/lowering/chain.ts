/**
 * Everything else entry by entry, as a `chain`: a few operations on strips that fit the L1 cache, outer products over the
 * batch among them, so that a gradient is computed, averaged and added to its weights without being stored.
 */
import type { Operation, ValueId } from '../../program/program.ts'
import type { Shape } from '../../program/shape.ts'
import { isTileMap, termsOf } from './affine.ts'
import { constant, times, type AffineTerm, type Coefficient, type StripOperation } from './plan.ts'
import { isOuter } from './products.ts'
import type { Scope } from './scope.ts'

/** The buffer of a value that is computed entry by entry, with all on the way that has its shape. */
export function chain(scope: Scope, id: ValueId): number {
  const shape = scope.buffers.shape(id)
  const inside: ValueId[] = []
  const reads = new Map<ValueId, number>()
  /** Depth first: operands before what reads them, and what the strips load computed before the chain begins. */
  const visit = (value: ValueId): void => {
    if (inside.includes(value)) return
    const operation = scope.definitions.get(value)
    if (!joins(scope, value, operation, shape)) {
      scope.materialise(value)
      return
    }
    if (operation.kind === 'product') {
      scope.materialise(operation.left)
      scope.materialise(operation.right)
    } else
      for (const operand of stripOperands(scope, operation)) {
        reads.set(operand, (reads.get(operand) ?? 0) + 1)
        visit(operand)
      }
    inside.push(value)
  }
  visit(id)
  const known = scope.where(id)
  if (known !== undefined) return known

  const operations: StripOperation[] = []
  const stores: StripOperation[] = []
  const registers = new Map<ValueId, number>()
  let count = 0
  const register = (value: ValueId): number => {
    const made = registers.get(value)
    if (made !== undefined) return made
    const to = count++
    registers.set(value, to)
    operations.push({ kind: 'load', to, buffer: scope.materialise(value) })
    return to
  }
  for (const value of inside) {
    // Computed for its own sake by something that a later operand needed.
    if (scope.where(value) !== undefined) continue
    const operation = scope.definitions.get(value) as Operation
    const made = stripOperation(scope, value, operation, register, () => count++)
    operations.push(made)
    registers.set(value, 'to' in made ? made.to : -1)
    if (value === id || scope.buffers.uses(value) > (reads.get(value) ?? 0))
      stores.push({ kind: 'store', from: registers.get(value) as number, buffer: scope.keep(value) })
  }
  scope.instructions.push({ kind: 'chain', registers: count, operations: [...operations, ...stores] })
  return scope.kept.get(id) as number
}

/** Whether a value is computed within the chain of that shape that reads it. */
function joins(scope: Scope, value: ValueId, operation: Operation | undefined, shape: Shape): operation is Operation {
  if (operation === undefined || scope.where(value) !== undefined) return false
  const [rows, columns] = scope.buffers.shape(value)
  if (rows !== shape[0] || columns !== shape[1]) return false
  switch (operation.kind) {
    case 'product':
      return isOuter(scope, operation)
    case 'sum':
      return termsOf(scope, value).products.length === 0
    case 'map':
      return !isTileMap(scope, value, operation)
    case 'multiply':
    case 'divide':
      return true
    default:
      return false
  }
}

function stripOperands(scope: Scope, operation: Operation): readonly ValueId[] {
  switch (operation.kind) {
    case 'sum':
      return operation.terms.map((term) => term.value).filter((id) => scope.operation(id)?.kind !== 'fill')
    case 'multiply':
    case 'divide':
      return [operation.left, operation.right]
    case 'map':
      return [sigmoidOf(scope, operation) ?? operation.value]
    default:
      return []
  }
}

/** σ(v), where the slope of σ at v is asked for and σ(v) is known: σ′ = σ(1 − σ). */
function sigmoidOf(scope: Scope, operation: Extract<Operation, { kind: 'map' }>): ValueId | undefined {
  if (operation.map !== 'sigmoidSlope') return undefined
  for (const [id, other] of scope.definitions)
    if (other.kind === 'map' && other.map === 'sigmoid' && other.value === operation.value) return id
  return undefined
}

function stripOperation(
  scope: Scope,
  value: ValueId,
  operation: Operation,
  register: (value: ValueId) => number,
  next: () => number,
): StripOperation {
  switch (operation.kind) {
    case 'product': {
      const left = scope.materialise(operation.left)
      const right = scope.materialise(operation.right)
      // Transposed, the outer product of a and b is that of b and a.
      const [a, b] = scope.buffers.transposed(value) ? [right, left] : [left, right]
      return { kind: 'outer', to: next(), left: a, right: b, mean: operation.mean }
    }
    case 'sum': {
      let added: Coefficient = []
      const terms: AffineTerm[] = []
      for (const term of operation.terms) {
        const filled = scope.operation(term.value)
        const coefficient = scope.buffers.coefficient(term.coefficient)
        if (filled?.kind === 'fill') added = [...added, ...times(coefficient, constant(filled.number))]
        else terms.push({ coefficient, from: register(term.value) })
      }
      return { kind: 'sum', to: next(), terms, constant: added }
    }
    case 'multiply':
    case 'divide': {
      const left = register(operation.left)
      const right = register(operation.right)
      return { kind: operation.kind, to: next(), left, right }
    }
    case 'map': {
      const sigmoid = sigmoidOf(scope, operation)
      const from = register(sigmoid ?? operation.value)
      return { kind: 'map', to: next(), from, map: sigmoid === undefined ? operation.map : 'slopeOfSigmoid' }
    }
    default:
      throw new Error(`a ${operation.kind} is not computed in strips`)
  }
}
