/**
 * Runs a statement list for one batch of one replica, statement by statement, as `program/program.ts` says.
 */
import { MAPS } from '../../program/activations.ts'
import type { Coefficient, Operation, Program, Statement, ValueId } from '../../program/program.ts'
import { entriesOf, rowsOf } from '../../program/shape.ts'
import type { Numbers, Precision } from '../engine.ts'
import { elementwise, map, product, reduce, softmax, sum, type Matrix } from './loops.ts'

export function zeros(length: number, precision: Precision): Numbers {
  return precision === 'float64' ? new Float64Array(length) : new Float32Array(length)
}

/** What one batch reads, besides the program. */
interface Inputs {
  readonly x: Numbers
  readonly y: Numbers
  readonly parameters: readonly Numbers[]
  readonly scalars: Float64Array
}

/** What hears of a batch; the entries are valid during the call. */
interface Listener {
  /** Called for each `measure`, once per iteration; null where nothing is measured. */
  readonly measure: ((name: string, entries: Numbers) => void) | null
  /** Called with the scores whose hits are counted. */
  readonly count: (scores: Numbers) => void
}

/** The values of one batch size. Each value has entries of its own, used again batch after batch. */
export class Workspace {
  readonly #program: Program
  readonly #batch: number
  readonly #precision: Precision
  readonly #own: (Matrix | undefined)[] = []
  /** What each id stands for now: its own entries, or those of a parameter or an input. */
  readonly #values: (Matrix | undefined)[] = []

  constructor(program: Program, batch: number, precision: Precision) {
    this.#program = program
    this.#batch = batch
    this.#precision = precision
  }

  /** One training batch: overwrites `parameters` when all statements are done. */
  train(inputs: Inputs, listener: Listener): void {
    const updates: { parameter: number; value: ValueId }[] = []
    this.#run(this.#program.training, inputs, listener, 0, updates)
    // A value that is itself a parameter as it was must not be overwritten before it is read.
    const next = updates.map(({ value }) => {
      const { entries } = this.#value(value)
      return inputs.parameters.includes(entries) ? entries.slice() : entries
    })
    updates.forEach(({ parameter }, i) => inputs.parameters[parameter]?.set(next[i] as Numbers))
  }

  /** Scores of the batch's samples, row by row; valid until the next call. */
  predict(inputs: Inputs): Numbers {
    this.#run(this.#program.prediction, inputs, null, 0, [])
    return this.#value(this.#program.scores).entries
  }

  #run(
    statements: readonly Statement[],
    inputs: Inputs,
    listener: Listener | null,
    iteration: number,
    updates: { parameter: number; value: ValueId }[],
  ): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'let':
          this.#compute(statement.id, statement.operation, inputs, iteration)
          break
        case 'repeat':
          this.#repeat(statement, inputs, listener, updates)
          break
        case 'update':
          updates.push({ parameter: statement.parameter, value: statement.value })
          break
        case 'measure':
          listener?.measure?.(statement.name, this.#value(statement.value).entries)
          break
        case 'count':
          listener?.count(this.#value(statement.value).entries)
          break
        default:
          statement satisfies never
      }
    }
  }

  #repeat(
    { count, carried, body }: Extract<Statement, { kind: 'repeat' }>,
    inputs: Inputs,
    listener: Listener | null,
    updates: { parameter: number; value: ValueId }[],
  ): void {
    const inner = new Set(carried.map((carry) => carry.inner))
    for (const carry of carried) this.#copy(carry.inner, this.#value(carry.initial).entries)
    for (let iteration = 0; iteration < count; iteration++) {
      this.#run(body, inputs, listener, iteration, updates)
      // All carries move at once: one that takes another's inner value must see it as it was.
      const next = carried.map((carry) => {
        const { entries } = this.#value(carry.next)
        return inner.has(carry.next) ? entries.slice() : entries
      })
      carried.forEach((carry, i) => this.#copy(carry.inner, next[i] as Numbers))
    }
    for (const carry of carried) this.#copy(carry.result, this.#value(carry.inner).entries)
  }

  #compute(id: ValueId, operation: Operation, inputs: Inputs, iteration: number): void {
    switch (operation.kind) {
      case 'input':
        this.#values[id] = this.#matrix(id, operation.name === 'x' ? inputs.x : inputs.y)
        return
      case 'parameter':
        this.#values[id] = this.#matrix(id, inputs.parameters[operation.parameter] as Numbers)
        return
      default:
        break
    }
    const out = this.#ownOf(id)
    switch (operation.kind) {
      case 'fill':
        out.entries.fill(operation.number)
        break
      case 'product': {
        const left = this.#value(operation.left)
        const inner = operation.transposeLeft ? left.rows : left.columns
        const right = this.#value(operation.right)
        const scale = operation.mean ? 1 / inner : 1
        product(out, left, right, operation.transposeLeft, operation.transposeRight, scale)
        break
      }
      case 'sum':
        sum(
          out,
          operation.terms.map(({ coefficient }) =>
            coefficientAt(this.#program, coefficient, inputs.scalars, iteration),
          ),
          operation.terms.map(({ value }) => this.#value(value)),
        )
        break
      case 'multiply':
      case 'divide':
        elementwise(operation.kind, out, this.#value(operation.left), this.#value(operation.right))
        break
      case 'map':
        map(out, this.#value(operation.value), MAPS[operation.map])
        break
      case 'softmax':
        softmax(out, this.#value(operation.value))
        break
      case 'reduce':
        reduce(out, this.#value(operation.value), operation.over, operation.mean)
        break
      default:
        operation satisfies never
    }
  }

  #value(id: ValueId): Matrix {
    const value = this.#values[id]
    if (value === undefined) throw new Error(`value ${id} is read before it is made`)
    return value
  }

  /** The id's own entries, allocated at first use; from here on they are what the id stands for. */
  #ownOf(id: ValueId): Matrix {
    const shape = this.#program.shapes[id]
    if (shape === undefined) throw new Error(`value ${id} has no shape`)
    const own = (this.#own[id] ??= this.#matrix(id, zeros(entriesOf(shape, this.#batch), this.#precision)))
    this.#values[id] = own
    return own
  }

  #copy(id: ValueId, entries: Numbers): void {
    this.#ownOf(id).entries.set(entries)
  }

  #matrix(id: ValueId, entries: Numbers): Matrix {
    const shape = this.#program.shapes[id]
    if (shape === undefined) throw new Error(`value ${id} has no shape`)
    return { rows: rowsOf(shape, this.#batch), columns: shape[1], entries }
  }
}

/** factor · scalar; a scalar that follows a repeat's iterations is read at the iteration. */
function coefficientAt(
  program: Program,
  { factor, scalar }: Coefficient,
  scalars: ArrayLike<number>,
  iteration: number,
): number {
  if (scalar === null) return factor
  const declaration = program.scalars[scalar]
  if (declaration === undefined) throw new Error(`the program has no scalar ${scalar}`)
  return factor * (scalars[declaration.offset + (declaration.length > 1 ? iteration : 0)] as number)
}
