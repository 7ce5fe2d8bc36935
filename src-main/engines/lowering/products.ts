/** Which kernel computes a product. */
import type { Operation } from '../../program/program.ts'
import type { Scope } from './scope.ts'

type Product = Extract<Operation, { kind: 'product' }>

/** Contracts over the batch. */
export function isOuter(scope: Scope, operation: Product): boolean {
  return operation.transposeLeft && scope.buffers.shape(operation.left)[0] === 'batch'
}

/** Rows of a batch (or one row) times a matrix. */
export function isTiled(scope: Scope, operation: Product): boolean {
  const rows = scope.buffers.shape(operation.left)[0]
  return !operation.transposeLeft && (rows === 'batch' || rows === 1)
}
