/** A table as Parquet, one group of rows at a time; hyparquet-writer encodes. */
import { ByteWriter, ParquetWriter, schemaFromColumnData, type BasicType } from 'hyparquet-writer'
import { batches, type Cell, type Column, type Table } from './table.ts'

const TYPES: Readonly<Record<Column['type'], BasicType>> = {
  text: 'STRING',
  whole: 'INT64',
  number: 'DOUBLE',
  flag: 'BOOLEAN',
}

export async function* parquetPieces({ columns, ...table }: Table): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter()
  const columnData = (rows: readonly (readonly Cell[])[]) =>
    columns.map(({ name, type }, at) => ({
      name,
      type: TYPES[type],
      nullable: true,
      data: rows.map((row) => encoded(row[at] ?? null, type)),
    }))
  /** What was written since; the writer goes on counting where its next byte lies in the file. */
  const taken = (): Uint8Array => {
    const bytes = writer.getBytes().slice()
    writer.index = 0
    return bytes
  }
  const file = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData: columnData([]) }) })
  for await (const rows of batches({ columns, ...table })) {
    await file.write({ columnData: columnData(rows), rowGroupSize: rows.length })
    yield taken()
  }
  await file.finish()
  yield taken()
}

function encoded(cell: Cell, type: Column['type']): Cell | bigint {
  if (type === 'whole' && typeof cell === 'number') return BigInt(cell)
  return type === 'text' && cell !== null ? String(cell) : cell
}
