/**
 * Scores that are counted and that only one sum reads besides, as the error of an output, are computed once more for the
 * count. Else they would have to be stored before that sum is: on a device a dispatch more in every batch, where a second
 * product of the last layer is computed beside the first.
 */
import type { Program, Statement, ValueId } from '../../program/program.ts'
import type { Shape } from '../../program/shape.ts'
import { countUses } from '../../program/statements.ts'

/** The same program, with such scores apart. */
export function withCountApart(program: Program): Program {
  const { training } = program
  const counted = training.find((statement) => statement.kind === 'count')
  if (counted === undefined) return program
  const uses = countUses(training)
  const definitions = new Map(
    training.flatMap((statement) => (statement.kind === 'let' ? [[statement.id, statement.operation] as const] : [])),
  )
  const operation = definitions.get(counted.value)
  const readBySum = training.some(
    (statement) =>
      statement.kind === 'let' &&
      statement.operation.kind === 'sum' &&
      statement.operation.terms.some(({ value }) => value === counted.value),
  )
  if (operation?.kind !== 'sum' || uses.get(counted.value) !== 2 || !readBySum) return program
  const shapes: Shape[] = [...program.shapes]
  const added: Statement[] = []
  const again = (id: ValueId, made: Extract<Statement, { kind: 'let' }>['operation']): ValueId => {
    const copy = shapes.push(shapes[id] as Shape) - 1
    added.push({ kind: 'let', id: copy, operation: made })
    return copy
  }
  const terms = operation.terms.map(({ coefficient, value }) => {
    const product = definitions.get(value)
    return { coefficient, value: product?.kind === 'product' && uses.get(value) === 1 ? again(value, product) : value }
  })
  const value = again(counted.value, { kind: 'sum', terms })
  return {
    ...program,
    shapes,
    training: training.flatMap((statement) =>
      statement === counted ? [...added, { kind: 'count', value } as const] : [statement],
    ),
  }
}
