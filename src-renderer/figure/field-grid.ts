/** Receptive fields as pixels, one or a page of them: signed, in a table of 256 colours; of three channels in colour, grey at zero. */

import { levelsOf, signedStops } from '../charts/heat-scale.ts'

/** Blue below zero, red above it, on white. */
export const PAPER_SIGNED = levelsOf(signedStops('light'))

export interface FieldImages {
  readonly image: { readonly height: number; readonly width: number; readonly channels: number } | null
  readonly features: number
  /** The largest magnitude in any field of the layer. */
  readonly most: number
  readonly fields: readonly { readonly most: number }[]
  /** A field after another: 127.5 is 0, 0 and 255 are −`most` and +`most` of that field. */
  readonly pixels: Uint8Array
}

/** Each field on its own scale, or all on that of the strongest. */
export type FieldScale = 'own' | 'common'

export interface Raster {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8ClampedArray<ArrayBuffer>
}

export function fieldRaster(images: FieldImages, at: number, scale: FieldScale, colours: Uint8ClampedArray): Raster {
  const { features, pixels } = images
  // What is no image is a line of numbers.
  const { height, width, channels } = images.image ?? { height: 1, width: features, channels: 1 }
  const plane = height * width
  const own = images.fields[at]?.most ?? 0
  const factor = scale === 'own' ? 1 : images.most > 0 ? own / images.most : 0
  const level = (channel: number, i: number): number =>
    Math.round(127.5 + ((pixels[at * features + channel * plane + i] ?? 127.5) - 127.5) * factor)
  const rgba = new Uint8ClampedArray(plane * 4)
  for (let i = 0; i < plane; i++) {
    if (channels === 3) for (let channel = 0; channel < 3; channel++) rgba[i * 4 + channel] = level(channel, i)
    else rgba.set(colours.subarray(level(0, i) * 4, level(0, i) * 4 + 3), i * 4)
    rgba[i * 4 + 3] = 255
  }
  return { width, height, rgba }
}

interface GridLook {
  readonly scale: FieldScale
  readonly columns: number
  /** Pixels of the picture for one of a field. */
  readonly zoom: number
  readonly colours: Uint8ClampedArray
}

/** Between fields, in pixels of the picture; white. */
const GAP = 4

export function gridRaster(images: FieldImages, { scale, columns, zoom, colours }: GridLook): Raster {
  const count = images.fields.length
  const across = Math.max(1, Math.min(columns, count))
  const tile = images.image ?? { height: 1, width: images.features }
  const [wide, high] = [tile.width * zoom + GAP, tile.height * zoom + GAP]
  const width = across * wide + GAP
  const height = Math.ceil(count / across) * high + GAP
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let at = 0; at < count; at++) {
    const one = fieldRaster(images, at, scale, colours)
    const [left, top] = [GAP + (at % across) * wide, GAP + Math.floor(at / across) * high]
    for (let y = 0; y < one.height * zoom; y++)
      for (let x = 0; x < one.width * zoom; x++) {
        const from = (Math.floor(y / zoom) * one.width + Math.floor(x / zoom)) * 4
        rgba.set(one.rgba.subarray(from, from + 4), ((top + y) * width + left + x) * 4)
      }
  }
  return { width, height, rgba }
}
