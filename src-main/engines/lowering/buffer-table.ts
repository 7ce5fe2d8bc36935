/** The buffers of one of a program's lists, and what its lowering asks of the program. */
import type { Program, Statement, ValueId } from '../../program/program.ts'
import type { Shape } from '../../program/shape.ts'
import { countUses } from '../../program/statements.ts'
import {
  constant,
  type Coefficient,
  readsOf,
  renamedBuffers,
  wholeReadsOf,
  writesOf,
  type Buffer,
  type Instruction,
} from './plan.ts'

export class BufferTable {
  readonly #program: Program
  readonly #transposed: readonly boolean[]
  readonly #buffers: Buffer[] = []
  readonly #uses: Map<ValueId, number>
  #measurements = 0

  constructor(program: Program, statements: readonly Statement[], transposed: readonly boolean[]) {
    this.#program = program
    this.#transposed = transposed
    this.#uses = countUses(statements)
    if (statements === program.prediction) this.#uses.set(program.scores, this.uses(program.scores) + 1)
  }

  shape(id: ValueId): Shape {
    return this.#program.shapes[id] as Shape
  }

  transposed(id: ValueId): boolean {
    return this.#transposed[id] === true
  }

  /** How often a value is read in all the statements; the scores have one reader more, the caller. */
  uses(id: ValueId): number {
    return this.#uses.get(id) ?? 0
  }

  nextMeasurement(): number {
    return this.#measurements++
  }

  /** factor · scalar, where the scalar may be absent and may follow the iterations. */
  coefficient({ factor, scalar }: { readonly factor: number; readonly scalar: number | null }): Coefficient {
    if (scalar === null) return constant(factor)
    const declaration = this.#program.scalars[scalar]
    if (declaration === undefined) throw new Error(`the program has no scalar ${scalar}`)
    const perIteration = declaration.length > 1
    return [{ factor, scalars: [{ offset: declaration.offset, perIteration }] }]
  }

  get buffers(): readonly Buffer[] {
    return this.#buffers
  }

  buffer(id: number): Buffer {
    return this.#buffers[id] as Buffer
  }

  addBuffer(buffer: Buffer): number {
    return this.#buffers.push(buffer) - 1
  }

  /** New memory for a value. */
  bufferFor(id: ValueId): number {
    const [rows, columns] = this.shape(id)
    const batch = rows === 'batch'
    return this.addBuffer({ batch, rows: batch ? 0 : rows, columns, transposed: this.transposed(id), parameter: -1 })
  }

  parameterBuffer(parameter: number, transposed: boolean): number {
    const known = this.#buffers.findIndex((buffer) => buffer.parameter === parameter)
    if (known >= 0) return known
    const [rows, columns] = this.#program.parameters[parameter]?.shape ?? [0, 0]
    return this.addBuffer({ batch: false, rows, columns, transposed, parameter })
  }
}

/**
 * Has what was computed in buffer `from` computed in `to` (in place), where no instruction then misses what was there:
 * nothing after its writer reads `to`, and the writer itself reads `to` only at the entry it writes.
 *
 * @returns whether it could be done
 */
export function overwrite(instructions: Instruction[], buffers: BufferTable, from: number, to: number): boolean {
  const makes = instructions.findIndex((instruction) => writesOf(instruction).includes(from))
  const maker = instructions[makes]
  if (maker === undefined || (maker.kind !== 'affine' && maker.kind !== 'chain')) return false
  const a = buffers.buffer(from)
  const b = buffers.buffer(to)
  if (a.batch !== b.batch || a.rows !== b.rows || a.columns !== b.columns || a.transposed !== b.transposed) return false
  for (const later of instructions.slice(makes + 1))
    if (readsOf(later).includes(to) || writesOf(later).includes(to)) return false
  if (instructions.slice(0, makes).some((earlier) => writesOf(earlier).includes(to))) return false
  if (wholeReadsOf(maker).includes(to)) return false
  if (maker.kind === 'chain') {
    // A strip that is only loaded aliases memory; storing it after another store may find it overwritten.
    const loads = new Set(maker.operations.flatMap((one) => (one.kind === 'load' ? [one.to] : [])))
    if (maker.operations.some((one) => one.kind === 'store' && loads.has(one.from))) return false
  }
  const now = (id: number): number => (id === from ? to : id)
  instructions.splice(0, instructions.length, ...instructions.map((one) => renamedBuffers(one, now)))
  return true
}
