/** Fused element-wise operations, outer products over the batch among them, without storing intermediates. */
import type { Instruction, StripOperation } from '../../lowering/plan.ts'
import { mapped } from '../maps.ts'
import { THREADS, type Kernel, type Writer } from '../writer.ts'

type Chain = Extract<Instruction, { kind: 'chain' }>
type Outer = Extract<StripOperation, { kind: 'outer' }>

/** @param block entries, one below the other, that a thread computes where there are outer products: each reads the right state once for all of them */
export function chain(instruction: Chain, writer: Writer, block: number): Kernel {
  const target = targetOf(instruction)
  const { operations } = instruction
  const { transposed, columns: wide } = writer.buffer(target)
  const rows = writer.rows(target)
  const columns = writer.columns(target)
  // Neighbouring threads take entries that are neighbours in memory, so that accesses coalesce.
  const [across, down] = transposed ? [rows, columns] : [columns, rows]
  const outers = operations.filter((one) => one.kind === 'outer')
  const each = outers.length === 0 ? 1 : block
  const entries = Array.from(
    { length: each },
    (_, n) => `if (top + ${n}u < ${down}) {
let down = top + ${n}u;
let row = ${transposed ? 'along' : 'down'};
let column = ${transposed ? 'down' : 'along'};
${operations.map((one) => operationText(one, writer, n)).join('\n')}
}`,
  )
  return {
    body: `let index = g * ${THREADS}u + tid;
let top = index / ${across} * ${each}u;
let along = index % ${across};
if (top < ${down}) {
${outers.map((one) => outerText(one, writer, each, down)).join('\n')}
${entries.join('\n')}
}`,
    groups: (place) => {
      const [alongs, downs] = transposed ? [place.rows(target), wide] : [wide, place.rows(target)]
      return Math.ceil((alongs * Math.ceil(downs / each)) / THREADS)
    },
  }
}

/** The sums over the batch of a block of entries. */
function outerText({ left, right, to, mean }: Outer, writer: Writer, block: number, down: string): string {
  const all = Array.from({ length: block }, (_, n) => n)
  const factor = mean ? ` * ${writer.number((place) => 1 / place.rows(left))}` : ''
  return `${all.map((n) => `var o${to}_${n} = 0f;`).join('\n')}
{
  let b = ${writer.base(right)} + along;
  ${all.map((n) => `let a${n} = ${writer.base(left)} + min(top + ${n}u, ${down} - 1u);`).join('\n')}
  for (var k = 0u; k < ${writer.rows(left)}; k++) {
    let other = ${writer.space(right)}[b + k * ${writer.columns(right)}];
    let at = k * ${writer.columns(left)};
    ${all.map((n) => `o${to}_${n} += ${writer.space(left)}[a${n} + at] * other;`).join('\n')}
  }
  ${factor === '' ? '' : all.map((n) => `o${to}_${n} = o${to}_${n}${factor};`).join('\n')}
}`
}

/** What all entries of a chain have the shape of: the first thing it stores. */
export function targetOf({ operations }: Chain): number {
  const store = operations.find((one) => one.kind === 'store')
  if (store === undefined) throw new Error('a chain stores what it makes')
  return store.buffer
}

function operationText(operation: StripOperation, writer: Writer, n: number): string {
  switch (operation.kind) {
    case 'load':
      return `let r${operation.to} = ${writer.entry(operation.buffer, writer.base(operation.buffer), 'row', 'column')};`
    case 'store':
      return `${writer.entry(operation.buffer, writer.base(operation.buffer), 'row', 'column')} = r${operation.from};`
    case 'outer':
      return `let r${operation.to} = o${operation.to}_${n};`
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
