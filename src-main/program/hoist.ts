/**
 * Loop-invariant hoisting: what comes out the same in every iteration (W₁x, feedback from a clamped layer, zeros) is
 * computed once, before the repeat. States that a body does not change are invariant too.
 */
import type { ScalarDeclaration, Statement, ValueId } from './program.ts'
import { operandsOf, renamed } from './statements.ts'

export function hoist(
  statements: readonly Statement[],
  scalars: readonly Pick<ScalarDeclaration, 'length'>[],
): Statement[] {
  const result: Statement[] = []
  for (const statement of statements) {
    if (statement.kind !== 'repeat') {
      result.push(statement)
      continue
    }
    const untouched = new Map<ValueId, ValueId>()
    for (const carry of statement.carried) if (carry.next === carry.inner) untouched.set(carry.inner, carry.initial)
    const body = renamed(statement.body, (id) => untouched.get(id) ?? id)
    const carried = statement.carried
      .filter((carry) => !untouched.has(carry.inner))
      .map((carry) => ({ ...carry, next: untouched.get(carry.next) ?? carry.next }))
    const changing = new Set(carried.map((carry) => carry.inner))
    const kept: Statement[] = []
    for (const inside of body) {
      if (inside.kind === 'let' && !varies(inside, changing, scalars)) result.push(inside)
      else {
        if (inside.kind === 'let') changing.add(inside.id)
        kept.push(inside)
      }
    }
    result.push({ kind: 'repeat', count: statement.count, carried, body: kept })
  }
  return result
}

function varies(
  statement: Extract<Statement, { kind: 'let' }>,
  changing: ReadonlySet<ValueId>,
  scalars: readonly Pick<ScalarDeclaration, 'length'>[],
): boolean {
  if (operandsOf(statement.operation).some((id) => changing.has(id))) return true
  return (
    statement.operation.kind === 'sum' &&
    statement.operation.terms.some(
      ({ coefficient }) => coefficient.scalar !== null && scalars[coefficient.scalar]?.length !== 1,
    )
  )
}
