/**
 * The words of `apical/rule`, for editors. Made from Apical's own sources; "apical rule types" writes it again.
 * A rule names it in its first line: /// <reference path="./apical-rule.d.ts" />
 */
declare module 'apical/rule' {
  const VALUE: unique symbol
  /** What `number`, `choice` and the like make; in `build` its value is a T. */
  interface Setting<T> {
    readonly [VALUE]: T
  }
  /** The values of settings, by key. */
  type Values<T> = { [K in keyof T]: T[K] extends Setting<infer V> ? V : never }

  /** Where training stands: see `Step`; `iteration` counts from 0 inside the repeat whose iterations a scalar follows. */
  type FormulaVariable = 'epoch' | 'batch' | 'sign' | 'iteration'

  const FORMULA_VARIABLES: readonly ['epoch', 'batch', 'sign', 'iteration']

  const FORMULA_FUNCTIONS: readonly ['floor', 'root', 'exp']

  const FORMULA_OPERATIONS: readonly ['plus', 'minus', 'times', 'over', 'power', 'smaller', 'larger']

  type Formula =
    | number
    | {
        readonly variable: FormulaVariable
      }
    | {
        readonly function: keyof typeof OF_ONE
        readonly of: Formula
      }
    | {
        readonly operation: keyof typeof OF_TWO
        readonly left: Formula
        readonly right: Formula
      }
    /** `then` where `variable` is at least `from`, else `before`. */
    | {
        readonly variable: FormulaVariable
        readonly from: number
        readonly then: Formula
        readonly before: Formula
      }

  const OF_ONE: {
    readonly floor: (x: number) => number
    readonly root: (x: number) => number
    readonly exp: (x: number) => number
  }

  const OF_TWO: {
    readonly plus: (a: number, b: number) => number
    readonly minus: (a: number, b: number) => number
    readonly times: (a: number, b: number) => number
    readonly over: (a: number, b: number) => number
    readonly power: (a: number, b: number) => number
    readonly smaller: (...values: number[]) => number
    readonly larger: (...values: number[]) => number
  }

  /** The epoch, from 0. */
  const epoch: Formula

  /** Batches trained since the beginning, from 0. */
  const batch: Formula

  /** +1 or −1, by a fair coin tossed once per batch. */
  const sign: Formula

  /** The iteration, from 0, of the repeat that a `scalarPerIteration` follows. */
  const iteration: Formula

  /** a + b. */
  const plus: (a: Formula, b: Formula) => Formula

  /** a − b. */
  const minus: (a: Formula, b: Formula) => Formula

  /** a · b. */
  const times: (a: Formula, b: Formula) => Formula

  /** a / b. */
  const over: (a: Formula, b: Formula) => Formula

  /** aᵇ. */
  const power: (a: Formula, b: Formula) => Formula

  /** The smaller of a and b. */
  const smaller: (a: Formula, b: Formula) => Formula

  /** The larger of a and b. */
  const larger: (a: Formula, b: Formula) => Formula

  /** The largest whole number that is not above a. */
  const floor: (a: Formula) => Formula

  /** √a. */
  const root: (a: Formula) => Formula

  /** eᵃ. */
  const exp: (a: Formula) => Formula

  /** `then` from that epoch (from 0) on, `before` until then. */
  const fromEpoch: (from: number, then: Formula, before: Formula) => Formula

  /** What a schedule of epochs multiplies a rate by: base^epoch of the last piece begun; 1 before the first. */
  function scheduled(
    pieces: readonly {
      readonly fromEpoch: number
      readonly base: number
    }[],
  ): Formula

  /** The number that a formula gives. */
  function evaluate(formula: Formula, step: Step, at: number): number

  /** What a scalar may depend on: where training stands, per replica. */
  interface Step {
    /** From 0. */
    readonly epoch: number
    /** Batches trained since the beginning, from 0. */
    readonly batch: number
    /** A fair coin, tossed once per batch. */
    readonly sign: 1 | -1
  }

  /** Things counted by layer as papers count them: `W(k)` for k = from … to. Asking for another layer is an error in the rule. */
  function layers<T>(from: number, to: number, make: (k: number) => T): (k: number) => T

  /** W r for every sample: r Wᵀ. [out, in] and ['batch', in] give ['batch', out]. */
  function apply(weight: Operand, rates: Operand): Value

  /** What a word takes: a value, or something that has one now. */
  type Operand = Value | State | Parameter

  class Value {
    readonly tracer: Tracer
    readonly id: ValueId
    /** Number of the repeat it was made in; 0 outside of any. */
    readonly scope: number
    constructor(tracer: Tracer, id: ValueId, scope: number)
    get shape(): Shape
  }

  class Tracer {
    #private
    readonly rule: string
    readonly widths: readonly number[]
    readonly shapes: Shape[]
    readonly parameters: TracedParameter[]
    readonly scalars: TracedScalar[]
    /** The samples of the batch, ['batch', n₀]. */
    readonly x: Value
    /** Their labels, one-hot, ['batch', n_L]. */
    readonly y: Value
    constructor(rule: string, widths: readonly number[])
    /** Declares something that stays from batch to batch: weights of shape [rows, columns], beginning as `initial`. */
    parameter(name: string, shape: readonly [number, number], initial: Initial, role?: ParameterRole): Parameter
    /** Declares a number that the host fills in for each batch: a rate, β with its sign, a bias correction. */
    scalar(name: string, at: Formula | ((step: Step) => number)): Scalar
    /** Declares a number for each iteration (from 0) of a repeat of `count`: a decaying neural rate. */
    scalarPerIteration(name: string, count: number, at: Formula | ((iteration: number, step: Step) => number)): Scalar
    /** Declares something that moves within a batch, and begins as `operand`: the rates of a layer. */
    state(label: string, operand: Operand): State
    /** Zeros, ['batch', columns]. */
    zeros(columns: number): Value
    /** Of that shape, every entry `number`. */
    fill(number: number, shape: Shape): Value
    /** Runs `body` `count` times; states are carried from one iteration to the next. */
    repeat(count: number, body: () => void): void
    /** Reports `operand` under a name, for the logs. Dropped, with all that only it needs, unless somebody asks for it. */
    measure(name: string, operand: Operand): void
    /**
     * Says that `operand` scores the batch, ['batch', n_L], before it is learned from: the largest entry of a row is the class
     * taken. Engines count the hits as they train, so that a run can tell how well it does long before an epoch ends.
     */
    count(operand: Operand): void
    /** Σ factorᵢ · operandᵢ. */
    sum(terms: readonly (readonly [Factor, Operand])[], word?: string): Value
    /** Records an operation whose operands were checked by its word. */
    record(operation: Operation, shape: Shape): Value
    shapeOf(id: ValueId): Shape
    problem(word: string, sentence: string): ProgramProblem
    /** Refuses a value of another rule's tracing, or one made inside a repeat that is over. */
    requireVisible(word: string, value: Value): void
    /** Traces one of the two programs of a rule and returns its statements, declarations first. Parameters and states start afresh. */
    traceBlock<T>(describe: () => T): {
      statements: readonly Statement[]
      result: T
    }
  }

  type Shape = readonly [rows: Dimension, columns: number]

  /**
   * Shapes: two dimensions, known when a rule is traced. Samples are rows, so a layer's activity is `['batch', units]`,
   * a weight `[out, in]`, a bias `[1, units]`, one number per sample `['batch', 1]`, a scalar `[1, 1]`.
   * 'batch' stays a word: one program serves every batch size.
   */
  type Dimension = number | 'batch'

  interface TracedParameter {
    readonly name: string
    readonly shape: readonly [number, number]
    readonly initial: Initial
    readonly role: ParameterRole
  }

  type Initial =
    /** Every entry the same. */
    | {
        readonly kind: 'constant'
        readonly value: number
      }
    /** Ones on the diagonal. */
    | {
        readonly kind: 'identity'
      }
    /** U(−bound, bound). */
    | {
        readonly kind: 'uniform'
        readonly bound: number
      }
    /** N(0, 1). */
    | {
        readonly kind: 'normal'
      }
    /** U(−a, a), a = √(6 / (rows + columns)) (Glorot & Bengio 2010). */
    | {
        readonly kind: 'xavier'
      }
    /** M Mᵀ with M xavier, rows × rows: symmetric and positive semi-definite (the lateral weights of CorInfoMax, arXiv 2306.04810). */
    | {
        readonly kind: 'xavierGram'
      }

  /** weight: learned and exported; optimiser: learned state that is only checkpointed; log: kept only while a measurement reads it. */
  type ParameterRole = 'weight' | 'optimiser' | 'log'

  interface TracedScalar {
    readonly name: string
    readonly length: number
    readonly at: (step: Step, iteration: number) => number
    /** The same as data, where the rule said it so. */
    readonly formula: Formula | null
  }

  class Parameter extends Holder {
    readonly index: number
    constructor(tracer: Tracer, label: string, current: Value, index: number)
  }

  /** A named thing whose value a rule replaces as it goes. */
  abstract class Holder {
    readonly tracer: Tracer
    readonly label: string
    /** Its value now. */
    current: Value
    constructor(tracer: Tracer, label: string, current: Value)
    get shape(): Shape
    /** From here on it is `operand`. */
    become(operand: Operand): void
    /** this ← this + factor · operand. */
    increase(factor: Factor, operand: Operand): void
  }

  /** A number known when tracing, or one that the host fills in per batch. */
  type Factor = number | Scalar

  /** A per-batch number, times a constant. Made by `tracer.scalar`, scaled by `times`. */
  class Scalar {
    readonly tracer: Tracer
    readonly index: number
    readonly factor: number
    constructor(tracer: Tracer, index: number, factor: number)
    /** constant · this. */
    times(constant: number): Scalar
  }

  class State extends Holder {}

  type Operation =
    /** The batch's samples ['batch', n₀] or one-hot targets ['batch', n_L]. */
    | {
        readonly kind: 'input'
        readonly name: 'x' | 'y'
      }
    /** A parameter as it was before this batch. */
    | {
        readonly kind: 'parameter'
        readonly parameter: number
      }
    /** Every entry the same number. */
    | {
        readonly kind: 'fill'
        readonly number: number
      }
    /**
     * Matrix product op(left)·op(right). With transposeLeft and rows 'batch' on both sides it contracts over the batch;
     * `mean` then divides by the batch size.
     */
    | {
        readonly kind: 'product'
        readonly left: ValueId
        readonly right: ValueId
        readonly transposeLeft: boolean
        readonly transposeRight: boolean
        readonly mean: boolean
      }
    /** Σ coefficientᵢ · valueᵢ; rows or columns of 1 stretch. */
    | {
        readonly kind: 'sum'
        readonly terms: readonly Term[]
      }
    /** Element-wise left·right or left/right; rows or columns of 1 stretch. */
    | {
        readonly kind: 'multiply' | 'divide'
        readonly left: ValueId
        readonly right: ValueId
      }
    /** A named function of each entry. */
    | {
        readonly kind: 'map'
        readonly map: MapName
        readonly value: ValueId
      }
    /** Row-wise softmax, computed after subtracting the row's maximum. */
    | {
        readonly kind: 'softmax'
        readonly value: ValueId
      }
    /** Sum over columns (→ [rows, 1]), over rows (→ [1, columns]) or all (→ [1, 1]); `mean` divides by the number of entries added. */
    | {
        readonly kind: 'reduce'
        readonly over: 'rows' | 'columns' | 'all'
        readonly mean: boolean
        readonly value: ValueId
      }

  /** Index of a value; its shape is `shapes[id]`. */
  type ValueId = number

  interface Term {
    readonly coefficient: Coefficient
    readonly value: ValueId
  }

  /** factor · scalar, where `scalar` (an index into the program's scalars) may be absent. */
  interface Coefficient {
    readonly factor: number
    readonly scalar: number | null
  }

  type MapName = keyof typeof MAPS

  /** NaN passes through every function that compares, so that a diverged network is seen and not clipped away. */
  const MAPS: {
    /** clip(v, 0, 1). */
    readonly hardSigmoid: (v: number) => number
    /** max(v, 0). */
    readonly relu: (v: number) => number
    /** σ(v) = 1/(1 + e⁻ᵛ). */
    readonly sigmoid: (v: number) => number
    /** tanh v. */
    readonly tanh: (x: number) => number
    /** eᵛ. */
    readonly exp: (x: number) => number
    /** The natural logarithm. */
    readonly log: (x: number) => number
    /** √v. */
    readonly sqrt: (x: number) => number
    /** v². */
    readonly square: (v: number) => number
    /** The size of v without its sign. */
    readonly absolute: (x: number) => number
    /** 1 where 0 < v < 1, else 0. */
    readonly hardSigmoidSlope: (v: number) => number
    /** 1 where v > 0, else 0: at 0 the derivative is 0, as published. */
    readonly reluSlope: (v: number) => number
    /** σ(v)(1 − σ(v)). */
    readonly sigmoidSlope: (v: number) => number
    /** 1 − tanh²(v). */
    readonly tanhSlope: (v: number) => number
    /** σ⁻¹(v) = log(v / (1 − v)); ±∞ at 1 and 0, which σ turns back. */
    readonly logit: (v: number) => number
    /** tanh⁻¹(v) = ½ log((1 + v)/(1 − v)). */
    readonly artanh: (v: number) => number
  }

  /** A rule used a word wrongly: which rule, which word, what fits and what came, and where in the rule's file. */
  class ProgramProblem extends Error {
    readonly name = 'ProgramProblem'
    readonly rule: string
    readonly word: string
    constructor(rule: string, word: string, sentence: string)
  }

  type Statement =
    | {
        readonly kind: 'let'
        readonly id: ValueId
        readonly operation: Operation
      }
    /** Runs `body` `count` times. `inner` is the value inside an iteration: `initial` at first, then the last `next`; `result` is the last `next`. */
    | {
        readonly kind: 'repeat'
        readonly count: number
        readonly carried: readonly Carried[]
        readonly body: readonly Statement[]
      }
    /** The parameter's value from the next batch on. */
    | {
        readonly kind: 'update'
        readonly parameter: number
        readonly value: ValueId
      }
    /** Reports a value under a name; inside a repeat, one value an iteration. */
    | {
        readonly kind: 'measure'
        readonly name: string
        readonly value: ValueId
      }
    /** Scores of the batch, ['batch', n_L], before it is learned from: the hits among them are counted. Once, outside of any repeat. */
    | {
        readonly kind: 'count'
        readonly value: ValueId
      }

  interface Carried {
    readonly inner: ValueId
    readonly initial: ValueId
    readonly next: ValueId
    readonly result: ValueId
  }

  /** Wᵀ e for every sample: e W. [out, in] and ['batch', out] give ['batch', in]. */
  function applyTransposed(weight: Operand, errors: Operand): Value

  /** a − b. */
  function difference(a: Operand, b: Operand): Value

  /** Entry by entry, a / b. */
  function divide(a: Operand, b: Operand): Value

  /** clip(v, 0, 1). */
  const hardSigmoid: (operand: Operand) => Value

  /** A named function of every entry. */
  function map(name: MapName, operand: Operand): Value

  /** The mean of all entries: [1, 1]. */
  function mean(operand: Operand): Value

  /** ⟨v⟩, the mean over the batch: ['batch', n] gives [1, n]. */
  function meanOverBatch(operand: Operand): Value

  /** Entry by entry, a · b. */
  function multiply(a: Operand, b: Operand): Value

  /** ⟨a bᵀ⟩, the mean over the batch of outer products: ['batch', n] and ['batch', m] give [n, m]. */
  function outer(a: Operand, b: Operand): Value

  /** Σ a bᵀ over the batch: as `outer`, without the division. */
  function outerSum(a: Operand, b: Operand): Value

  /** max(v, 0). */
  const relu: (operand: Operand) => Value

  /** Row by row, exp(v) / Σ exp(v). */
  function softmax(operand: Operand): Value

  /** Σ factorᵢ · operandᵢ; a row or column of 1 stretches. */
  function sum(...terms: readonly (readonly [Factor, Operand])[]): Value

  /** The sum over the batch: ['batch', n] gives [1, n]. */
  function sumOverBatch(operand: Operand): Value

  /** One number per sample: the sum over its units. ['batch', n] gives ['batch', 1]. */
  function sumOverUnits(operand: Operand): Value

  /** The sum of all entries: [1, 1]. */
  function total(operand: Operand): Value

  /** −Σ y log softmax(v) of each sample, in nats, ['batch', 1]. */
  function crossEntropy(p: Tracer, scores: Operand): Value

  /** What feedback alone says layer k should be at, ['batch', n_k]. */
  const feedbackName: (phase: string, k: number) => string

  /** ρ_t of layer k alone, of each sample, ['batch', 1]. */
  const layerResidualName: (phase: string, k: number) => string

  /** Inside a repeat: each sample's energy, ['batch', 1], and its mean over the batch. */
  function reportEnergy(p: Tracer, phase: string, energy: Operand): void

  /**
   * Inside a repeat: ρ_t = ⟨ ‖s^t − s^{t−1}‖ / ‖s^t‖ ⟩, s the states of all settling layers side by side, ‖·‖ the Euclidean
   * norm of one sample's, ⟨·⟩ the mean over the batch. `before` and `after` are those states at the beginning and the end of
   * the iteration, each ['batch', n_k], from layer 1 up. Reports the states too, and the same of each layer and sample.
   */
  function reportResidual(p: Tracer, phase: string, before: readonly Operand[], after: readonly Operand[]): void

  /** ρ_t of all layers, one number an iteration. */
  const residualName: (phase: string) => string

  /** The energy of each sample, ['batch', 1]. */
  const sampleEnergyName: (phase: string) => string

  /** The state of layer k after every iteration, ['batch', n_k]. */
  const stateName: (phase: string, k: number) => string

  /** One of a few words; people read their `optionLabels`. */
  function choice<const O extends readonly [string, ...string[]]>(
    card: Card & {
      readonly options: O
      readonly optionLabels: Readonly<Record<O[number], string>>
      readonly default: O[number]
    },
  ): Setting<O[number]>

  interface Card extends SettingCard {
    readonly group: SettingGroup
  }

  /** What a person reads of a setting. */
  interface SettingCard {
    readonly label: string
    /** The paper's letter. */
    readonly symbol?: string
    /** One plain sentence for somebody who has not read the paper. */
    readonly help: string
    readonly unit?: string
  }

  type SettingGroup = 'dynamics' | 'learning'

  /** Numbers of layers, counted from 1 for the first hidden layer. `marks` is what the sketch of the network writes beside those named. */
  function layerNumbers(
    card: Card & {
      readonly marks: string
      readonly default: readonly number[]
    },
  ): Setting<number[]>

  /** A number; `above` is a bound that it must not reach. */
  function number(
    card: Card &
      Range & {
        default: number
      },
  ): Setting<number>

  interface Range {
    readonly minimum?: number | undefined
    /** The value itself is not allowed. */
    readonly above?: number | undefined
    readonly maximum?: number | undefined
  }

  /** True or false. */
  function onOff(
    card: Card & {
      readonly default: boolean
    },
  ): Setting<boolean>

  /** One number per layer of synapses, from the input up; `from` is the first layer that has one (1 for W₁). The length is the rule's `check`. */
  function perLayer(
    card: Card &
      Range & {
        readonly from: 1 | 2
        /** Hidden layers only. */
        readonly hidden?: true
        /** Letter of what has the number: W unless told otherwise, V from the second layer on. */
        readonly letter?: string
        readonly default: readonly number[]
      },
  ): Setting<number[]>

  /** How a rate follows the epoch, by pieces. One that is `optional` may have none. */
  function schedule(
    card: Card & {
      readonly optional?: boolean
      readonly default: readonly SchedulePiece[]
    },
  ): Setting<{ fromEpoch: number; base: number }[]>

  /** One piece of an epoch schedule: from this epoch (counted from 0) the rates are multiplied by base^epoch, with the absolute epoch as exponent. */
  interface SchedulePiece {
    readonly fromEpoch: number
    readonly base: number
  }

  /** A whole number. */
  function whole(
    card: Card & {
      readonly minimum: number
      readonly maximum: number
      readonly default: number
    },
  ): Setting<number>

  /** What a rule's `build` leaves. */
  interface Described {
    train(): void
    layers(): readonly Operand[]
  }

  /** What the file of a rule exports as its default. */
  interface OwnRule<T extends Settings = Settings> {
    /** Small letters, digits and hyphens: 'oja'. Files and the command line call it so, with a mark of the file's contents. */
    readonly name: string
    readonly label: string
    /** One plain sentence. */
    readonly summary: string
    /** Where it was published. */
    readonly source?: string
    /** Its colour in charts: that of a rule of Apical's, by its slot; without it the colour of own rules, which none of those has. */
    readonly palette?: PaletteSlot
    /** By key, each made by `number`, `whole`, `choice`, `onOff`, `perLayer`, `layerNumbers` or `schedule`. */
    readonly settings: T
    readonly equations?: readonly Equation[]
    /** What a run can plot beside accuracy: each takes what `build` reports under its name, or under `name.series`, averaged over all entries. */
    readonly measures?: readonly MeasureCard[]
    /** How a training batch settles, for the relaxation scope. */
    readonly phases?: readonly Phase[]
    readonly classification?: Classification
    readonly synapses?: readonly Synapses[]
    /** What the settings alone cannot see, e.g. lists whose length follows the depth. */
    check?(settings: Values<T>, widths: readonly number[]): readonly SettingProblem[]
    /** Declares parameters, and returns what one batch does and how samples are classified. */
    build(p: Tracer, settings: Values<T>, widths: readonly number[]): Described
  }

  type Settings = Readonly<Record<string, Setting<unknown>>>

  type PaletteSlot = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

  interface Equation {
    readonly caption: string
    /** TeX. */
    readonly tex: string
    /** Keys of the settings that occur in it. */
    readonly settings: readonly string[]
  }

  /** Anything that a run can plot beside accuracy. Per-batch ones are named in the program; 'parameters' ones are computed from what `read` gives. */
  interface MeasureCard {
    /** Stable key in files: 'alignment', 'information'. */
    readonly name: string
    readonly label: string
    readonly unit: string
    readonly help: string
  }

  /** A stretch of iterations in which states settle, as the relaxation scope shows it. */
  interface Phase {
    /** What its reports are called by: 'free'. */
    readonly name: string
    readonly label: string
    /** Which layers settle: a clamped output does not. */
    readonly layers: 'all' | 'hidden'
    /** What a layer's state is called: 'rate', 'value'. */
    readonly state: string
    /** Key of the setting that says how many iterations it has. */
    readonly iterations: string
  }

  /** How samples are classified, where that settles; how long is the rule's own affair. */
  type Classification = Omit<Phase, 'iterations'>

  /** Synapses that join layers, as the sketch of the network draws them. */
  interface Synapses {
    readonly kind: 'forward' | 'feedback' | 'lateral'
    /** As in the equations: 'W'. */
    readonly letter: string
    /** Of hidden layers only. */
    readonly hidden?: true
  }

  /** Problems with settings that only make sense together with the network: what, where, and what would be right. */
  interface SettingProblem {
    /** Key inside the settings, or '' for the whole. */
    readonly key: string
    readonly message: string
  }

  /** Says that an object is a rule, so that an editor knows the types of its settings. */
  function rule<T extends Settings>(own: OwnRule<T>): OwnRule<T>

  namespace formula {
    export {
      FormulaVariable,
      FORMULA_VARIABLES,
      FORMULA_FUNCTIONS,
      FORMULA_OPERATIONS,
      Formula,
      epoch,
      batch,
      sign,
      iteration,
      plus,
      minus,
      times,
      over,
      power,
      smaller,
      larger,
      floor,
      root,
      exp,
      fromEpoch,
      scheduled,
      evaluate,
    }
  }

  export {
    formula,
    layers,
    apply,
    applyTransposed,
    difference,
    divide,
    hardSigmoid,
    map,
    mean,
    meanOverBatch,
    multiply,
    outer,
    outerSum,
    relu,
    softmax,
    sum,
    sumOverBatch,
    sumOverUnits,
    total,
    crossEntropy,
    feedbackName,
    layerResidualName,
    reportEnergy,
    reportResidual,
    residualName,
    sampleEnergyName,
    stateName,
    choice,
    layerNumbers,
    number,
    onOff,
    perLayer,
    schedule,
    whole,
    rule,
  }

  export type { Operand, Parameter, Scalar, State, Tracer, Value, Described, Formula, FormulaVariable, OwnRule }
}
