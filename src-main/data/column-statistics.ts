/** What is known of each column after one pass: range, mean and deviation (Welford's update), and what is no number. */
import type { RowBatch } from './rows.ts'
import { isMissing } from './number-text.ts'

interface OddCell {
  readonly where: string
  readonly text: string
}

export class ColumnStatistics {
  /** Cells with a number. */
  readonly counts: Float64Array
  readonly minima: Float64Array
  readonly maxima: Float64Array
  readonly means: Float64Array
  readonly #squares: Float64Array
  readonly missing: Float64Array
  readonly words: Float64Array
  readonly firstMissing = new Map<number, OddCell>()
  readonly firstWord = new Map<number, OddCell>()
  /** Every number so far is a whole one from 0 to 255. */
  readonly bytes: Uint8Array

  readonly columns: number

  constructor(columns: number) {
    this.columns = columns
    this.counts = new Float64Array(columns)
    this.minima = new Float64Array(columns).fill(Infinity)
    this.maxima = new Float64Array(columns).fill(-Infinity)
    this.means = new Float64Array(columns)
    this.#squares = new Float64Array(columns)
    this.missing = new Float64Array(columns)
    this.words = new Float64Array(columns)
    this.bytes = new Uint8Array(columns).fill(1)
  }

  add(batch: RowBatch, row: number): void {
    const { columns, counts, minima, maxima, means, bytes } = this
    const squares = this.#squares
    const { numbers } = batch
    const from = row * columns
    for (let column = 0; column < columns; column++) {
      const value = numbers[from + column] as number
      if (value !== value) {
        this.#addOdd(batch, row, column)
        continue
      }
      const count = (counts[column] = (counts[column] as number) + 1)
      if (value < (minima[column] as number)) minima[column] = value
      if (value > (maxima[column] as number)) maxima[column] = value
      const before = value - (means[column] as number)
      const mean = (means[column] = (means[column] as number) + before / count)
      squares[column] = (squares[column] as number) + before * (value - mean)
      if (bytes[column] === 1 && !(value >= 0 && value <= 255 && value === Math.floor(value))) bytes[column] = 0
    }
  }

  #addOdd(batch: RowBatch, row: number, column: number): void {
    const text = batch.text(row, column)
    const [counts, first] = isMissing(text) ? [this.missing, this.firstMissing] : [this.words, this.firstWord]
    counts[column] = (counts[column] as number) + 1
    if (!first.has(column)) first.set(column, { where: batch.where(row), text: text.trim() })
  }

  /** Of all numbers of the column, divided by their count. */
  deviation(column: number): number {
    const count = this.counts[column] as number
    return count === 0 ? 0 : Math.sqrt((this.#squares[column] as number) / count)
  }
}
