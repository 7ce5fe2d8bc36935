/**
 * Common subexpressions: the same operation on the same values is computed once. After hoisting, this is what makes
 * W₁x of the free phase, the nudged phase and the update one product.
 */
import type { Statement, ValueId } from './program.ts'
import { withOperands } from './statements.ts'

/** `names` collects which value stands for which, so that results kept outside (scores) can be followed. */
export function share(statements: readonly Statement[], names = new Map<ValueId, ValueId>()): Statement[] {
  return shareWithin(statements, new Map(), names)
}

function shareWithin(
  statements: readonly Statement[],
  outer: ReadonlyMap<string, ValueId>,
  names: Map<ValueId, ValueId>,
): Statement[] {
  const known = new Map(outer)
  const result: Statement[] = []
  const now = (id: ValueId): ValueId => names.get(id) ?? id
  for (const statement of statements) {
    switch (statement.kind) {
      case 'let': {
        const operation = withOperands(statement.operation, now)
        const key = JSON.stringify(operation) + (operation.kind === 'fill' ? statement.id : '')
        const same = known.get(key)
        if (same !== undefined) names.set(statement.id, same)
        else {
          known.set(key, statement.id)
          result.push({ kind: 'let', id: statement.id, operation })
        }
        break
      }
      case 'repeat': {
        const carried = statement.carried.map((carry) => ({ ...carry, initial: now(carry.initial) }))
        const body = shareWithin(statement.body, known, names)
        result.push({
          kind: 'repeat',
          count: statement.count,
          carried: carried.map((carry) => ({ ...carry, next: now(carry.next) })),
          body,
        })
        break
      }
      case 'update':
      case 'measure':
      case 'count':
        result.push({ ...statement, value: now(statement.value) })
        break
      default:
        statement satisfies never
    }
  }
  return result
}
