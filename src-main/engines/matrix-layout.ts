/**
 * Which matrices an engine stores transposed: a weight used as r Wᵀ is better kept as Wᵀ from batch to batch, with its gradient
 * and its moments.
 */
import type { Operation, Program, Statement, ValueId } from '../program/program.ts'
import type { Shape } from '../program/shape.ts'
import { operandsOf } from '../program/statements.ts'

export interface MatrixLayout {
  /** Whether a value without a batch dimension is computed and kept transposed. */
  readonly transposed: readonly boolean[]
  /** By parameter. */
  readonly transposedParameters: readonly boolean[]
}

/**
 * Values that are combined entry by entry, and a parameter with its next value, share a layout; each such group has the
 * layout that most of the products that read it prefer, iterations counted.
 *
 * @param computedTransposed products that the engine computes as (right · left)ᵀ
 */
export function chooseLayout(program: Program, computedTransposed: ReadonlySet<ValueId> = new Set()): MatrixLayout {
  const groups = new Groups(program.shapes.length)
  const votes = new Map<ValueId, number>()
  const ofParameter: (ValueId | undefined)[] = program.parameters.map(() => undefined)
  const join = (id: ValueId, other: ValueId): void => {
    if (sameMatrix(program.shapes[id], program.shapes[other])) groups.join(id, other)
  }
  const joinParameter = (parameter: number, id: ValueId): void => {
    const known = ofParameter[parameter]
    if (known === undefined) ofParameter[parameter] = id
    else join(known, id)
  }
  const vote = (id: ValueId, transposed: boolean, weight: number): void => {
    votes.set(id, (votes.get(id) ?? 0) + (transposed ? weight : -weight))
  }
  const visit = (statements: readonly Statement[], weight: number): void => {
    for (const statement of statements) {
      if (statement.kind === 'repeat') {
        for (const { inner, initial, next, result } of statement.carried)
          for (const other of [initial, next, result]) join(inner, other)
        visit(statement.body, statement.count * weight)
      } else if (statement.kind === 'update') joinParameter(statement.parameter, statement.value)
      else if (statement.kind === 'let') {
        const { id, operation } = statement
        if (operation.kind === 'parameter') joinParameter(operation.parameter, id)
        else if (operation.kind === 'product') {
          vote(operation.left, operation.transposeLeft !== computedTransposed.has(id), weight)
          vote(operation.right, operation.transposeRight !== computedTransposed.has(id), weight)
        } else if (isElementwise(operation)) for (const other of operandsOf(operation)) join(id, other)
      }
    }
  }
  visit(program.training, 1)
  // Predictions run on many samples at a time: a transposition there is lost among them.
  visit(program.prediction, 0.01)
  const balance = new Map<ValueId, number>()
  for (const [id, weight] of votes) {
    const group = groups.of(id)
    balance.set(group, (balance.get(group) ?? 0) + weight)
  }
  const transposed = program.shapes.map((shape, id) => isMatrix(shape) && (balance.get(groups.of(id)) ?? 0) > 0)
  return { transposed, transposedParameters: ofParameter.map((id) => id !== undefined && transposed[id] === true) }
}

function isElementwise(operation: Operation): boolean {
  return ['sum', 'multiply', 'divide', 'map'].includes(operation.kind)
}

function isMatrix(shape: Shape | undefined): boolean {
  return shape !== undefined && shape[0] !== 'batch' && shape[0] > 1 && shape[1] > 1
}

function sameMatrix(a: Shape | undefined, b: Shape | undefined): boolean {
  return isMatrix(a) && isMatrix(b) && a?.[0] === b?.[0] && a?.[1] === b?.[1]
}

/** Values that must share a layout (union–find). */
class Groups {
  readonly #parent: number[]

  constructor(count: number) {
    this.#parent = Array.from({ length: count }, (_, id) => id)
  }

  of(id: number): number {
    const parent = this.#parent[id] ?? id
    if (parent === id) return id
    const root = this.of(parent)
    this.#parent[id] = root
    return root
  }

  join(a: number, b: number): void {
    this.#parent[this.of(a)] = this.of(b)
  }
}
