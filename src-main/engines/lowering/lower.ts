/**
 * From a program to what the native and the WebGPU engine execute: buffers, and instructions that each do as much as
 * possible with a number while it is in a register.
 *
 * - A sum with products becomes one `affine`: the products' tiles stay in registers, take the other terms, pass through
 *   the layer's clip and are stored once. A sum inside a sum is written out, its coefficient multiplied at run time.
 * - Everything else entry by entry becomes a `chain`: a few operations on strips that fit the first cache, outer products
 *   over the batch among them, so that a gradient is made, averaged, and added to its weights without being written.
 * - Values are computed when something needs them, from the last statement up, so that what one pass can make together
 *   is made together; a state whose next value is its only reader's is overwritten in place, any other is exchanged.
 *
 * Nothing here depends on the batch size, the replicas or the threads.
 */
import type { MapName } from '../../program/activations.ts'
import type { Operation, Program, Statement, ValueId } from '../../program/program.ts'
import type { Shape } from '../../program/shape.ts'
import { layOut, type Orientation } from '../orientation.ts'
import { Memory, overwrite } from './memory.ts'
import {
  constant,
  times,
  type AffineProduct,
  type AffineTerm,
  type Coefficient,
  type Instruction,
  type Lowered,
  type LoweredProgram,
  type StripOperation,
} from './plan.ts'

/** Lowers both programs of a rule; parameters lie as `orientation` says, by default as suits this very program. */
export function lower(program: Program, orientation: Orientation = layOut(program)): LoweredProgram {
  const { flipped, flippedParameters } = orientation
  return {
    flippedParameters,
    training: lowered(program, program.training, flipped),
    prediction: lowered(program, program.prediction, flipped),
  }
}

function lowered(program: Program, statements: readonly Statement[], flipped: readonly boolean[]): Lowered {
  const memory = new Memory(program, statements, flipped)
  const block = new Block(memory, null)
  block.take(statements)
  const scores = statements === program.prediction ? block.materialise(program.scores) : -1
  block.finish()
  return { buffers: memory.buffers, instructions: block.instructions, scores }
}

/** Maps that an affine applies to its tile; the others are strips of their own. */
const TILE_MAPS: ReadonlySet<string> = new Set<MapName>(['hardSigmoid', 'relu'])

/** A sum being written out: what multiplies what. */
interface Terms {
  readonly streams: { coefficient: Coefficient; value: ValueId }[]
  readonly products: { coefficient: Coefficient; value: ValueId }[]
  constant: Coefficient
}

/** One statement list being lowered: the program's own, or a repeat's body inside it. */
class Block {
  readonly instructions: Instruction[] = []
  readonly #memory: Memory
  readonly #outer: Block | null
  /** What this list defines and nothing has computed yet. */
  readonly #definitions = new Map<ValueId, Operation>()
  /** Where a value is kept, once something has computed it. */
  readonly #kept = new Map<ValueId, number>()
  readonly #transposed = new Map<number, number>()
  /** For each value of this list, the maps of it that a tile can apply. */
  readonly #tileMaps = new Map<ValueId, { id: ValueId; map: MapName }>()
  readonly #updates: { parameter: number; value: ValueId }[] = []
  readonly #measures: { measurement: number; value: ValueId }[] = []

  constructor(memory: Memory, outer: Block | null) {
    this.#memory = memory
    this.#outer = outer
  }

  /** Notes definitions, and lowers each repeat with what it reads. */
  take(statements: readonly Statement[]): void {
    for (const statement of statements)
      switch (statement.kind) {
        case 'let': {
          const { id, operation } = statement
          this.#definitions.set(id, operation)
          if (operation.kind === 'map' && TILE_MAPS.has(operation.map) && !this.#tileMaps.has(operation.value))
            this.#tileMaps.set(operation.value, { id, map: operation.map })
          break
        }
        case 'repeat':
          this.#repeat(statement)
          break
        case 'update':
          this.#updates.push({ parameter: statement.parameter, value: statement.value })
          break
        case 'measure':
          this.#measures.push({ measurement: this.#memory.nextMeasurement(), value: statement.value })
          break
        default:
          statement satisfies never
      }
  }

  /** Computes what is measured and what the parameters become, and puts it there. */
  finish(): void {
    this.#measure()
    // What is defined last first: a chain then makes on its way what the others need (a moment, then the step).
    const order = [...this.#definitions.keys()]
    const values = this.#updates
      .toSorted((a, b) => order.indexOf(b.value) - order.indexOf(a.value))
      .map(({ parameter, value }) => ({ parameter, value, from: this.materialise(value) }))
    // Another parameter's memory is read before anything overwrites it.
    const sources = values.map(({ parameter, value, from }) => {
      const { parameter: other } = this.#memory.buffer(from)
      if (other < 0 || other === parameter) return from
      const copy = this.#memory.bufferFor(value)
      this.instructions.push({ kind: 'copy', from, to: copy })
      return copy
    })
    const staged: Instruction[] = []
    values.forEach(({ parameter, value, from }, index) => {
      const source = sources[index] as number
      const to = this.#memory.parameterBuffer(parameter, this.#memory.flipped(value))
      const alone = source === from && sources.filter((one) => one === source).length === 1
      if (source !== to && !(alone && this.#overwritten(from, to))) staged.push({ kind: 'copy', from: source, to })
    })
    this.instructions.push(...staged)
  }

  /** The buffer that holds the value, computing it if nothing has yet. */
  materialise(id: ValueId): number {
    const known = this.#where(id)
    if (known !== undefined) return known
    const operation = this.#definitions.get(id)
    if (operation === undefined) {
      if (this.#outer === null) throw new Error(`value ${id} is read before it is made`)
      return this.#outer.materialise(id)
    }
    return this.#compute(id, operation)
  }

  #where(id: ValueId): number | undefined {
    return this.#kept.get(id) ?? (this.#outer === null ? undefined : this.#outer.#where(id))
  }

  #operation(id: ValueId): Operation | undefined {
    return this.#definitions.get(id) ?? (this.#outer === null ? undefined : this.#outer.#operation(id))
  }

  #keep(id: ValueId): number {
    const buffer = this.#memory.bufferFor(id)
    this.#kept.set(id, buffer)
    return buffer
  }

  #compute(id: ValueId, operation: Operation): number {
    switch (operation.kind) {
      case 'input': {
        const to = this.#keep(id)
        this.instructions.push({ kind: 'input', name: operation.name, to })
        return to
      }
      case 'parameter': {
        const buffer = this.#memory.parameterBuffer(operation.parameter, this.#memory.flipped(id))
        this.#kept.set(id, buffer)
        return buffer
      }
      case 'fill': {
        const to = this.#keep(id)
        this.instructions.push({ kind: 'fill', to, number: operation.number })
        return to
      }
      case 'product':
        if (this.#isOuter(operation)) return this.#chain(id)
        return this.#isTiled(operation) ? this.#affine(id) : this.#product(id, operation)
      case 'softmax': {
        const from = this.materialise(operation.value)
        const to = this.#keep(id)
        this.instructions.push({ kind: 'softmax', from, to })
        return to
      }
      case 'reduce': {
        const from = this.materialise(operation.value)
        const to = this.#keep(id)
        this.instructions.push({ kind: 'reduce', over: operation.over, mean: operation.mean, from, to })
        return to
      }
      case 'sum':
        return this.#termsOf(id).products.length > 0 ? this.#affine(id) : this.#chain(id)
      case 'map':
        if (!this.#isTileMap(id, operation)) return this.#chain(id)
        this.#affine(operation.value)
        return this.#kept.get(id) as number
      case 'multiply':
      case 'divide':
        return this.#chain(id)
      default:
        return operation satisfies never
    }
  }

  /** Contracts over the batch. */
  #isOuter(operation: Extract<Operation, { kind: 'product' }>): boolean {
    return operation.transposeLeft && this.#memory.shape(operation.left)[0] === 'batch'
  }

  /** Rows of a batch (or one row) times a matrix. */
  #isTiled(operation: Extract<Operation, { kind: 'product' }>): boolean {
    const rows = this.#memory.shape(operation.left)[0]
    return !operation.transposeLeft && (rows === 'batch' || rows === 1)
  }

  /** A clip that the tile it clips applies itself. */
  #isTileMap(id: ValueId, { value }: Extract<Operation, { kind: 'map' }>): boolean {
    const of = this.#definitions.get(value)
    if (of === undefined || this.#tileMaps.get(value)?.id !== id || this.#where(value) !== undefined) return false
    return (
      (of.kind === 'product' && this.#isTiled(of)) || (of.kind === 'sum' && this.#termsOf(value).products.length > 0)
    )
  }

  #product(id: ValueId, operation: Extract<Operation, { kind: 'product' }>): number {
    const left = this.materialise(operation.left)
    const right = this.materialise(operation.right)
    const { transposeLeft, transposeRight, mean } = operation
    const to = this.#keep(id)
    this.instructions.push({ kind: 'product', left, right, transposeLeft, transposeRight, mean, to })
    return to
  }

  // ---- sums with products --------------------------------------------------------------------------------------------

  /** The terms of a sum (or of a product alone), sums inside it that nothing else reads written out. */
  #termsOf(id: ValueId): Terms {
    const terms: Terms = { streams: [], products: [], constant: [] }
    this.#addTerms(id, id, constant(1), terms)
    return terms
  }

  #addTerms(root: ValueId, id: ValueId, coefficient: Coefficient, terms: Terms): void {
    const operation = this.#operation(id)
    const own = id === root || (this.#memory.uses(id) === 1 && this.#where(id) === undefined && this.#isHere(id))
    const shape = this.#memory.shape(id)
    const wanted = this.#memory.shape(root)
    const fits = shape[0] === wanted[0] && shape[1] === wanted[1]
    if (operation?.kind === 'fill')
      terms.constant = [...terms.constant, ...times(coefficient, constant(operation.number))]
    else if (own && fits && operation?.kind === 'sum')
      for (const term of operation.terms)
        this.#addTerms(root, term.value, times(coefficient, this.#memory.coefficient(term.coefficient)), terms)
    else if (own && fits && operation?.kind === 'product' && this.#isTiled(operation)) {
      const inner = operation.mean ? this.#memory.shape(operation.left)[1] : 1
      terms.products.push({ coefficient: times(coefficient, constant(1 / inner)), value: id })
    } else {
      const same = terms.streams.find(({ value }) => value === id)
      if (same === undefined) terms.streams.push({ coefficient, value: id })
      else same.coefficient = [...same.coefficient, ...coefficient]
    }
  }

  /** Defined in this very list: what an outer list defines is the same in every iteration and is computed there. */
  #isHere(id: ValueId): boolean {
    return this.#definitions.has(id)
  }

  #affine(id: ValueId): number {
    const terms = this.#termsOf(id)
    const products = terms.products.map(({ coefficient, value }): AffineProduct => {
      const { left, right, transposeRight } = this.#operation(value) as Extract<Operation, { kind: 'product' }>
      return { coefficient, left: this.materialise(left), right: this.#upright(right, transposeRight) }
    })
    // The widest last: its sums then need not be put aside.
    products.sort((a, b) => this.#memory.buffer(a.left).columns - this.#memory.buffer(b.left).columns)
    const streams = terms.streams.map(({ coefficient, value }) => ({ coefficient, from: this.materialise(value) }))
    const tile = this.#tileMaps.get(id)
    const mapped = tile !== undefined && this.#where(tile.id) === undefined ? tile : undefined
    // What was materialised on the way may have needed this value itself.
    const known = this.#where(id)
    if (known !== undefined) return known
    const others = this.#memory.uses(id) - (mapped === undefined ? 0 : 1)
    const raw = mapped === undefined || others > 0 ? this.#keep(id) : -1
    this.instructions.push({
      kind: 'affine',
      products,
      streams,
      constant: terms.constant,
      raw,
      mapped: mapped === undefined ? -1 : this.#keep(mapped.id),
      map: mapped?.map ?? 'none',
    })
    return raw
  }

  /** A matrix with a product's inner dimension along its rows as they lie in memory, transposed once where it lies otherwise. */
  #upright(id: ValueId, transposeRight: boolean): number {
    const buffer = this.materialise(id)
    const from = this.#memory.buffer(buffer)
    if (from.flipped === transposeRight) return buffer
    // Where it is the same in every iteration, it is transposed before the first.
    if (!this.#kept.has(id) && this.#outer !== null) return this.#outer.#upright(id, transposeRight)
    const known = this.#transposed.get(buffer)
    if (known !== undefined) return known
    const to = this.#memory.addBuffer({ ...from, flipped: !from.flipped, parameter: -1 })
    this.instructions.push({ kind: 'transpose', from: buffer, to })
    this.#transposed.set(buffer, to)
    return to
  }

  // ---- strips --------------------------------------------------------------------------------------------------------

  #chain(id: ValueId): number {
    const shape = this.#memory.shape(id)
    const inside: ValueId[] = []
    const reads = new Map<ValueId, number>()
    /** Depth first: operands before what reads them, and what the strips load computed before the chain begins. */
    const visit = (value: ValueId): void => {
      if (inside.includes(value)) return
      const operation = this.#definitions.get(value)
      if (!this.#joins(value, operation, shape)) {
        this.materialise(value)
        return
      }
      if (operation.kind === 'product') {
        this.materialise(operation.left)
        this.materialise(operation.right)
      } else
        for (const operand of this.#stripOperands(operation)) {
          reads.set(operand, (reads.get(operand) ?? 0) + 1)
          visit(operand)
        }
      inside.push(value)
    }
    visit(id)
    const known = this.#where(id)
    if (known !== undefined) return known

    const operations: StripOperation[] = []
    const stores: StripOperation[] = []
    const registers = new Map<ValueId, number>()
    let count = 0
    const register = (value: ValueId): number => {
      const made = registers.get(value)
      if (made !== undefined) return made
      const to = count++
      registers.set(value, to)
      operations.push({ kind: 'load', to, buffer: this.materialise(value) })
      return to
    }
    for (const value of inside) {
      // Computed for its own sake by something that a later operand needed.
      if (this.#where(value) !== undefined) continue
      const operation = this.#definitions.get(value) as Operation
      const made = this.#stripOperation(value, operation, register, () => count++)
      operations.push(made)
      registers.set(value, 'to' in made ? made.to : -1)
      if (value === id || this.#memory.uses(value) > (reads.get(value) ?? 0))
        stores.push({ kind: 'store', from: registers.get(value) as number, buffer: this.#keep(value) })
    }
    this.instructions.push({ kind: 'chain', registers: count, operations: [...operations, ...stores] })
    return this.#kept.get(id) as number
  }

  /** Whether a value is computed within the chain of that shape that reads it. */
  #joins(value: ValueId, operation: Operation | undefined, shape: Shape): operation is Operation {
    if (operation === undefined || this.#where(value) !== undefined) return false
    const [rows, columns] = this.#memory.shape(value)
    if (rows !== shape[0] || columns !== shape[1]) return false
    switch (operation.kind) {
      case 'product':
        return this.#isOuter(operation)
      case 'sum':
        return this.#termsOf(value).products.length === 0
      case 'map':
        return !this.#isTileMap(value, operation)
      case 'multiply':
      case 'divide':
        return true
      default:
        return false
    }
  }

  #stripOperands(operation: Operation): readonly ValueId[] {
    switch (operation.kind) {
      case 'sum':
        return operation.terms.map((term) => term.value).filter((id) => this.#operation(id)?.kind !== 'fill')
      case 'multiply':
      case 'divide':
        return [operation.left, operation.right]
      case 'map':
        return [this.#sigmoidOf(operation) ?? operation.value]
      default:
        return []
    }
  }

  /** σ(v), where the slope of σ at v is asked for and σ(v) is known: σ′ = σ(1 − σ). */
  #sigmoidOf(operation: Extract<Operation, { kind: 'map' }>): ValueId | undefined {
    if (operation.map !== 'sigmoidSlope') return undefined
    for (const [id, other] of this.#definitions)
      if (other.kind === 'map' && other.map === 'sigmoid' && other.value === operation.value) return id
    return undefined
  }

  #stripOperation(
    value: ValueId,
    operation: Operation,
    register: (value: ValueId) => number,
    next: () => number,
  ): StripOperation {
    switch (operation.kind) {
      case 'product': {
        const left = this.materialise(operation.left)
        const right = this.materialise(operation.right)
        // Transposed, the outer product of a and b is that of b and a.
        const [a, b] = this.#memory.flipped(value) ? [right, left] : [left, right]
        return { kind: 'outer', to: next(), left: a, right: b, mean: operation.mean }
      }
      case 'sum': {
        let added: Coefficient = []
        const terms: AffineTerm[] = []
        for (const term of operation.terms) {
          const filled = this.#operation(term.value)
          const coefficient = this.#memory.coefficient(term.coefficient)
          if (filled?.kind === 'fill') added = [...added, ...times(coefficient, constant(filled.number))]
          else terms.push({ coefficient, from: register(term.value) })
        }
        return { kind: 'sum', to: next(), terms, constant: added }
      }
      case 'multiply':
      case 'divide': {
        const left = register(operation.left)
        const right = register(operation.right)
        return { kind: operation.kind, to: next(), left, right }
      }
      case 'map': {
        const sigmoid = this.#sigmoidOf(operation)
        const from = register(sigmoid ?? operation.value)
        return { kind: 'map', to: next(), from, map: sigmoid === undefined ? operation.map : 'slopeOfSigmoid' }
      }
      default:
        throw new Error(`a ${operation.kind} is not computed in strips`)
    }
  }

  // ---- measures and repeats ------------------------------------------------------------------------------------------

  #measure(): void {
    for (const { measurement, value } of this.#measures)
      this.instructions.push({ kind: 'measure', measurement, from: this.materialise(value) })
  }

  #repeat({ count, carried, body }: Extract<Statement, { kind: 'repeat' }>): void {
    const inside = new Block(this.#memory, this)
    const states = carried.map((carry) => {
      const initial = this.#operation(carry.initial)
      const inner = this.#memory.bufferFor(carry.inner)
      if (initial?.kind === 'fill') this.instructions.push({ kind: 'fill', to: inner, number: initial.number })
      else this.instructions.push({ kind: 'copy', from: this.materialise(carry.initial), to: inner })
      inside.#kept.set(carry.inner, inner)
      return { ...carry, buffer: inner }
    })
    inside.take(body)
    const inner = new Set(states.map(({ buffer }) => buffer))
    const taken = new Set<number>()
    const nexts = states
      .toReversed()
      .map((state) => ({ state, from: inside.materialise(state.next) }))
      .toReversed()
    inside.#measure()
    const own = nexts.map(({ state, from }) => {
      const fresh = inside.#kept.get(state.next) === from && !inner.has(from) && !taken.has(from)
      taken.add(from)
      return fresh
    })
    // Another state's value, one that is the same in every iteration, or one that two states take: read before any
    // state is overwritten.
    const sources = nexts.map(({ state, from }, index) => {
      if (own[index] === true) return from
      const copy = this.#memory.bufferFor(state.next)
      inside.instructions.push({ kind: 'copy', from, to: copy })
      return copy
    })
    const exchanged: { a: number; b: number }[] = []
    nexts.forEach(({ state }, index) => {
      const b = sources[index] as number
      const overwritten = own[index] === true && inside.#overwritten(b, state.buffer)
      if (!overwritten) exchanged.push({ a: state.buffer, b })
    })
    this.instructions.push({ kind: 'repeat', count, body: inside.instructions, exchanged })
    for (const { result, buffer } of states) this.#kept.set(result, buffer)
  }

  #overwritten(from: number, to: number): boolean {
    if (!overwrite(this.instructions, this.#memory, from, to)) return false
    for (const [id, buffer] of this.#kept) if (buffer === from) this.#kept.set(id, to)
    return true
  }
}
