/**
 * Shapes: two dimensions, known when a rule is traced. Samples are rows, so a layer's activity is `['batch', units]`,
 * a weight `[out, in]`, a bias `[1, units]`, one number per sample `['batch', 1]`, a scalar `[1, 1]`.
 * 'batch' stays a word: one program serves every batch size.
 */
export type Dimension = number | 'batch'
export type Shape = readonly [rows: Dimension, columns: number]

/** "20 × 500" or "batch × 500", for sentences. */
export function describeShape(shape: Shape): string {
  return `${shape[0]} × ${shape[1]}`
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/** The shape of an element-wise combination in which a dimension of 1 stretches; null where the two do not fit. */
export function broadcast(a: Shape, b: Shape): Shape | null {
  const rows = stretch(a[0], b[0])
  const columns = stretch(a[1], b[1])
  return rows === null || columns === null ? null : [rows, columns as number]
}

function stretch(a: Dimension, b: Dimension): Dimension | null {
  if (a === b || b === 1) return a
  return a === 1 ? b : null
}

/** The number of rows once the batch size is known. */
export function rowsOf(shape: Shape, batch: number): number {
  return shape[0] === 'batch' ? batch : shape[0]
}

/** The number of entries once the batch size is known. */
export function entriesOf(shape: Shape, batch: number): number {
  return rowsOf(shape, batch) * shape[1]
}
