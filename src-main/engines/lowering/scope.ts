/** One statement list while it is lowered: the program's own, or a repeat's body inside it. */
import type { MapName } from '../../program/activations.ts'
import type { Operation, Statement, ValueId } from '../../program/program.ts'
import { overwrite, type BufferTable } from './buffer-table.ts'
import type { Instruction } from './plan.ts'

export abstract class Scope {
  readonly instructions: Instruction[] = []
  readonly buffers: BufferTable
  readonly outer: Scope | null
  /** What this list defines, in its order. */
  readonly definitions = new Map<ValueId, Operation>()
  /** The buffer of each value that something has computed. */
  readonly kept = new Map<ValueId, number>()
  /** By buffer: its transposed copy. */
  readonly transposedCopies = new Map<number, number>()
  /** For each value of this list, the map of it that a tile can apply. */
  readonly tileMaps = new Map<ValueId, { readonly id: ValueId; readonly map: MapName }>()

  constructor(buffers: BufferTable, outer: Scope | null) {
    this.buffers = buffers
    this.outer = outer
  }

  /** Notes definitions, and lowers each repeat with what it reads. */
  abstract take(statements: readonly Statement[]): void

  /** The buffer that holds the value, computing it if nothing has yet. */
  abstract materialise(id: ValueId): number

  /** Computes and hands out what is measured. */
  abstract measure(): void

  /** The buffer of a value that something has computed, here or outside. */
  where(id: ValueId): number | undefined {
    return this.kept.get(id) ?? this.outer?.where(id)
  }

  operation(id: ValueId): Operation | undefined {
    return this.definitions.get(id) ?? this.outer?.operation(id)
  }

  /** Defined in this very list: what an outer list defines is the same in every iteration and is computed there. */
  defines(id: ValueId): boolean {
    return this.definitions.has(id)
  }

  /** A new buffer for a value. */
  keep(id: ValueId): number {
    const buffer = this.buffers.bufferFor(id)
    this.kept.set(id, buffer)
    return buffer
  }

  /** Has what was computed in buffer `from` computed in `to` instead, if no instruction then misses what was there. */
  storeInstead(from: number, to: number): boolean {
    if (!overwrite(this.instructions, this.buffers, from, to)) return false
    for (const [id, buffer] of this.kept) if (buffer === from) this.kept.set(id, to)
    return true
  }
}
