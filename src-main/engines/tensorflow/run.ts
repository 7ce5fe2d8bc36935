/**
 * Runs one block of a plan for one batch of each replica, all in one pass. A value is disposed right after its last use, so
 * that the working set stays in the processor's caches; a `tidy` around the batch catches what an error leaves.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Coefficient, Operation, Program, Statement, ValueId } from '../../program/program.ts'
import { rowsOf } from '../../program/shape.ts'
import { Entry } from './entry.ts'
import { through, type Factor, type Kernels } from './kernels.ts'
import { LARGE_BATCH, type Block, type Plan } from './plan.ts'

export interface Batch {
  readonly replicas: number
  /** Samples of each replica. */
  readonly size: number
  readonly x: Tensor
  readonly y: Tensor
  /** Stored as `plan.transposedParameters` says. */
  readonly parameters: readonly Tensor[]
  /** `[replica][slot]` */
  readonly scalars: ArrayLike<number>
  /** Called for each `measure`, once per iteration, with the entries of all replicas concatenated; null when nothing is measured. */
  readonly listener: ((name: string, entries: Float32Array) => void) | null
  /** Called with the scores whose hits are counted, of all replicas concatenated; null in a prediction. */
  readonly count: ((scores: Float32Array) => void) | null
}

export class Runner {
  readonly #program: Program
  readonly #plan: Plan
  readonly #kernels: Kernels
  readonly #entries: (Entry | undefined)[] = []
  #updates: { readonly parameter: number; readonly entry: Entry }[] = []

  constructor(program: Program, plan: Plan, kernels: Kernels) {
    this.#program = program
    this.#plan = plan
    this.#kernels = kernels
  }

  /** The parameters' next values, which outlive the batch; those that do not change are absent. */
  train(batch: Batch): readonly { readonly parameter: number; readonly tensor: Tensor }[] {
    this.#updates = []
    this.#run(this.#plan.training, batch, 0)
    // Nothing is kept before the whole batch has gone well.
    return this.#updates.map(({ parameter, entry }) => {
      const tensor = entry.give(this.#plan.transposedParameters[parameter] as boolean)
      entry.release()
      return { parameter, tensor }
    })
  }

  /** Scores of each replica, row by row; kept beyond the batch for the caller to dispose. */
  predict(batch: Batch): Tensor {
    this.#run(this.#plan.prediction, batch, 0)
    const scores = this.#entry(this.#program.scores).give(false)
    for (const id of this.#plan.prediction.liveOut) this.#release(id)
    return scores
  }

  #run(block: Block, batch: Batch, iteration: number): void {
    block.statements.forEach((statement, index) => {
      switch (statement.kind) {
        case 'let':
          this.#entries[statement.id] = this.#compute(block, statement.id, statement.operation, batch, iteration)
          break
        case 'repeat':
          this.#repeat(statement, block.bodies.get(index) as Block, batch)
          break
        case 'update':
          this.#updates.push({ parameter: statement.parameter, entry: this.#entry(statement.value).retain() })
          break
        case 'count':
          batch.count?.(this.#entry(statement.value).form(false).dataSync<'float32'>())
          break
        case 'measure':
          batch.listener?.(statement.name, this.#entry(statement.value).form(false).dataSync<'float32'>())
          break
        default:
          statement satisfies never
      }
      for (const id of block.released[index] as readonly ValueId[]) this.#release(id)
    })
  }

  #repeat({ count, carried }: Extract<Statement, { kind: 'repeat' }>, body: Block, batch: Batch): void {
    for (const { inner, initial } of carried) this.#entries[inner] = this.#entry(initial).retain()
    for (let iteration = 0; iteration < count; iteration++) {
      this.#run(body, batch, iteration)
      const next = carried.map((carry) => this.#entry(carry.next).retain())
      for (const id of body.liveOut) this.#release(id)
      carried.forEach(({ inner }, index) => {
        this.#release(inner)
        this.#entries[inner] = next[index]
      })
    }
    for (const { inner, result } of carried) {
      this.#entries[result] = this.#entry(inner)
      this.#entries[inner] = undefined
    }
  }

  #compute(block: Block, id: ValueId, operation: Operation, batch: Batch, iteration: number): Entry {
    const transposed = this.#plan.transposed[id] as boolean
    const made = (tensor: Tensor): Entry => new Entry(this.#kernels, tensor, transposed)
    switch (operation.kind) {
      case 'input':
        return new Entry(this.#kernels, operation.name === 'x' ? batch.x : batch.y, false, true)
      case 'parameter': {
        const stored = this.#plan.transposedParameters[operation.parameter] as boolean
        return new Entry(this.#kernels, batch.parameters[operation.parameter] as Tensor, stored, true)
      }
      case 'fill': {
        const size = this.#size(id, batch)
        const [rows, columns] = transposed ? size.toReversed() : size
        return made(this.#kernels.fill(operation.number, batch.replicas, rows, columns))
      }
      case 'product':
        return this.#product(block, id, operation, batch, iteration)
      case 'sum':
        return made(this.#sum(block, operation, transposed, batch, iteration))
      case 'multiply':
      case 'divide': {
        const left = this.#entry(operation.left).form(transposed)
        const right = this.#entry(operation.right).form(transposed)
        return made(this.#kernels[operation.kind](left, right))
      }
      case 'map':
        return made(this.#kernels.map(operation.map, this.#entry(operation.value).form(transposed)))
      case 'softmax':
        return made(this.#stored(transposed, this.#kernels.softmax(this.#entry(operation.value).form(false))))
      case 'reduce': {
        const [rows, columns] = this.#size(operation.value, batch)
        const [outRows, outColumns] = this.#size(id, batch)
        const factor = operation.mean ? (outRows * outColumns) / (rows * columns) : 1
        const reduced = this.#kernels.reduce(this.#entry(operation.value).form(false), operation.over)
        return made(factor === 1 ? reduced : through(reduced, (sum) => this.#kernels.scale(sum, factor)))
      }
      default:
        return operation satisfies never
    }
  }

  /** op(left) · op(right), with what its only reader multiplies it by; where it is computed transposed: (AB)ᵀ = BᵀAᵀ. */
  #product(
    block: Block,
    id: ValueId,
    operation: Extract<Operation, { kind: 'product' }>,
    batch: Batch,
    iteration: number,
  ): Entry {
    const transposed =
      (this.#plan.transposed[id] as boolean) || (block.computedTransposed.has(id) && batch.size < LARGE_BATCH)
    const made = (tensor: Tensor): Entry => new Entry(this.#kernels, tensor, transposed)
    const left: Side = { id: operation.left, transposed: operation.transposeLeft !== transposed }
    const right: Side = { id: operation.right, transposed: operation.transposeRight !== transposed }
    const [a, b] = transposed ? [right, left] : [left, right]
    const coefficient = block.coefficients.get(id) ?? ONE
    const whole = this.#factor(coefficient, batch, iteration)
    const factor = operation.mean ? divided(whole, batch.size) : whole
    const tensorOf = (side: Side): Tensor => this.#entry(side.id).form(side.transposed)
    if (factor === 1) return made(this.#kernels.product(tensorOf(a), tensorOf(b)))

    // A side that is the same in every iteration is multiplied once; else the smallest of the three is.
    if (coefficient.scalar === null && typeof factor === 'number') {
      const scaledOnce = (side: Side): Tensor => this.#entry(side.id).scaled(side.transposed, factor)
      if (!block.defined.has(b.id)) return made(this.#kernels.product(tensorOf(a), scaledOnce(b)))
      if (!block.defined.has(a.id)) return made(this.#kernels.product(scaledOnce(a), tensorOf(b)))
    }
    const sizes = [a.id, b.id, id].map((value) => this.#size(value, batch)).map(([rows, columns]) => rows * columns)
    const least = Math.min(...sizes)
    const product = (x: Tensor, y: Tensor): Tensor => this.#kernels.product(x, y)
    const scale = (x: Tensor, by: Factor): Tensor => this.#kernels.scale(x, by)
    if (sizes[2] === least) return made(through(product(tensorOf(a), tensorOf(b)), (result) => scale(result, factor)))
    return made(
      sizes[1] === least
        ? through(scale(tensorOf(b), factor), (scaled) => product(tensorOf(a), scaled))
        : through(scale(tensorOf(a), factor), (scaled) => product(scaled, tensorOf(b))),
    )
  }

  #sum(
    block: Block,
    operation: Extract<Operation, { kind: 'sum' }>,
    transposed: boolean,
    batch: Batch,
    iteration: number,
  ): Tensor {
    const total = new Total(this.#kernels)
    const subtracted: Tensor[] = []
    for (const { coefficient, value } of operation.terms) {
      const entry = this.#entry(value)
      const factor = block.coefficients.has(value) ? 1 : this.#factor(coefficient, batch, iteration)
      if (factor === 1) total.add(entry.form(transposed), false)
      else if (factor === -1) subtracted.push(entry.form(transposed))
      else if (coefficient.scalar === null && typeof factor === 'number' && !block.defined.has(value))
        total.add(entry.scaled(transposed, factor), false)
      else total.add(this.#kernels.scale(entry.form(transposed), factor), true)
    }
    for (const tensor of subtracted) total.subtract(tensor)
    return total.done()
  }

  /** The result of an operation on rows, transposed where the value is stored so. */
  #stored(transposed: boolean, tensor: Tensor): Tensor {
    return transposed ? through(tensor, (plain) => this.#kernels.transpose(plain)) : tensor
  }

  #factor({ factor, scalar }: Coefficient, batch: Batch, iteration: number): Factor {
    if (scalar === null) return factor
    const declaration = this.#program.scalars[scalar]
    if (declaration === undefined) throw new Error(`the program has no scalar ${scalar}`)
    const slot = declaration.offset + (declaration.length > 1 ? iteration : 0)
    const ofReplica = (replica: number): number =>
      factor * (batch.scalars[replica * this.#program.scalarCount + slot] as number)
    const first = ofReplica(0)
    for (let replica = 1; replica < batch.replicas; replica++)
      if (ofReplica(replica) !== first) return Array.from({ length: batch.replicas }, (_, each) => ofReplica(each))
    return first
  }

  #size(id: ValueId, batch: Batch): readonly [number, number] {
    const shape = this.#program.shapes[id]
    if (shape === undefined) throw new Error(`value ${id} has no shape`)
    return [rowsOf(shape, batch.size), shape[1]]
  }

  #entry(id: ValueId): Entry {
    const entry = this.#entries[id]
    if (entry === undefined) throw new Error(`value ${id} is read before it is made`)
    return entry
  }

  #release(id: ValueId): void {
    this.#entries[id]?.release()
    this.#entries[id] = undefined
  }
}

/** A running sum that disposes its intermediates. */
class Total {
  readonly #kernels: Kernels
  #tensor: Tensor | null = null
  /** Whether the tensor was allocated for this sum. */
  #own = false

  constructor(kernels: Kernels) {
    this.#kernels = kernels
  }

  /** @param own whether it was allocated for this sum, and is disposed with it */
  add(tensor: Tensor, own: boolean): void {
    if (this.#tensor === null) {
      this.#tensor = tensor
      this.#own = own
    } else {
      this.#become(this.#kernels.add(this.#tensor, tensor))
      if (own) tensor.dispose()
    }
  }

  subtract(tensor: Tensor): void {
    this.#become(this.#tensor === null ? this.#kernels.scale(tensor, -1) : this.#kernels.subtract(this.#tensor, tensor))
  }

  done(): Tensor {
    if (this.#tensor === null) throw new Error('a sum has terms')
    return this.#own ? this.#tensor : this.#kernels.copy(this.#tensor)
  }

  #become(tensor: Tensor): void {
    if (this.#own) this.#tensor?.dispose()
    this.#tensor = tensor
    this.#own = true
  }
}

function divided(factor: Factor, by: number): Factor {
  return typeof factor === 'number' ? factor / by : factor.map((number) => number / by)
}

interface Side {
  readonly id: ValueId
  readonly transposed: boolean
}

const ONE: Coefficient = { factor: 1, scalar: null }
