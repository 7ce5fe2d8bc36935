/**
 * Work counted from the program itself: floating-point operations of matrix products, 2·rows·columns·inner each, with
 * loop-invariant products once (they are hoisted) and everything element-wise left out as small.
 */
import type { Operation, Program, Statement, ValueId } from './program.ts'
import { rowsOf, type Shape } from './shape.ts'

/** Floating-point operations of one batch of one replica. */
export function programFlop(
  program: Program,
  batch: number,
): { readonly training: number; readonly prediction: number } {
  return {
    training: listFlop(program.training, program.shapes, batch),
    prediction: listFlop(program.prediction, program.shapes, batch),
  }
}

function listFlop(statements: readonly Statement[], shapes: readonly Shape[], batch: number): number {
  let flop = 0
  for (const statement of statements) {
    if (statement.kind === 'repeat') flop += statement.count * listFlop(statement.body, shapes, batch)
    else if (statement.kind === 'let' && statement.operation.kind === 'product')
      flop += productFlop(statement.id, statement.operation, shapes, batch)
  }
  return flop
}

function productFlop(
  id: ValueId,
  operation: Extract<Operation, { kind: 'product' }>,
  shapes: readonly Shape[],
  batch: number,
): number {
  const result = shapes[id] as Shape
  const left = shapes[operation.left] as Shape
  const inner = operation.transposeLeft ? rowsOf(left, batch) : left[1]
  return 2 * rowsOf(result, batch) * result[1] * inner
}

/** Parameters of one replica (weights, not optimiser state or logs). */
export function weightCount(program: Program): number {
  return program.parameters.reduce((count, { role, shape }) => count + (role === 'weight' ? shape[0] * shape[1] : 0), 0)
}

/** Bytes of one replica's parameters and of the values of one batch, at `bytesPerNumber` each: a bound for memory forecasts. */
export function programBytes(program: Program, batch: number, bytesPerNumber: number): number {
  const parameters = program.parameters.reduce((count, { shape }) => count + shape[0] * shape[1], 0)
  const values = program.shapes.reduce((count, shape) => count + rowsOf(shape, batch) * shape[1], 0)
  return (parameters + values) * bytesPerNumber
}
