/**
 * From a rule's `build` to a program: trace, hoist, share, simplify, drop what nobody reads, number densely.
 */
import { hoist } from './hoist.ts'
import type {
  Compiled,
  MeasurementDeclaration,
  Program,
  ScalarDeclaration,
  Statement,
  Step,
  ValueId,
} from './program.ts'
import { prune } from './prune.ts'
import { describeShape, type Shape } from './shape.ts'
import { share } from './share.ts'
import { addBeforeMultiplying, writeOut } from './simplify.ts'
import { renamed } from './statements.ts'
import { Tracer, valueOf, type Operand, type TracedScalar } from './trace.ts'

/** What a rule's `build` leaves: how a batch trains and how samples are scored. */
export interface Behaviour {
  train(): void
  predict(): Operand
}

/**
 * Compiles one rule with its settings for one network.
 *
 * @param keep names of measurements and of log parameters to keep; everything else that only a log reads is dropped
 * @param learns false for a program whose training batches leave every parameter as it is, and compute nothing for that
 * @throws ProgramProblem when the rule misuses a word
 */
export function compile(
  rule: string,
  widths: readonly number[],
  build: (tracer: Tracer) => Behaviour,
  keep: readonly string[] = [],
  learns = true,
): Compiled {
  const tracer = new Tracer(rule, widths)
  const behaviour = build(tracer)
  const training = tracer.traceBlock(() => behaviour.train())
  const prediction = tracer.traceBlock(() => valueOf(behaviour.predict()))
  const classes = widths[widths.length - 1]
  const [rows, columns] = prediction.result.shape
  if (rows !== 'batch' || columns !== classes)
    throw tracer.problem(
      'predict',
      `scores must be batch × ${classes}, found ${describeShape(prediction.result.shape)}`,
    )

  const kept = new Set(keep)
  const aliveParameter = (index: number): boolean => {
    const parameter = tracer.parameters[index]
    return parameter !== undefined && (parameter.role !== 'log' || kept.has(parameter.name))
  }
  const shapes: Shape[] = [...tracer.shapes]
  const optimise = (
    statements: readonly Statement[],
    values: readonly ValueId[],
  ): { statements: Statement[]; values: ValueId[] } => {
    const names = new Map<ValueId, ValueId>()
    const shared = share(hoist(statements, tracer.scalars), names)
    const followed = values.map((id) => names.get(id) ?? id)
    const pruned = (list: readonly Statement[]): Statement[] =>
      prune(list, {
        values: followed,
        measurement: (name) => kept.has(name),
        update: (parameter) => learns && aliveParameter(parameter),
      })
    return {
      statements: pruned(writeOut(pruned(addBeforeMultiplying(pruned(shared), shapes)), shapes)),
      values: followed,
    }
  }
  const train = optimise(training.statements, [])
  const predict = optimise(prediction.statements, [prediction.result.id])

  const scalars = layOut(tracer.scalars)
  const scalarCount = scalars.reduce((length, scalar) => length + scalar.length, 0)
  const dense = number(
    shapes,
    tracer.parameters.map((_, index) => aliveParameter(index)),
  )
  const program: Program = {
    rule,
    widths,
    parameters: tracer.parameters.filter((_, index) => aliveParameter(index)),
    scalars,
    scalarCount,
    training: dense.rewrite(train.statements),
    prediction: dense.rewrite(predict.statements),
    scores: dense.value(predict.values[0] as ValueId),
    shapes: dense.shapes,
    measurements: measurementsOf(train.statements, shapes),
  }
  return { program, scalarsAt: (step) => fillScalars(tracer.scalars, scalarCount, step) }
}

function layOut(scalars: readonly TracedScalar[]): ScalarDeclaration[] {
  let offset = 0
  return scalars.map(({ name, length }) => {
    const declaration = { name, length, offset }
    offset += length
    return declaration
  })
}

function fillScalars(scalars: readonly TracedScalar[], length: number, step: Step): Float64Array {
  const values = new Float64Array(length)
  let position = 0
  for (const scalar of scalars)
    for (let iteration = 0; iteration < scalar.length; iteration++) values[position++] = scalar.at(step, iteration)
  return values
}

function measurementsOf(
  statements: readonly Statement[],
  shapes: readonly Shape[],
  iterations = 1,
): MeasurementDeclaration[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'repeat') return measurementsOf(statement.body, shapes, statement.count)
    return statement.kind === 'measure'
      ? [{ name: statement.name, shape: shapes[statement.value] as Shape, iterations }]
      : []
  })
}

/** Gives the values and parameters that are left the numbers 0, 1, 2, … in order of appearance. */
function number(shapes: readonly Shape[], aliveParameters: readonly boolean[]) {
  const ids = new Map<ValueId, ValueId>()
  const dense: Shape[] = []
  const value = (id: ValueId): ValueId => {
    const known = ids.get(id)
    if (known !== undefined) return known
    ids.set(id, dense.push(shapes[id] as Shape) - 1)
    return dense.length - 1
  }
  const parameters: number[] = []
  let next = 0
  for (const alive of aliveParameters) parameters.push(alive ? next++ : -1)
  const rewriteParameters = (statements: readonly Statement[]): Statement[] =>
    statements.map((statement): Statement => {
      if (statement.kind === 'update') return { ...statement, parameter: parameters[statement.parameter] as number }
      if (statement.kind === 'repeat') return { ...statement, body: rewriteParameters(statement.body) }
      if (statement.kind === 'let' && statement.operation.kind === 'parameter')
        return {
          ...statement,
          operation: { kind: 'parameter', parameter: parameters[statement.operation.parameter] as number },
        }
      return statement
    })
  return {
    shapes: dense,
    value,
    rewrite: (statements: readonly Statement[]): Statement[] => rewriteParameters(renamed(statements, value)),
  }
}
