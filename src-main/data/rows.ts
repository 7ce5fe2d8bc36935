/**
 * Rows of any file, as what reads them gives them: numbers where there are numbers, and what stands there where not. A
 * source is read batch by batch and as often as needed, so that a large file is never whole in memory.
 */

/** Grey, or red, green and blue. */
export interface ImageShape {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
}

export interface RowBatch {
  readonly count: number
  /** `count` × columns, row by row; NaN where no number stands. */
  readonly numbers: Float64Array
  /** What stands in a cell: a number as people write it, a word, or nothing. */
  text(row: number, column: number): string
  /** Where a row stands, as a person finds it: "line 17". */
  where(row: number): string
}

export interface RowSource {
  /** As a person calls it. */
  readonly file: string
  readonly columns: readonly string[]
  /** Columns were named by the file, and not by their number. */
  readonly named: boolean
  /** How a text file was understood; left out where there was nothing to understand. */
  readonly recognised?: {
    readonly header: boolean
    readonly separator: 'comma' | 'semicolon' | 'tab' | 'bar' | 'space'
    readonly decimal: 'point' | 'comma'
  }
  /** Where the format knows: the only column that can be the label. */
  readonly labelColumn: string | null
  /** Where all other columns are the pixels of an image, channel by channel. */
  readonly image: ImageShape | null
  /** Pixels are known to go from 0 to 255, whatever these images have. */
  readonly fullRange?: boolean
  /** Each batch is valid until the next is asked for. @throws DataProblem */
  rows(): AsyncIterable<RowBatch>
}

/** Cells of a batch: enough to be quick, few enough to be nothing beside a data set. */
export const BATCH_CELLS = 1 << 20

/** How many rows of so many cells make a batch. */
export function batchRows(columns: number): number {
  return Math.max(1, Math.floor(BATCH_CELLS / Math.max(1, columns)))
}
