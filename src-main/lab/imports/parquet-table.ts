/** Parquet as rows, one group of rows at a time: hyparquet decodes, Node unpacks. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema, type Compressors } from 'hyparquet'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { batchRows, type RowBatch, type RowSource } from '../../data/rows.ts'
import type { InputFile } from './beginning.ts'

const compressors: Compressors = {
  GZIP: (packed) => gunzipSync(packed),
  BROTLI: (packed) => brotliDecompressSync(packed),
  ZSTD: (packed) => zstdDecompressSync(packed),
}

/** What pandas keeps its row numbers in. */
const ROW_NUMBERS = /^__index_level_\d+__$/

export async function openParquet({ path }: InputFile): Promise<RowSource> {
  const columns = await columnsOf(path)
  if (columns.length < 2)
    throw new DataProblem(
      path,
      'a column with the class and at least one with a feature',
      columns.length === 1 ? 'one column' : 'no columns',
      'Choose another file.',
    )
  return { file: path, columns, named: true, labelColumn: null, image: null, rows: () => rows(path, columns) }
}

async function columnsOf(path: string): Promise<readonly string[]> {
  try {
    const { children } = parquetSchema(await parquetMetadataAsync(await asyncBufferFromFile(path)))
    const nested = children.find((child) => child.children.length > 0)
    if (nested !== undefined)
      throw new DataProblem(
        path,
        'columns of numbers and words',
        `lists or structures in the column ${JSON.stringify(nested.element.name)}`,
        'Spread them over columns of their own, or save them as arrays with numpy.savez.',
      )
    return children.map(({ element }) => element.name).filter((name) => !ROW_NUMBERS.test(name))
  } catch (error) {
    throw inWords(error, path)
  }
}

/** What hyparquet says of a file it cannot read has no class of its own. */
function inWords(error: unknown, path: string): unknown {
  if (error instanceof DataProblem || !(error instanceof Error) || ('code' in error && error.code === 'EIO'))
    return error
  return new DataProblem(path, 'a whole Parquet file', `one that cannot be read (${error.message.replace(/\.$/, '')})`)
}

async function* rows(path: string, columns: readonly string[]): AsyncGenerator<RowBatch> {
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    let first = 0
    for (const group of metadata.row_groups) {
      const count = Number(group.num_rows)
      const read: Column[] = []
      // Column by column: rows as objects, or all columns as they come out of the decoder, take many times the memory.
      for (const name of columns) {
        const column = new Column(count)
        await parquetRead({
          file,
          metadata,
          columns: [name],
          rowStart: first,
          rowEnd: first + count,
          compressors,
          onChunk: ({ columnData }) => column.take(columnData as ArrayLike<unknown>),
        })
        read.push(column)
      }
      const many = batchRows(columns.length)
      for (let from = 0; from < count; from += many)
        yield batchOf(read, from, Math.min(many, count - from), first + from)
      first += count
    }
  } catch (error) {
    throw inWords(error, path)
  }
}

/** Of a group of rows: numbers, and what stands where there is none. */
class Column {
  readonly numbers: Float64Array
  readonly #others = new Map<number, string>()
  #at = 0

  constructor(rows: number) {
    this.numbers = new Float64Array(rows)
  }

  take(values: ArrayLike<unknown>): void {
    for (let i = 0; i < values.length && this.#at < this.numbers.length; i++, this.#at++) {
      const number = numberOf(values[i])
      this.numbers[this.#at] = number
      if (Number.isNaN(number)) this.#others.set(this.#at, textOf(values[i]))
    }
  }

  text(row: number): string {
    return this.#others.get(row) ?? String(this.numbers[row])
  }
}

function batchOf(read: readonly Column[], from: number, count: number, first: number): RowBatch {
  const columns = read.length
  const numbers = new Float64Array(count * columns)
  read.forEach((own, column) => {
    for (let row = 0; row < count; row++) numbers[row * columns + column] = own.numbers[from + row] as number
  })
  return {
    count,
    numbers,
    text: (row, column) => read[column]?.text(from + row) ?? '',
    where: (row) => `row ${formatCount(first + row)} (counted from 0)`,
  }
}

function numberOf(value: unknown): number {
  const number =
    typeof value === 'number' ? value : typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : NaN
  return number - number === 0 ? number : NaN
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return value.toString()
    default:
      if (value === null || value === undefined) return ''
      return value instanceof Date ? value.toISOString() : JSON.stringify(value)
  }
}
