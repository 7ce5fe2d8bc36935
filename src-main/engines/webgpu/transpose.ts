import type { Numbers } from '../engine.ts'

/** The rows × columns matrix of `values` transposed, in float32. */
export function transpose(values: Numbers, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column] as number
  return out
}
