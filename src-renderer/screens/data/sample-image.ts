/** Samples as bytes into pixels of a picture: grey or in colour, from planes one after another. */
import type { DataPreview } from '../../../src-main/contract.ts'

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
}

/** RGBA of one sample of `image`'s size, row by row. */
export function rgbaOf(bytes: Uint8Array, { height, width, channels }: NonNullable<DataPreview['image']>) {
  const plane = height * width
  const rgba = new Uint8ClampedArray(plane * 4)
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let color = 0; color < 3; color++)
      rgba[pixel * 4 + color] = bytes[(channels === 3 ? color : 0) * plane + pixel] ?? 0
    rgba[pixel * 4 + 3] = 255
  }
  return rgba
}
