/**
 * Tracing: a rule's `build` runs once; every word it calls leaves a statement. What comes out is data (`program.ts`).
 *
 * A `Value` is one traced result and never changes. A `State` is a name that a rule gives new values (`become`,
 * `increase`), inside and outside a `repeat`; what it was at the start of an iteration is carried from the last one.
 * A `Parameter` is the same over batches. Anything with a current value can be an operand.
 */
import { evaluate, type Formula } from './formula.ts'
import type { Initial } from './initial.ts'
import { ProgramProblem } from './problem.ts'
import type { Carried, Coefficient, Operation, ParameterRole, Statement, Step, ValueId } from './program.ts'
import { broadcast, describeShape, sameShape, type Dimension, type Shape } from './shape.ts'

/** What a word takes: a value, or something that has one now. */
export type Operand = Value | State | Parameter
/** A number known when tracing, or one that the host fills in per batch. */
export type Factor = number | Scalar

export class Value {
  readonly tracer: Tracer
  readonly id: ValueId
  /** Number of the repeat it was made in; 0 outside of any. */
  readonly scope: number

  constructor(tracer: Tracer, id: ValueId, scope: number) {
    this.tracer = tracer
    this.id = id
    this.scope = scope
  }

  get shape(): Shape {
    return this.tracer.shapeOf(this.id)
  }
}

/** A per-batch number, times a constant. Made by `tracer.scalar`, scaled by `times`. */
export class Scalar {
  readonly tracer: Tracer
  readonly index: number
  readonly factor: number

  constructor(tracer: Tracer, index: number, factor: number) {
    this.tracer = tracer
    this.index = index
    this.factor = factor
  }

  /** constant · this. */
  times(constant: number): Scalar {
    return new Scalar(this.tracer, this.index, this.factor * constant)
  }
}

/** A named thing whose value a rule replaces as it goes. */
abstract class Holder {
  readonly tracer: Tracer
  readonly label: string
  /** Its value now. */
  current: Value

  constructor(tracer: Tracer, label: string, current: Value) {
    this.tracer = tracer
    this.label = label
    this.current = current
  }

  get shape(): Shape {
    return this.current.shape
  }

  /** From here on it is `operand`. */
  become(operand: Operand): void {
    const next = valueOf(operand)
    if (!sameShape(next.shape, this.current.shape))
      throw this.tracer.problem(
        'become',
        `${this.label} is ${describeShape(this.shape)} and cannot become ${describeShape(next.shape)}`,
      )
    this.tracer.requireVisible('become', next)
    this.current = next
  }

  /** this ← this + factor · operand. */
  increase(factor: Factor, operand: Operand): void {
    this.become(
      this.tracer.sum(
        [
          [1, this.current],
          [factor, operand],
        ],
        'increase',
      ),
    )
  }
}

export class State extends Holder {}

export class Parameter extends Holder {
  readonly index: number

  constructor(tracer: Tracer, label: string, current: Value, index: number) {
    super(tracer, label, current)
    this.index = index
  }
}

export function valueOf(operand: Operand): Value {
  return operand instanceof Value ? operand : operand.current
}

interface TracedParameter {
  readonly name: string
  readonly shape: readonly [number, number]
  readonly initial: Initial
  readonly role: ParameterRole
}

export interface TracedScalar {
  readonly name: string
  readonly length: number
  readonly at: (step: Step, iteration: number) => number
  /** The same as data, where the rule said it so. */
  readonly formula: Formula | null
}

interface OpenRepeat {
  readonly scope: number
  readonly count: number
  readonly body: Statement[]
}

export class Tracer {
  readonly rule: string
  readonly widths: readonly number[]
  readonly shapes: Shape[] = []
  readonly parameters: TracedParameter[] = []
  readonly scalars: TracedScalar[] = []
  /** The samples of the batch, ['batch', n₀]. */
  readonly x: Value
  /** Their labels, one-hot, ['batch', n_L]. */
  readonly y: Value

  readonly #declarations: Statement[] = []
  #statements: Statement[] = this.#declarations
  #repeat: OpenRepeat | null = null
  #repeats = 0
  readonly #states: State[] = []
  readonly #handles: Parameter[] = []
  readonly #measured = new Set<string>()

  constructor(rule: string, widths: readonly number[]) {
    this.rule = rule
    this.widths = widths
    this.x = this.record({ kind: 'input', name: 'x' }, ['batch', this.#width(0)])
    this.y = this.record({ kind: 'input', name: 'y' }, ['batch', this.#width(widths.length - 1)])
  }

  /** Declares something that stays from batch to batch: weights of shape [rows, columns], beginning as `initial`. */
  parameter(
    name: string,
    shape: readonly [number, number],
    initial: Initial,
    role: ParameterRole = 'weight',
  ): Parameter {
    if (this.parameters.some((parameter) => parameter.name === name))
      throw this.problem('parameter', `${name} is declared twice`)
    if (this.#statements !== this.#declarations)
      throw this.problem('parameter', `${name} must be declared before training or prediction is described`)
    const index = this.parameters.push({ name, shape, initial, role }) - 1
    const handle = new Parameter(this, name, this.record({ kind: 'parameter', parameter: index }, shape), index)
    this.#handles.push(handle)
    return handle
  }

  /** Declares a number that the host fills in for each batch: a rate, β with its sign, a bias correction. */
  scalar(name: string, at: Formula | ((step: Step) => number)): Scalar {
    return this.#declareScalar(name, 1, at)
  }

  /** Declares a number for each iteration (from 0) of a repeat of `count`: a decaying neural rate. */
  scalarPerIteration(name: string, count: number, at: Formula | ((iteration: number, step: Step) => number)): Scalar {
    return this.#declareScalar(name, count, typeof at === 'function' ? (step, iteration) => at(iteration, step) : at)
  }

  /** Declares something that moves within a batch, and begins as `operand`: the rates of a layer. */
  state(label: string, operand: Operand): State {
    const state = new State(this, label, valueOf(operand))
    this.#states.push(state)
    return state
  }

  /** Zeros, ['batch', columns]. */
  zeros(columns: number): Value {
    return this.fill(0, ['batch', columns])
  }

  /** Of that shape, every entry `number`. */
  fill(number: number, shape: Shape): Value {
    return this.record({ kind: 'fill', number }, shape)
  }

  /** Runs `body` `count` times; states are carried from one iteration to the next. */
  repeat(count: number, body: () => void): void {
    if (this.#repeat !== null) throw this.problem('repeat', 'a repeat inside a repeat is not part of the language')
    if (!Number.isInteger(count) || count < 0)
      throw this.problem('repeat', `the count must be a whole number from 0 up, found ${count}`)
    if (count === 0) return
    const outer = this.#statements
    const open: OpenRepeat = { scope: ++this.#repeats, count, body: [] }
    this.#repeat = open
    this.#statements = open.body
    const states = [...this.#states]
    const parametersBefore = this.#handles.map((handle) => handle.current)
    const entered = states.map((state) => {
      const initial = state.current
      state.current = new Value(this, this.#newId(initial.shape), open.scope)
      return { state, initial, inner: state.current }
    })
    try {
      body()
    } finally {
      this.#repeat = null
      this.#statements = outer
    }
    this.#handles.forEach((handle, i) => {
      if (handle.current !== parametersBefore[i])
        throw this.problem(
          'become',
          `parameter ${handle.label} changes inside a repeat; parameters change once a batch`,
        )
    })
    const carried: Carried[] = []
    for (const { state, initial, inner } of entered) {
      if (state.current === inner) {
        // Not touched by the body: reads of it inside are reads of what it was before.
        carried.push({ inner: inner.id, initial: initial.id, next: inner.id, result: -1 })
        state.current = initial
      } else {
        const result = this.#newId(initial.shape)
        carried.push({ inner: inner.id, initial: initial.id, next: state.current.id, result })
        state.current = new Value(this, result, 0)
      }
    }
    this.#statements.push({ kind: 'repeat', count, carried, body: open.body })
  }

  /** Reports `operand` under a name, for the logs. Dropped, with all that only it needs, unless somebody asks for it. */
  measure(name: string, operand: Operand): void {
    if (this.#measured.has(name)) throw this.problem('measure', `"${name}" is measured twice`)
    this.#measured.add(name)
    const value = valueOf(operand)
    this.requireVisible('measure', value)
    this.#statements.push({ kind: 'measure', name, value: value.id })
  }

  /**
   * Says that `operand` scores the batch, ['batch', n_L], before it is learned from: the largest entry of a row is the class
   * taken. Engines count the hits as they train, so that a run can tell how well it does long before an epoch ends.
   */
  count(operand: Operand): void {
    const value = valueOf(operand)
    this.requireVisible('count', value)
    if (this.#repeat !== null) throw this.problem('count', 'scores are counted once a batch, outside of any repeat')
    if (this.#statements.some(({ kind }) => kind === 'count')) throw this.problem('count', 'a batch is counted twice')
    const scores: Shape = ['batch', this.#width(this.widths.length - 1)]
    if (!sameShape(value.shape, scores))
      throw this.problem('count', `scores must be ${describeShape(scores)}, found ${describeShape(value.shape)}`)
    this.#statements.push({ kind: 'count', value: value.id })
  }

  /** Σ factorᵢ · operandᵢ. */
  sum(terms: readonly (readonly [Factor, Operand])[], word = 'sum'): Value {
    if (terms.length === 0) throw this.problem(word, 'there is nothing to add')
    let shape: Shape = [1, 1]
    const list = terms.map(([factor, operand]) => {
      const value = valueOf(operand)
      this.requireVisible(word, value)
      const wider = broadcast(shape, value.shape)
      if (wider === null)
        throw this.problem(word, `${describeShape(value.shape)} does not fit the ${describeShape(shape)} before it`)
      shape = wider
      return { coefficient: this.#coefficient(word, factor), value: value.id }
    })
    return this.record({ kind: 'sum', terms: list }, shape)
  }

  /** Records an operation whose operands were checked by its word. */
  record(operation: Operation, shape: Shape): Value {
    const id = this.#newId(shape)
    this.#statements.push({ kind: 'let', id, operation })
    return new Value(this, id, this.#repeat?.scope ?? 0)
  }

  shapeOf(id: ValueId): Shape {
    const shape = this.shapes[id]
    if (shape === undefined) throw this.problem('value', `there is no value number ${id}`)
    return shape
  }

  problem(word: string, sentence: string): ProgramProblem {
    return new ProgramProblem(this.rule, word, sentence)
  }

  /** Refuses a value of another rule's tracing, or one made inside a repeat that is over. */
  requireVisible(word: string, value: Value): void {
    if (value.tracer !== this) throw this.problem(word, 'a value of another program was used')
    if (value.scope !== 0 && value.scope !== this.#repeat?.scope)
      throw this.problem(word, 'a value made inside a repeat is used after it; keep it in a state')
  }

  /** Traces one of the two programs of a rule and returns its statements, declarations first. Parameters and states start afresh. */
  traceBlock<T>(describe: () => T): { statements: readonly Statement[]; result: T } {
    const before = this.#handles.map((handle) => handle.current)
    const knownStates = this.#states.length
    const statements: Statement[] = []
    this.#statements = statements
    this.#measured.clear()
    let result: T
    try {
      result = describe()
    } finally {
      this.#statements = this.#declarations
    }
    this.#handles.forEach((handle, i) => {
      const initial = before[i]
      if (initial === undefined || handle.current === initial) return
      statements.push({ kind: 'update', parameter: handle.index, value: handle.current.id })
      handle.current = initial
    })
    this.#states.length = knownStates
    return { statements: [...this.#declarations, ...statements], result }
  }

  #declareScalar(name: string, length: number, at: Formula | TracedScalar['at']): Scalar {
    if (this.scalars.some((scalar) => scalar.name === name)) throw this.problem('scalar', `${name} is declared twice`)
    const scalar: TracedScalar =
      typeof at === 'function'
        ? { name, length, at, formula: null }
        : { name, length, at: (step, iteration) => evaluate(at, step, iteration), formula: at }
    return new Scalar(this, this.scalars.push(scalar) - 1, 1)
  }

  #coefficient(word: string, factor: Factor): Coefficient {
    if (typeof factor === 'number') {
      if (!Number.isFinite(factor)) throw this.problem(word, `a factor must be a finite number, found ${factor}`)
      return { factor, scalar: null }
    }
    if (factor.tracer !== this) throw this.problem(word, 'a scalar of another program was used')
    const scalar = this.scalars[factor.index]
    if (scalar !== undefined && scalar.length !== 1 && scalar.length !== this.#repeat?.count)
      throw this.problem(
        word,
        `${scalar.name} has ${scalar.length} iterations and is used in ${this.#repeat === null ? 'no repeat' : `a repeat of ${this.#repeat.count}`}`,
      )
    return { factor: factor.factor, scalar: factor.index }
  }

  #newId(shape: Shape): ValueId {
    const [rows, columns] = shape
    if (!isSize(rows) || !Number.isInteger(columns) || columns < 1)
      throw this.problem('value', `a shape of ${describeShape(shape)} is not possible`)
    return this.shapes.push(shape) - 1
  }

  #width(layer: number): number {
    const width = this.widths[layer]
    if (width === undefined) throw new RangeError(`${this.rule}: the network has no layer ${layer}`)
    return width
  }
}

function isSize(rows: Dimension): boolean {
  return rows === 'batch' || (Number.isInteger(rows) && rows >= 1)
}
