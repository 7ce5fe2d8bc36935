/** Fused element-wise operations, outer products over the batch among them, without storing intermediates. */
import type { Instruction, StripOperation } from '../../lowering/plan.ts'
import { mapped } from '../maps.ts'
import { THREADS, type Kernel, type Writer } from '../writer.ts'

type Chain = Extract<Instruction, { kind: 'chain' }>

export function chain(instruction: Chain, writer: Writer): Kernel {
  const target = targetOf(instruction)
  const { transposed } = writer.buffer(target)
  const rows = writer.rows(target)
  const columns = writer.columns(target)
  // Neighbouring threads take entries that are neighbours in memory, so that accesses coalesce.
  const across = transposed ? rows : columns
  return {
    body: `let index = g * ${THREADS}u + tid;
if (index < ${rows} * ${columns}) {
let down = index / ${across};
let along = index % ${across};
let row = ${transposed ? 'along' : 'down'};
let column = ${transposed ? 'down' : 'along'};
${instruction.operations.map((one) => operationText(one, writer)).join('\n')}
}`,
    groups: (place) => Math.ceil((place.rows(target) * writer.buffer(target).columns) / THREADS),
  }
}

/** What all entries of a chain have the shape of: the first thing it stores. */
export function targetOf({ operations }: Chain): number {
  const store = operations.find((one) => one.kind === 'store')
  if (store === undefined) throw new Error('a chain stores what it makes')
  return store.buffer
}

function operationText(operation: StripOperation, writer: Writer): string {
  switch (operation.kind) {
    case 'load':
      return `let r${operation.to} = ${writer.entry(operation.buffer, writer.base(operation.buffer), 'row', 'column')};`
    case 'store':
      return `${writer.entry(operation.buffer, writer.base(operation.buffer), 'row', 'column')} = r${operation.from};`
    case 'outer': {
      const { left, right, to, mean } = operation
      return `var r${to} = 0f;
{
  let a = ${writer.base(left)} + down;
  let b = ${writer.base(right)} + along;
  for (var k = 0u; k < ${writer.rows(left)}; k++) { r${to} += ${writer.space(left)}[a + k * ${writer.columns(left)}] * ${writer.space(right)}[b + k * ${writer.columns(right)}]; }
}
${mean ? `r${to} *= ${writer.number((place) => 1 / place.rows(left))};` : ''}`
    }
    default:
      return `let r${operation.to} = ${stripText(operation, writer)};`
  }
}

/** An operation on registers r0, r1, … */
export function stripText(
  operation: Exclude<StripOperation, { kind: 'load' | 'store' | 'outer' }>,
  writer: Writer,
  iteration?: string,
): string {
  switch (operation.kind) {
    case 'sum': {
      const terms = operation.terms.map(
        ({ coefficient, from }) => `${writer.coefficient(coefficient, iteration)} * r${from}`,
      )
      if (operation.constant.length > 0) terms.push(writer.coefficient(operation.constant, iteration))
      return terms.join(' + ')
    }
    case 'multiply':
      return `r${operation.left} * r${operation.right}`
    case 'divide':
      return `r${operation.left} / r${operation.right}`
    case 'map':
      return mapped(operation.map, `r${operation.from}`)
    default:
      return operation satisfies never
  }
}
