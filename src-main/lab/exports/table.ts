/** Tables that leave the lab: typed columns, and rows that are made while they are written. */

export type Cell = string | number | boolean | null

export interface Column {
  readonly name: string
  /** 'whole' up to 2⁵³, 'number' in double precision; any of them may be missing. */
  readonly type: 'text' | 'whole' | 'number' | 'flag'
}

export interface Table {
  readonly columns: readonly Column[]
  /** Each as long as the columns. */
  readonly rows: () => Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>
}

/** Rows that are written together. */
const MOST_TOGETHER = 20_000

/** Rows in batches: what is packed column by column needs many at once, and never all. */
export async function* batches(table: Table): AsyncGenerator<readonly (readonly Cell[])[]> {
  let batch: (readonly Cell[])[] = []
  for await (const row of table.rows()) {
    batch.push(row)
    if (batch.length < MOST_TOGETHER) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
