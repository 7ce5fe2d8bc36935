/** What a dispatch does, for people who look where the time of a batch goes. */
import { writesOf, type Buffer, type Instruction } from '../lowering/plan.ts'

/** 'gather of the inputs + products': each kind of work once, in the order of the instructions. */
export function workOf(instructions: readonly Instruction[], buffers: readonly Buffer[]): string {
  const updates = (one: Instruction): boolean => writesOf(one).some((id) => (buffers[id]?.parameter ?? -1) >= 0)
  return [...new Set(instructions.map((one) => (updates(one) ? 'updates' : kindOf(one))))].join(' + ')
}

function kindOf(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'input':
      return 'gather of the inputs'
    case 'affine':
    case 'product':
      return 'products'
    case 'chain':
      return instruction.operations.some(({ kind }) => kind === 'outer') ? 'products' : 'element-wise'
    case 'softmax':
    case 'reduce':
      return 'reductions'
    case 'fill':
    case 'copy':
    case 'transpose':
    case 'measure':
      return 'copies'
    case 'count':
      return 'hits'
    case 'repeat':
      return 'settling'
    default:
      return instruction satisfies never
  }
}
