/**
 * Reading and rewriting statement lists: the few walks that every pass and engine shares.
 */
import type { Operation, Statement, ValueId } from './program.ts'

/** The values an operation reads, in order, repeats included. */
export function operandsOf(operation: Operation): readonly ValueId[] {
  switch (operation.kind) {
    case 'input':
    case 'parameter':
    case 'fill':
      return []
    case 'product':
    case 'multiply':
    case 'divide':
      return [operation.left, operation.right]
    case 'sum':
      return operation.terms.map((term) => term.value)
    case 'map':
    case 'softmax':
    case 'reduce':
      return [operation.value]
    default:
      return operation satisfies never
  }
}

/** The same operation on other values. */
export function withOperands(operation: Operation, rename: (id: ValueId) => ValueId): Operation {
  switch (operation.kind) {
    case 'input':
    case 'parameter':
    case 'fill':
      return operation
    case 'product':
    case 'multiply':
    case 'divide':
      return { ...operation, left: rename(operation.left), right: rename(operation.right) }
    case 'sum':
      return { ...operation, terms: operation.terms.map((term) => ({ ...term, value: rename(term.value) })) }
    case 'map':
    case 'softmax':
    case 'reduce':
      return { ...operation, value: rename(operation.value) }
    default:
      return operation satisfies never
  }
}

/** Every value id of a list, definitions included, through `rename`. */
export function renamed(statements: readonly Statement[], rename: (id: ValueId) => ValueId): Statement[] {
  return statements.map((statement): Statement => {
    switch (statement.kind) {
      case 'let':
        return { kind: 'let', id: rename(statement.id), operation: withOperands(statement.operation, rename) }
      case 'repeat':
        return {
          kind: 'repeat',
          count: statement.count,
          carried: statement.carried.map((carry) => ({
            inner: rename(carry.inner),
            initial: rename(carry.initial),
            next: rename(carry.next),
            result: rename(carry.result),
          })),
          body: renamed(statement.body, rename),
        }
      case 'update':
      case 'measure':
      case 'count':
        return { ...statement, value: rename(statement.value) }
      default:
        return statement satisfies never
    }
  })
}

/** How often each value is read, in bodies, carries, updates and measurements alike. */
export function countUses(statements: readonly Statement[], uses = new Map<ValueId, number>()): Map<ValueId, number> {
  const use = (id: ValueId): void => void uses.set(id, (uses.get(id) ?? 0) + 1)
  for (const statement of statements) {
    switch (statement.kind) {
      case 'let':
        operandsOf(statement.operation).forEach(use)
        break
      case 'repeat':
        for (const carry of statement.carried) {
          use(carry.initial)
          use(carry.next)
        }
        countUses(statement.body, uses)
        break
      case 'update':
      case 'measure':
      case 'count':
        use(statement.value)
        break
      default:
        statement satisfies never
    }
  }
  return uses
}
