/** Which column of a table is the class, where nobody says: by its name, else by what stands in it. */
import { isMissing } from '../../data/number-text.ts'
import type { RowBatch, RowSource } from '../../data/rows.ts'

/** Names that say it, whatever stands in the column: of quantities the refusal then says so. In the order of trust. */
const CERTAIN = ['label', 'labels', 'class', 'target', 'category', 'species', 'variety', 'diagnosis']
/** Names that classes have, and other things too. */
const LIKELY = ['y', 'kind', 'type', 'outcome']

/** More values than this among the first rows and it is a number rather than a class. */
const FEW = 100
const LOOKED_AT = 2000

export function guessLabel(source: RowSource, first: RowBatch, taken: ReadonlySet<number>): number | null {
  const free = source.columns.map((_, i) => i).filter((i) => !taken.has(i))
  const named = (name: string): number | undefined => free.find((i) => source.columns[i]?.toLowerCase() === name)
  for (const name of CERTAIN) {
    const found = named(name)
    if (found !== undefined) return found
  }
  for (const name of LIKELY) {
    const found = named(name)
    if (found !== undefined && (hasWords(first, found) || isFewWholes(source, first, found))) return found
  }
  const words = free.filter((column) => hasWords(first, column))
  const [onlyWords] = words
  if (words.length === 1 && onlyWords !== undefined) return onlyWords
  if (words.length > 1) return null
  // Most files have it last; handwritten digits as CSV have it first.
  for (const column of [free.at(-1), free[0]])
    if (column !== undefined && isFewWholes(source, first, column)) return column
  return null
}

function hasWords(batch: RowBatch, column: number): boolean {
  for (let row = 0; row < Math.min(batch.count, LOOKED_AT); row++) {
    const isNumber = !Number.isNaN(cell(batch, row, column))
    if (!isNumber && !isMissing(batch.text(row, column))) return true
  }
  return false
}

function isFewWholes(source: RowSource, batch: RowBatch, column: number): boolean {
  const values = new Set<number>()
  const rows = Math.min(batch.count, LOOKED_AT)
  for (let row = 0; row < rows; row++) {
    const value = cell(batch, row, column)
    if (!Number.isNaN(value)) values.add(value)
  }
  if (values.size < 2 || values.size > Math.min(FEW, Math.max(2, rows / 2))) return false
  return [...values].every((value) => Number.isInteger(value)) && source.columns.length > 1
}

function cell(batch: RowBatch, row: number, column: number): number {
  const columns = batch.numbers.length / batch.count
  return batch.numbers[row * columns + column] as number
}
