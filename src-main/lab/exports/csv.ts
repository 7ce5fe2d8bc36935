/** A table as CSV (RFC 4180, UTF-8, lines end in CR LF): numbers at full precision, nothing where there is none. */
import Papa from 'papaparse'
import { batches, type Table } from './table.ts'

export async function* csvPieces(table: Table): AsyncGenerator<string> {
  yield `${Papa.unparse([table.columns.map(({ name }) => name)])}\r\n`
  // A spreadsheet runs what begins like a formula; such a text gets an apostrophe.
  for await (const rows of batches(table)) yield `${Papa.unparse(rows as unknown[][], { escapeFormulae: true })}\r\n`
}
