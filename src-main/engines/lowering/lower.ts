/**
 * From a program to what the native and the WebGPU engine execute: buffers, and instructions that each do as much as
 * possible with a number while it is in a register. Sums with products become an `affine` (affine.ts), everything else
 * entry by entry a `chain` (chain.ts), loops a `repeat` (repeat.ts).
 *
 * Values are computed when something needs them, from the last statement up, so that what one pass can compute together
 * is computed together. Nothing here depends on the batch size, the replicas or the threads.
 */
import type { Program, Statement } from '../../program/program.ts'
import { chooseLayout, type MatrixLayout } from '../matrix-layout.ts'
import { Block } from './block.ts'
import { BufferTable } from './buffer-table.ts'
import { withCountApart } from './count.ts'
import type { Lowered, LoweredProgram } from './plan.ts'

/** Lowers both programs of a rule; parameters are stored in `layout`, by default the best for this very program. */
export function lower(program: Program, layout: MatrixLayout = chooseLayout(program)): LoweredProgram {
  const { transposed, transposedParameters } = layout
  const apart = withCountApart(program)
  return {
    transposedParameters,
    training: lowered(apart, apart.training, transposed),
    prediction: lowered(program, program.prediction, transposed),
  }
}

function lowered(program: Program, statements: readonly Statement[], transposed: readonly boolean[]): Lowered {
  const memory = new BufferTable(program, statements, transposed)
  const block = new Block(memory, null)
  block.take(statements)
  const scores = statements === program.prediction ? block.materialise(program.scores) : -1
  block.finish()
  return { buffers: memory.buffers, instructions: block.instructions, scores }
}
