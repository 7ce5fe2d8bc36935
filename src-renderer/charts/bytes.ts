/** Numbers that came over a wire as bytes. */
import type { Packed } from '../../src-main/experiment/packed.ts'

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64)
  const bytes = new Uint8Array(letters.length)
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i)
  return bytes
}

/** Values of bytes, low + byte / 255 · (high − low). */
export function unpacked({ low, high, bytes }: Packed): Float64Array {
  return Float64Array.from(bytesOf(bytes), (byte) => low + (byte / 255) * (high - low))
}
