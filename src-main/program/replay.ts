/**
 * A traced rule as data, and back: what a rule that came from a file outside the source leaves, so that what runs is never
 * the file's own code. Going back, every statement is said again in the words of the language, so that a damaged or made-up
 * trace is refused by the same checks as a wrong rule, before any engine sees it.
 */
import type { Formula } from './formula.ts'
import type { Operation, ParameterDeclaration, Statement, ValueId } from './program.ts'
import type { Dimension, Shape } from './shape.ts'
import { Tracer, valueOf, type Factor, type Operand, type Parameter, type Scalar, type Value } from './trace.ts'
import { divide, map, multiply, product, reduce, softmax } from './words.ts'

export interface Traced {
  readonly parameters: readonly ParameterDeclaration[]
  readonly scalars: readonly { readonly name: string; readonly length: number; readonly formula: Formula }[]
  /** Of every value. */
  readonly shapes: readonly Shape[]
  /** What is declared before either block, then the block itself. */
  readonly training: readonly Statement[]
  readonly prediction: readonly Statement[]
  /** What layers 1 … L are at when samples are classified, made by `prediction`; the last are the scores. */
  readonly layers: readonly ValueId[]
}

/** What a rule's `build` leaves. */
export interface Described {
  train(): void
  layers(): readonly Operand[]
}

/**
 * Runs a rule's `build` once and writes down what it said.
 *
 * @throws ProgramProblem when a word is misused, or a number of a batch is a function, which is no data
 */
export function traced(rule: string, widths: readonly number[], build: (tracer: Tracer) => Described): Traced {
  const tracer = new Tracer(rule, widths)
  const described = build(tracer)
  const training = tracer.traceBlock(() => {
    described.train()
  })
  const prediction = tracer.traceBlock(() => described.layers().map((layer) => valueOf(layer).id))
  return {
    parameters: tracer.parameters,
    scalars: tracer.scalars.map(({ name, length, formula }) => {
      if (formula === null)
        throw tracer.problem(
          'scalar',
          `${name} must be a number or a formula (epoch, batch, sign, …), found a function`,
        )
      return { name, length, formula }
    }),
    shapes: tracer.shapes,
    training: training.statements,
    prediction: prediction.statements,
    layers: prediction.result,
  }
}

/** Says a traced rule again. @throws ProgramProblem where it does not hang together */
export function replay(trace: Traced, tracer: Tracer): Described {
  const parameters = trace.parameters.map(({ name, shape, initial, role }) =>
    tracer.parameter(name, shape, initial, role),
  )
  const scalars = trace.scalars.map(({ name, length, formula }) =>
    length === 1 ? tracer.scalar(name, formula) : tracer.scalarPerIteration(name, length, formula),
  )
  const block = (): Block => new Block(tracer, trace.shapes, parameters, scalars)
  return {
    train() {
      block().say(trace.training)
    },
    layers() {
      const said = block()
      said.say(trace.prediction)
      return trace.layers.map((id) => said.value(id))
    },
  }
}

class Block {
  readonly #tracer: Tracer
  readonly #shapes: readonly Shape[]
  readonly #parameters: readonly Parameter[]
  readonly #scalars: readonly Scalar[]
  readonly #values = new Map<ValueId, Value>()

  constructor(tracer: Tracer, shapes: readonly Shape[], parameters: readonly Parameter[], scalars: readonly Scalar[]) {
    this.#tracer = tracer
    this.#shapes = shapes
    this.#parameters = parameters
    this.#scalars = scalars
  }

  value(id: ValueId): Value {
    const value = this.#values.get(id)
    if (value === undefined) throw this.#tracer.problem('value', `value ${id} is used before it is made`)
    return value
  }

  say(statements: readonly Statement[]): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'let':
          this.#values.set(statement.id, this.#operation(statement.operation, statement.id))
          break
        case 'repeat':
          this.#repeat(statement)
          break
        case 'update':
          this.#parameter(statement.parameter).become(this.value(statement.value))
          break
        case 'measure':
          this.#tracer.measure(statement.name, this.value(statement.value))
          break
        case 'count':
          this.#tracer.count(this.value(statement.value))
          break
        default:
          statement satisfies never
      }
    }
  }

  #repeat({ count, carried, body }: Extract<Statement, { kind: 'repeat' }>): void {
    // What an iteration only reads of before is no state: the same value inside as outside.
    const states = carried
      .filter(({ result }) => result >= 0)
      .map((carry) => ({ ...carry, state: this.#tracer.state('state', this.value(carry.initial)) }))
    this.#tracer.repeat(count, () => {
      for (const { inner, initial, result } of carried) if (result < 0) this.#values.set(inner, this.value(initial))
      for (const { inner, state } of states) this.#values.set(inner, state.current)
      this.say(body)
      const next = states.map((carry) => this.value(carry.next))
      states.forEach(({ state }, i) => {
        state.become(next[i] as Value)
      })
    })
    for (const { result, state } of states) this.#values.set(result, state.current)
  }

  #operation(operation: Operation, id: ValueId): Value {
    switch (operation.kind) {
      case 'input':
        return operation.name === 'x' ? this.#tracer.x : this.#tracer.y
      case 'parameter':
        return this.#parameter(operation.parameter).current
      case 'fill': {
        const shape: readonly [Dimension, number] | undefined = this.#shapes[id]
        if (shape === undefined) throw this.#tracer.problem('fill', `value ${id} has no shape`)
        return this.#tracer.fill(operation.number, shape)
      }
      case 'product':
        return product(
          'product',
          ...([this.value(operation.left), this.value(operation.right)] as const),
          ...([operation.transposeLeft, operation.transposeRight, operation.mean] as const),
        )
      case 'sum':
        return this.#tracer.sum(
          operation.terms.map(({ coefficient, value }) => [this.#factor(coefficient), this.value(value)] as const),
        )
      case 'multiply':
        return multiply(this.value(operation.left), this.value(operation.right))
      case 'divide':
        return divide(this.value(operation.left), this.value(operation.right))
      case 'map':
        return map(operation.map, this.value(operation.value))
      case 'softmax':
        return softmax(this.value(operation.value))
      case 'reduce':
        return reduce(this.value(operation.value), operation.over, operation.mean)
      default:
        return operation satisfies never
    }
  }

  #parameter(index: number): Parameter {
    const parameter = this.#parameters[index]
    if (parameter === undefined) throw this.#tracer.problem('parameter', `there is no parameter ${index}`)
    return parameter
  }

  #factor({ factor, scalar }: { readonly factor: number; readonly scalar: number | null }): Factor {
    if (scalar === null) return factor
    const declared = this.#scalars[scalar]
    if (declared === undefined) throw this.#tracer.problem('scalar', `there is no scalar ${scalar}`)
    return declared.times(factor)
  }
}
