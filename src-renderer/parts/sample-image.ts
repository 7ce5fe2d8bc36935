/** Samples as bytes into pixels of a picture: grey or in colour, from planes one after another. */
import type { DataPreview } from '../../src-main/contract.ts'
import { bytesOf } from '../charts/bytes.ts'

/** Of the page whose samples are being drawn: decoded once and not for each of them. */
function pageBytes(base64: string): Uint8Array {
  if (page?.base64 !== base64) page = { base64, bytes: bytesOf(base64) }
  return page.bytes
}
let page: { readonly base64: string; readonly bytes: Uint8Array } | null = null

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

/** Draws pixels, RGBA row by row from the top, on the canvas that it is attached to. */
export function drawnPixels(rgba: Uint8ClampedArray<ArrayBuffer>, width: number, height: number) {
  return (canvas: HTMLCanvasElement): void => {
    canvas.width = width
    canvas.height = height
    if (width > 0 && height > 0) canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0)
  }
}

/** Draws sample `at` of a page; nothing where samples are no images. */
export function drawnSample({ image, pixels }: Pick<DataPreview, 'image' | 'pixels'>, at: number) {
  if (image === null) return (): void => undefined
  const size = image.height * image.width * image.channels
  const bytes = pageBytes(pixels).subarray(at * size, (at + 1) * size)
  return drawnPixels(rgbaOf(bytes, image), image.width, image.height)
}

/** Draws bytes as levels of a table of 256 colours (`heat-scale.ts`), row by row from the top. */
export function drawnLevels(levels: ArrayLike<number>, width: number, height: number, colours: Uint8ClampedArray) {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const level = levels[pixel]
    if (level !== undefined) rgba.set(colours.subarray(level * 4, level * 4 + 4), pixel * 4)
  }
  return drawnPixels(rgba, width, height)
}
