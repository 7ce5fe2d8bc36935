/** Which instruction computes each kind of operation. */
import type { Operation, Statement, ValueId } from '../../program/program.ts'
import { affine, isTileMap, termsOf, TILE_MAPS } from './affine.ts'
import { chain } from './chain.ts'
import type { Instruction } from './plan.ts'
import { isOuter, isTiled } from './products.ts'
import { repeat } from './repeat.ts'
import { Scope } from './scope.ts'

export class Block extends Scope {
  readonly #updates: { parameter: number; value: ValueId }[] = []
  readonly #counted: ValueId[] = []
  readonly #measures: { measurement: number; value: ValueId }[] = []

  take(statements: readonly Statement[]): void {
    for (const statement of statements)
      switch (statement.kind) {
        case 'let': {
          const { id, operation } = statement
          this.definitions.set(id, operation)
          if (operation.kind === 'map' && TILE_MAPS.has(operation.map) && !this.tileMaps.has(operation.value))
            this.tileMaps.set(operation.value, { id, map: operation.map })
          break
        }
        case 'repeat':
          repeat(this, new Block(this.buffers, this), statement)
          break
        case 'update':
          this.#updates.push({ parameter: statement.parameter, value: statement.value })
          break
        case 'count':
          this.#counted.push(statement.value)
          break
        case 'measure':
          this.#measures.push({ measurement: this.buffers.nextMeasurement(), value: statement.value })
          break
        default:
          statement satisfies never
      }
  }

  materialise(id: ValueId): number {
    const known = this.where(id)
    if (known !== undefined) return known
    const operation = this.definitions.get(id)
    if (operation === undefined) {
      if (this.outer === null) throw new Error(`value ${id} is read before it is made`)
      return this.outer.materialise(id)
    }
    return this.#compute(id, operation)
  }

  /** Computes what is counted, what is measured and what the parameters become, and stores it there. */
  finish(): void {
    for (const value of this.#counted) this.instructions.push({ kind: 'count', from: this.materialise(value) })
    this.measure()
    // What is defined last first: its chain computes on the way what the others need (a moment, then the step).
    const order = [...this.definitions.keys()]
    const values = this.#updates
      .toSorted((a, b) => order.indexOf(b.value) - order.indexOf(a.value))
      .map(({ parameter, value }) => ({ parameter, value, from: this.materialise(value) }))
    // Another parameter's memory is read before anything overwrites it.
    const sources = values.map(({ parameter, value, from }) => {
      const { parameter: other } = this.buffers.buffer(from)
      if (other < 0 || other === parameter) return from
      const copy = this.buffers.bufferFor(value)
      this.instructions.push({ kind: 'copy', from, to: copy })
      return copy
    })
    const staged: Instruction[] = []
    values.forEach(({ parameter, value, from }, index) => {
      const source = sources[index] as number
      const to = this.buffers.parameterBuffer(parameter, this.buffers.transposed(value))
      const alone = source === from && sources.filter((one) => one === source).length === 1
      if (source !== to && !(alone && this.storeInstead(from, to))) staged.push({ kind: 'copy', from: source, to })
    })
    this.instructions.push(...staged)
  }

  measure(): void {
    for (const { measurement, value } of this.#measures)
      this.instructions.push({ kind: 'measure', measurement, from: this.materialise(value) })
  }

  #compute(id: ValueId, operation: Operation): number {
    switch (operation.kind) {
      case 'input': {
        const to = this.keep(id)
        this.instructions.push({ kind: 'input', name: operation.name, to })
        return to
      }
      case 'parameter': {
        const buffer = this.buffers.parameterBuffer(operation.parameter, this.buffers.transposed(id))
        this.kept.set(id, buffer)
        return buffer
      }
      case 'fill': {
        const to = this.keep(id)
        this.instructions.push({ kind: 'fill', to, number: operation.number })
        return to
      }
      case 'product':
        if (isOuter(this, operation)) return chain(this, id)
        return isTiled(this, operation) ? affine(this, id) : this.#product(id, operation)
      case 'softmax': {
        const from = this.materialise(operation.value)
        const to = this.keep(id)
        this.instructions.push({ kind: 'softmax', from, to })
        return to
      }
      case 'reduce': {
        const from = this.materialise(operation.value)
        const to = this.keep(id)
        this.instructions.push({ kind: 'reduce', over: operation.over, mean: operation.mean, from, to })
        return to
      }
      case 'sum':
        return termsOf(this, id).products.length > 0 ? affine(this, id) : chain(this, id)
      case 'map':
        if (!isTileMap(this, id, operation)) return chain(this, id)
        affine(this, operation.value)
        return this.kept.get(id) as number
      case 'multiply':
      case 'divide':
        return chain(this, id)
      default:
        return operation satisfies never
    }
  }

  #product(id: ValueId, operation: Extract<Operation, { kind: 'product' }>): number {
    const left = this.materialise(operation.left)
    const right = this.materialise(operation.right)
    const { transposeLeft, transposeRight, mean } = operation
    const to = this.keep(id)
    this.instructions.push({ kind: 'product', left, right, transposeLeft, transposeRight, mean, to })
    return to
  }
}
