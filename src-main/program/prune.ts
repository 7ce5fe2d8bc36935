/**
 * Dead-code removal: what no update, no kept measurement, no count and no score needs is not computed. Correlations that only a
 * log would read cost nothing when the log is off.
 */
import type { Carried, Statement, ValueId } from './program.ts'
import { operandsOf } from './statements.ts'

interface Wanted {
  /** Values read from outside (the scores of a prediction). */
  readonly values: readonly ValueId[]
  measurement(name: string): boolean
  update(parameter: number): boolean
}

export function prune(statements: readonly Statement[], wanted: Wanted): Statement[] {
  return pruneList(statements, wanted, new Set(wanted.values))
}

function pruneList(statements: readonly Statement[], wanted: Wanted, live: Set<ValueId>): Statement[] {
  const kept: Statement[] = []
  for (const statement of [...statements].reverse()) {
    switch (statement.kind) {
      case 'let':
        if (!live.has(statement.id)) break
        operandsOf(statement.operation).forEach((id) => live.add(id))
        kept.push(statement)
        break
      case 'measure':
        if (!wanted.measurement(statement.name)) break
        live.add(statement.value)
        kept.push(statement)
        break
      case 'count':
        live.add(statement.value)
        kept.push(statement)
        break
      case 'update':
        if (!wanted.update(statement.parameter)) break
        live.add(statement.value)
        kept.push(statement)
        break
      case 'repeat': {
        const carried = liveCarries(statement.carried, statement.body, wanted, live)
        const body = pruneList(
          statement.body,
          wanted,
          union(
            live,
            carried.map((carry) => carry.next),
          ),
        )
        if (carried.length === 0 && body.length === 0) break
        for (const id of readBy(body)) live.add(id)
        carried.forEach((carry) => live.add(carry.initial))
        kept.push({ ...statement, carried, body })
        break
      }
      default:
        statement satisfies never
    }
  }
  return kept.reverse()
}

/** A carry lives when its result is read, or when its inner value feeds one that lives: the smallest such set. */
function liveCarries(
  all: readonly Carried[],
  body: readonly Statement[],
  wanted: Wanted,
  live: ReadonlySet<ValueId>,
): readonly Carried[] {
  let carried = all.filter((carry) => live.has(carry.result))
  for (;;) {
    const read = readBy(
      pruneList(
        body,
        wanted,
        union(
          new Set(),
          carried.map((carry) => carry.next),
        ),
      ),
    )
    for (const carry of carried) read.add(carry.next)
    const grown = all.filter((carry) => carried.includes(carry) || read.has(carry.inner))
    if (grown.length === carried.length) return carried
    carried = grown
  }
}

function readBy(statements: readonly Statement[]): Set<ValueId> {
  const read = new Set<ValueId>()
  for (const statement of statements) {
    if (statement.kind === 'let') operandsOf(statement.operation).forEach((id) => read.add(id))
    else if (statement.kind !== 'repeat') read.add(statement.value)
  }
  return read
}

function union(set: ReadonlySet<ValueId>, more: readonly ValueId[]): Set<ValueId> {
  return new Set([...set, ...more])
}
