/** Numbers that are drawn and not read, as one byte each. */
import type { Packed } from '../experiment/look.ts'

/** Numbers one after another. */
export type Listed = ArrayLike<number> & Iterable<number>

/** Linearly from the smallest to the largest finite value; what is not finite becomes the smallest. */
export function pack(values: Listed): Packed {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low > high) return { low: 0, high: 0, bytes: base64(new Uint8Array(values.length)) }
  const scale = high > low ? 255 / (high - low) : 0
  const bytes = Uint8Array.from(values, (value) => (Number.isFinite(value) ? Math.round((value - low) * scale) : 0))
  return { low, high, bytes: base64(bytes) }
}

/** As `pack`, with 0 in the middle: from −m to m, m the largest magnitude. */
export function packSigned(values: Listed): Packed {
  let most = 0
  for (const value of values) {
    const size = Math.abs(value)
    if (Number.isFinite(size) && size > most) most = size
  }
  return { low: -most, high: most, bytes: base64(signedBytes(values, most)) }
}

/** From −`most` to `most`; what is not finite becomes 0, which lies between 127 and 128. */
export function signedBytes(values: Listed, most: number): Uint8Array {
  const scale = most > 0 ? 127.5 / most : 0
  return Uint8Array.from(values, (value) => Math.round(127.5 + (Number.isFinite(value) ? value * scale : 0)))
}

/** The bytes of an array as they lie in memory. */
export function base64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}
