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

/**
 * Bytes of parameters that a training batch of one replica must move, at `bytesPerNumber` each: read once what any
 * statement reads, written once what it updates. Activities are taken to stay in the cache.
 */
export function trainingBytes({ parameters, training }: Program, bytesPerNumber: number): number {
  const read = new Set<number>()
  const written = new Set<number>()
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements)
      if (statement.kind === 'repeat') visit(statement.body)
      else if (statement.kind === 'update') written.add(statement.parameter)
      else if (statement.kind === 'let' && statement.operation.kind === 'parameter')
        read.add(statement.operation.parameter)
  }
  visit(training)
  const numbers = (moved: ReadonlySet<number>): number =>
    parameters.reduce((sum, { shape: [rows, columns] }, index) => sum + (moved.has(index) ? rows * columns : 0), 0)
  return (numbers(read) + numbers(written)) * bytesPerNumber
}

/** What a machine does in a second at most. */
export interface Rates {
  /** 10⁹ floating-point operations, a multiply-add counting two. */
  readonly gflops: number
  /** 10⁹ bytes read or written. */
  readonly gigabytes: number
}

export interface Floor {
  readonly msPerBatch: number
  readonly boundBy: 'operations' | 'bytes'
}

/**
 * The least time that a machine of these rates needs for a training batch of one replica in float32: the longer of
 * `programFlop` / gflops and `trainingBytes` / gigabytes. Element-wise work is in neither, so a rule of many roots or
 * exponentials cannot reach it.
 */
export function trainingFloor(program: Program, batch: number, { gflops, gigabytes }: Rates): Floor {
  const operations = programFlop(program, batch).training / (gflops * 1e6)
  const bytes = trainingBytes(program, 4) / (gigabytes * 1e6)
  return operations >= bytes
    ? { msPerBatch: operations, boundBy: 'operations' }
    : { msPerBatch: bytes, boundBy: 'bytes' }
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
