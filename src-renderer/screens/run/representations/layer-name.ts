/** What a layer of a network is called. */
import { whole } from '../../../text/format.ts'

/** `layer` from 0, the input, to the last, the output. */
export function layerName(widths: readonly number[], layer: number): string {
  const units = whole(widths[layer] ?? 0)
  if (layer === 0) return `Input (${units} values)`
  return layer === widths.length - 1 ? `Output layer (${units} units)` : `Layer ${layer} (${units} units)`
}
