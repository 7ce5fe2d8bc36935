/**
 * What is decided about a program before its first batch, so that TensorFlow.js runs few and fast kernels:
 *
 * - which values are stored transposed. Its matrix product is an order of magnitude faster without a transposed operand, so a
 *   weight used as r Wᵀ is kept as Wᵀ from batch to batch, with its gradient and its moments;
 * - which products are computed transposed. The right side of a product is packed before it is multiplied, which takes longer than
 *   multiplying a small batch; so an r Wᵀ that is computed once per batch is computed as (W rᵀ)ᵀ, and r is packed;
 * - where a factor is multiplied in. c · (r Wᵀ) inside a repeat becomes r (cWᵀ), with cWᵀ computed once per batch;
 * - where a value is last used (liveness), so that it is disposed right there.
 */
import type { Coefficient, Program, Statement, ValueId } from '../../program/program.ts'
import { operandsOf } from '../../program/statements.ts'
import { chooseLayout, type MatrixLayout } from '../matrix-layout.ts'

export interface Plan extends MatrixLayout {
  readonly training: Block
  readonly prediction: Block
}

export interface Block {
  readonly statements: readonly Statement[]
  /** For each statement, the values of this block that are dead after it. */
  readonly released: readonly (readonly ValueId[])[]
  /** Values of this block that are live at its end: the caller releases them. */
  readonly liveOut: readonly ValueId[]
  /** Values defined in this block, carried ones included; everything else is loop-invariant. */
  readonly defined: ReadonlySet<ValueId>
  /** Products read once, by a sum of the same block, with the coefficient they have there: the product multiplies it in itself. */
  readonly coefficients: ReadonlyMap<ValueId, Coefficient>
  /** Products of a batch with a large matrix, once per batch: computed transposed unless the batch is large too. */
  readonly computedTransposed: ReadonlySet<ValueId>
  /** Bodies of the repeats, by the index of their statement. */
  readonly bodies: ReadonlyMap<number, Block>
}

export function planFor(program: Program): Plan {
  const computedTransposed = computedTransposedIn(program)
  const { transposed, transposedParameters } = chooseLayout(program, computedTransposed)
  return {
    transposed,
    transposedParameters,
    training: blockOf(program.training, computedTransposed, []),
    prediction: blockOf(program.prediction, computedTransposed, [program.scores]),
  }
}

/** Entries of a matrix from which packing it costs more than multiplying a small batch. */
const LARGE_MATRIX = 10_000
/** Samples from which they take as long to pack as such a matrix, so that nothing is gained. */
export const LARGE_BATCH = 400

function computedTransposedIn({ training, prediction, shapes }: Program): Set<ValueId> {
  const computedTransposed = new Set<ValueId>()
  for (const statement of [...training, ...prediction]) {
    if (statement.kind !== 'let' || statement.operation.kind !== 'product') continue
    const { left, right, transposeLeft } = statement.operation
    const [rows, columns] = shapes[right] ?? ['batch', 0]
    if (shapes[left]?.[0] === 'batch' && !transposeLeft && rows !== 'batch' && rows * columns >= LARGE_MATRIX)
      computedTransposed.add(statement.id)
  }
  return computedTransposed
}

/**
 * @param kept values read when the block is done: an iteration's last, or the scores
 * @param inner the carried values of an iteration, which the repeat itself releases
 */
function blockOf(
  statements: readonly Statement[],
  computedTransposed: ReadonlySet<ValueId>,
  kept: readonly ValueId[],
  inner: readonly ValueId[] = [],
): Block {
  const lastRead = new Map<ValueId, number>()
  const reads = new Map<ValueId, number>(kept.map((id) => [id, 1]))
  const here = new Set<ValueId>()
  const bodies = new Map<number, Block>()
  const terms = new Map<ValueId, Coefficient>()
  statements.forEach((statement, index) => {
    for (const id of readsOf(statement)) {
      lastRead.set(id, index)
      reads.set(id, (reads.get(id) ?? 0) + 1)
    }
    if (statement.kind === 'let') {
      here.add(statement.id)
      if (statement.operation.kind === 'sum')
        for (const { value, coefficient } of statement.operation.terms) terms.set(value, coefficient)
    } else if (statement.kind === 'repeat') {
      const { carried, body } = statement
      for (const { result } of carried) here.add(result)
      bodies.set(
        index,
        blockOf(
          body,
          computedTransposed,
          carried.map(({ next }) => next),
          carried.map((carry) => carry.inner),
        ),
      )
    }
  })
  const coefficients = new Map<ValueId, Coefficient>()
  for (const statement of statements) {
    if (statement.kind !== 'let' || statement.operation.kind !== 'product') continue
    const coefficient = terms.get(statement.id)
    if (coefficient !== undefined && reads.get(statement.id) === 1) coefficients.set(statement.id, coefficient)
  }
  const released = statements.map((_, index) =>
    [...here].filter((id) => lastRead.get(id) === index && !kept.includes(id)),
  )
  return {
    statements,
    released,
    liveOut: [...here].filter((id) => kept.includes(id)),
    defined: new Set([...here, ...inner]),
    coefficients,
    computedTransposed,
    bodies,
  }
}

/** All that a statement reads from outside itself, once for each read. */
function readsOf(statement: Statement): readonly ValueId[] {
  switch (statement.kind) {
    case 'let':
      return operandsOf(statement.operation)
    case 'repeat':
      return [...statement.carried.flatMap((carry) => [carry.initial, carry.next]), ...statement.body.flatMap(readsOf)]
    case 'update':
    case 'measure':
    case 'count':
      return [statement.value]
    default:
      return statement satisfies never
  }
}
