/**
 * Sums with products, as one `affine` each: the products' tiles stay in registers, take the other terms, pass through the
 * layer's activation and are stored once. A sum inside a sum is written out, its coefficient multiplied at run time.
 */
import type { MapName } from '../../program/activations.ts'
import type { Operation, ValueId } from '../../program/program.ts'
import { constant, times, type AffineProduct, type Coefficient } from './plan.ts'
import { isTiled } from './products.ts'
import type { Scope } from './scope.ts'

/** Maps that an affine applies to its tile; the others are strips of their own. */
export const TILE_MAPS: ReadonlySet<string> = new Set<MapName>(['hardSigmoid', 'relu'])

/** A sum being written out: what multiplies what. */
interface Terms {
  readonly streams: { coefficient: Coefficient; value: ValueId }[]
  readonly products: { coefficient: Coefficient; value: ValueId }[]
  constant: Coefficient
}

/** A map that the affine which computes its operand applies to the tile. */
export function isTileMap(scope: Scope, id: ValueId, { value }: Extract<Operation, { kind: 'map' }>): boolean {
  const of = scope.definitions.get(value)
  if (of === undefined || scope.tileMaps.get(value)?.id !== id || scope.where(value) !== undefined) return false
  return (
    (of.kind === 'product' && isTiled(scope, of)) || (of.kind === 'sum' && termsOf(scope, value).products.length > 0)
  )
}

/** The terms of a sum (or of a product alone), sums inside it that nothing else reads written out. */
export function termsOf(scope: Scope, id: ValueId): Terms {
  const terms: Terms = { streams: [], products: [], constant: [] }
  addTerms(scope, id, id, constant(1), terms)
  return terms
}

function addTerms(scope: Scope, root: ValueId, id: ValueId, coefficient: Coefficient, terms: Terms): void {
  const operation = scope.operation(id)
  const own = id === root || (scope.buffers.uses(id) === 1 && scope.where(id) === undefined && scope.defines(id))
  const shape = scope.buffers.shape(id)
  const wanted = scope.buffers.shape(root)
  const fits = shape[0] === wanted[0] && shape[1] === wanted[1]
  if (operation?.kind === 'fill')
    terms.constant = [...terms.constant, ...times(coefficient, constant(operation.number))]
  else if (own && fits && operation?.kind === 'sum')
    for (const term of operation.terms)
      addTerms(scope, root, term.value, times(coefficient, scope.buffers.coefficient(term.coefficient)), terms)
  else if (own && fits && operation?.kind === 'product' && isTiled(scope, operation)) {
    const inner = operation.mean ? scope.buffers.shape(operation.left)[1] : 1
    terms.products.push({ coefficient: times(coefficient, constant(1 / inner)), value: id })
  } else {
    const same = terms.streams.find(({ value }) => value === id)
    if (same === undefined) terms.streams.push({ coefficient, value: id })
    else same.coefficient = [...same.coefficient, ...coefficient]
  }
}

/** The buffer of a sum with products, before the activation; −1 where only the activation is read. */
export function affine(scope: Scope, id: ValueId): number {
  const terms = termsOf(scope, id)
  const products = terms.products.map(({ coefficient, value }): AffineProduct => {
    const { left, right, transposeRight } = scope.operation(value) as Extract<Operation, { kind: 'product' }>
    return { coefficient, left: scope.materialise(left), right: rightOperand(scope, right, transposeRight) }
  })
  // The widest last: its sums then need not be put aside.
  products.sort((a, b) => scope.buffers.buffer(a.left).columns - scope.buffers.buffer(b.left).columns)
  const streams = terms.streams.map(({ coefficient, value }) => ({ coefficient, from: scope.materialise(value) }))
  const tile = scope.tileMaps.get(id)
  const mapped = tile !== undefined && scope.where(tile.id) === undefined ? tile : undefined
  // What was materialised on the way may have needed this value itself.
  const known = scope.where(id)
  if (known !== undefined) return known
  const others = scope.buffers.uses(id) - (mapped === undefined ? 0 : 1)
  const raw = mapped === undefined || others > 0 ? scope.keep(id) : -1
  scope.instructions.push({
    kind: 'affine',
    products,
    streams,
    constant: terms.constant,
    raw,
    mapped: mapped === undefined ? -1 : scope.keep(mapped.id),
    map: mapped?.map ?? 'none',
  })
  return raw
}

/** A product's right operand, stored with the inner dimension along its rows; a transposed copy where it is stored otherwise. */
function rightOperand(scope: Scope, id: ValueId, transposeRight: boolean): number {
  const buffer = scope.materialise(id)
  const from = scope.buffers.buffer(buffer)
  if (from.transposed === transposeRight) return buffer
  // Where it is the same in every iteration, it is transposed before the first.
  if (!scope.kept.has(id) && scope.outer !== null) return rightOperand(scope.outer, id, transposeRight)
  const known = scope.transposedCopies.get(buffer)
  if (known !== undefined) return known
  const to = scope.buffers.addBuffer({ ...from, transposed: !from.transposed, parameter: -1 })
  scope.instructions.push({ kind: 'transpose', from: buffer, to })
  scope.transposedCopies.set(buffer, to)
  return to
}
