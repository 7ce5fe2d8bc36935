/** CSV and its kin as rows, streamed: quotes are papaparse's business, pieces, lines and encodings are ours. */
import Papa, { type ParseResult } from 'papaparse'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { readNumber } from '../../data/number-text.ts'
import { BATCH_CELLS, type RowBatch, type RowSource } from '../../data/rows.ts'
import type { DataMapping } from '../../experiment/data-mapping.ts'
import { piecesOf, type InputFile } from './beginning.ts'
import { isBlank, nameOfSeparator, recogniseDialect, type Dialect } from './dialect.ts'

/** A line with more than this is none: a quote was never closed, or the file is no table. */
const LONGEST_LINE = 1 << 24

export function openTextTable(file: InputFile, mapping: DataMapping): RowSource {
  const beginning = withPlainLines(decodeBeginning(file))
  const dialect = recogniseDialect(beginning, mapping)
  const first = firstRow(beginning, dialect)
  if (first === null)
    throw new DataProblem(file.path, 'lines with the columns of a table', 'none', 'Choose another file.')
  if (first.length < 2)
    throw new DataProblem(
      file.path,
      'a column with the class and at least one with a feature',
      'one column',
      'Choose what separates the columns (--separator) if there are more.',
    )
  const names = dialect.header ? uniqueNames(first, file.path) : first.map((_, i) => String(i + 1))
  return {
    file: file.path,
    columns: names,
    named: dialect.header,
    recognised: {
      header: dialect.header,
      separator: nameOfSeparator(dialect.separator),
      decimal: dialect.comma ? 'comma' : 'point',
    },
    labelColumn: null,
    image: null,
    rows: () => batches(file, dialect, names),
  }
}

function firstRow(text: string, { separator }: Dialect): string[] | null {
  const { data } = Papa.parse<string[]>(text, { delimiter: separator, newline: '\n', preview: 100 })
  const first = data.find((row) => !isBlank(row))
  return first === undefined ? null : [(first[0] ?? '').replace(/^#\s*/, ''), ...first.slice(1)]
}

function uniqueNames(cells: readonly string[], file: string): string[] {
  const names = cells.map((cell, i) => {
    const name = cell.trim()
    return name === '' ? String(i + 1) : name
  })
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return names
  throw new DataProblem(
    `${file}, line 1`,
    'a name of its own for each column',
    `${JSON.stringify(twice)} twice`,
    'Rename one of them, or say that the first line is no header (--header no).',
  )
}

async function* batches(file: InputFile, dialect: Dialect, columns: readonly string[]): AsyncGenerator<RowBatch> {
  const lines = new LineRows(file.path, dialect, columns.length)
  for await (const text of textPieces(file)) {
    const batch = lines.take(text, false)
    if (batch !== null) yield batch
  }
  const last = lines.take('', true)
  if (last !== null) yield last
}

/** Rows of the text so far, each with the line it begins on. */
class LineRows {
  readonly #file: string
  readonly #dialect: Dialect
  readonly #columns: number
  readonly #parser: { parse(text: string, base: number, leaveLast: boolean): ParseResult<string[]> }
  #left = ''
  #line = 1
  #headerSeen: boolean

  constructor(file: string, dialect: Dialect, columns: number) {
    this.#file = file
    this.#dialect = dialect
    this.#columns = columns
    this.#headerSeen = !dialect.header
    this.#parser = new Papa.Parser({ delimiter: dialect.separator, newline: '\n' })
  }

  take(text: string, last: boolean): RowBatch | null {
    this.#left += text
    if (this.#left === '') return null
    const quoted = this.#left.includes('"')
    const { data, errors, meta } = this.#parser.parse(this.#left, 0, !last)
    this.#left = last ? '' : this.#left.slice(meta.cursor)
    const rows: string[][] = []
    const lines: number[] = []
    const wrong = errors.find(({ type, row }) => type === 'Quotes' && (row ?? 0) < data.length)
    data.forEach((row, i) => {
      const line = this.#line
      this.#line += 1 + (quoted ? newLinesIn(row) : 0)
      if (wrong?.row === i)
        throw new DataProblem(
          `${this.#file}, line ${formatCount(line)}`,
          'a quoted cell that ends with a quote',
          'one that does not',
          'Correct the quotes of that line.',
        )
      if (isBlank(row)) return
      if (!this.#headerSeen) {
        this.#headerSeen = true
        return
      }
      if (row.length !== this.#columns)
        throw new DataProblem(
          `${this.#file}, line ${formatCount(line)}`,
          `${this.#columns} cells, as the first line has`,
          String(row.length),
          'Correct that line, or choose what separates the columns (--separator).',
        )
      rows.push(row)
      lines.push(line)
    })
    if (this.#left.length > LONGEST_LINE)
      throw new DataProblem(
        `${this.#file}, line ${formatCount(this.#line)}`,
        'a line that ends',
        `one of more than ${formatCount(LONGEST_LINE)} characters`,
        'A quote in it may have no counterpart.',
      )
    return rows.length === 0 ? null : this.#batch(rows, lines)
  }

  #batch(rows: readonly string[][], lines: readonly number[]): RowBatch {
    const { comma } = this.#dialect
    const columns = this.#columns
    const numbers = new Float64Array(rows.length * columns)
    let at = 0
    for (const row of rows) for (const cell of row) numbers[at++] = readNumber(cell, comma)
    return {
      count: rows.length,
      numbers,
      text: (row, column) => rows[row]?.[column] ?? '',
      where: (row) => `line ${formatCount(lines[row] ?? 0)}`,
    }
  }
}

/** A cell over several lines is quoted, and no number. */
function newLinesIn(row: readonly string[]): number {
  let lines = 0
  for (const cell of row) for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) lines++
  return lines
}

function encodingOf({ beginning: [a, b] }: InputFile): string {
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8'
}

function decodeBeginning(file: InputFile): string {
  // The last character may be cut.
  return new TextDecoder(encodingOf(file)).decode(file.beginning)
}

/** Every line ends in a line feed, as papaparse is told; no cell has a lone carriage return. */
function withPlainLines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

async function* textPieces(file: InputFile): AsyncGenerator<string> {
  const decoder = new TextDecoder(encodingOf(file), { fatal: true })
  let held = ''
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch {
      throw new DataProblem(
        file.path,
        'text in UTF-8',
        'characters in another encoding',
        'Save it as UTF-8 (in Excel: “CSV UTF-8”).',
      )
    }
  }
  for await (const bytes of piecesOf(file)) {
    for (let from = 0; from < bytes.length; from += PIECE) {
      let text = held + decode(bytes.subarray(from, from + PIECE))
      // Its line feed may begin the next piece.
      held = text.endsWith('\r') ? '\r' : ''
      if (held !== '') text = text.slice(0, -1)
      yield withPlainLines(text)
    }
  }
  yield withPlainLines(held + decode())
}

/** Characters of a piece: of short cells, about what a batch holds. */
const PIECE = BATCH_CELLS
