/**
 * Two rewrites of sums that save arithmetic without changing what is computed (up to the last rounding):
 *
 * 1. Outer products that share a side are added before they are multiplied: ⟨a xᵀ⟩ − ⟨b xᵀ⟩ = ⟨(a − b) xᵀ⟩. The input
 *    is the same in both phases, so the contrast at W₁ is one product instead of two.
 * 2. A sum used once, inside another sum, is written out there, and equal terms are collected. In the contrast at W₁
 *    the predictions W₁x of the two phases then cancel, leaving ⟨(r_free − r_nudged) xᵀ⟩.
 */
import type { Coefficient, Operation, Statement, Term, ValueId } from './program.ts'
import type { Shape } from './shape.ts'
import { sameShape } from './shape.ts'
import { countUses } from './statements.ts'

type Let = Extract<Statement, { kind: 'let' }>
type Product = Extract<Operation, { kind: 'product' }>

/** Rewrite 1, at the top level of a program; `shapes` grows with the values that are new, and the products replaced are left for pruning. */
export function addBeforeMultiplying(statements: readonly Statement[], shapes: Shape[]): Statement[] {
  const uses = countUses(statements)
  const definitions = new Map<ValueId, Let>()
  const result: Statement[] = []
  for (const statement of statements) {
    if (statement.kind !== 'let') {
      result.push(statement)
      continue
    }
    definitions.set(statement.id, statement)
    if (statement.operation.kind !== 'sum') {
      result.push(statement)
      continue
    }
    const groups = new Map<string, { terms: Term[]; product: Product }>()
    const terms: Term[] = []
    for (const term of statement.operation.terms) {
      const product = definitions.get(term.value)?.operation
      if (product?.kind === 'product' && product.transposeLeft && uses.get(term.value) === 1) {
        const key = `${product.right}/${product.transposeRight}/${product.mean}/${term.coefficient.scalar}/${String(shapes[product.left])}`
        const group = groups.get(key)
        if (group === undefined) groups.set(key, { terms: [term], product })
        else group.terms.push(term)
      } else terms.push(term)
    }
    for (const { terms: alike, product } of groups.values()) {
      const first = alike[0]
      if (first === undefined) continue
      if (alike.length === 1) {
        terms.push(first)
        continue
      }
      const lefts = alike.map((term): Term => {
        const operation = definitions.get(term.value)?.operation as Product
        return { coefficient: { factor: term.coefficient.factor, scalar: null }, value: operation.left }
      })
      const added: Let = {
        kind: 'let',
        id: shapes.push(shapes[product.left] as Shape) - 1,
        operation: { kind: 'sum', terms: lefts },
      }
      const multiplied: Let = {
        kind: 'let',
        id: shapes.push(shapes[first.value] as Shape) - 1,
        operation: { ...product, left: added.id },
      }
      definitions.set(added.id, added)
      definitions.set(multiplied.id, multiplied)
      result.push(added, multiplied)
      terms.push({ coefficient: { factor: 1, scalar: first.coefficient.scalar }, value: multiplied.id })
    }
    const rewritten: Let = { ...statement, operation: { kind: 'sum', terms } }
    definitions.set(rewritten.id, rewritten)
    result.push(rewritten)
  }
  return result
}

/** Rewrite 2, within each list. Uses are counted as the statements stand, so prune before. */
export function writeOut(statements: readonly Statement[], shapes: readonly Shape[]): Statement[] {
  const uses = countUses(statements)
  const within = (list: readonly Statement[]): Statement[] => {
    const sums = new Map<ValueId, readonly Term[]>()
    return list.map((statement): Statement => {
      if (statement.kind === 'repeat') return { ...statement, body: within(statement.body) }
      if (statement.kind !== 'let' || statement.operation.kind !== 'sum') return statement
      const shape = shapes[statement.id]
      const terms = collect(
        statement.operation.terms.flatMap((term) => {
          const inner = sums.get(term.value)
          const innerShape = shapes[term.value]
          const fits = shape !== undefined && innerShape !== undefined && sameShape(shape, innerShape)
          if (inner === undefined || uses.get(term.value) !== 1 || !fits) return [term]
          const scaled = inner.map((part) => multiplied(term.coefficient, part))
          // Spreading a per-batch scalar over several terms would cost more than it saves.
          return scaled.some((part) => part === null) || (term.coefficient.scalar !== null && inner.length > 1)
            ? [term]
            : (scaled as Term[])
        }),
      )
      sums.set(statement.id, terms)
      return { ...statement, operation: { kind: 'sum', terms } }
    })
  }
  return within(statements)
}

function multiplied(outer: Coefficient, term: Term): Term | null {
  if (outer.scalar !== null && term.coefficient.scalar !== null) return null
  return {
    coefficient: { factor: outer.factor * term.coefficient.factor, scalar: outer.scalar ?? term.coefficient.scalar },
    value: term.value,
  }
}

function collect(terms: readonly Term[]): Term[] {
  const collected = new Map<string, Term>()
  for (const term of terms) {
    const key = `${term.value}/${term.coefficient.scalar}`
    const known = collected.get(key)
    const factor = term.coefficient.factor + (known?.coefficient.factor ?? 0)
    collected.set(key, { value: term.value, coefficient: { factor, scalar: term.coefficient.scalar } })
  }
  const left = [...collected.values()].filter((term) => term.coefficient.factor !== 0)
  // A sum that cancels wholly must still have its shape: keep one term, times zero.
  return left.length > 0 ? left : [...collected.values()].slice(0, 1)
}
