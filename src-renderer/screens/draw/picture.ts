/**
 * The image that a person draws: bytes as in the files of a data set, planes one after another, with a pen, a cover, noise
 * and a second image to blend into. Every function leaves what it is given as it is.
 */

export interface Size {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Red, green and blue from 0 to 255; of one channel the first counts. */
export type Ink = readonly [number, number, number]

export const WHITE: Ink = [255, 255, 255]
export const BLACK: Ink = [0, 0, 0]
/** Half way between nothing and all: a cover that says neither. */
export const GREY: Ink = [128, 128, 128]

export function blank({ height, width, channels }: Size): Uint8Array {
  return new Uint8Array(height * width * channels)
}

export interface Place {
  /** In pixels from the left and from the top, fractions included. */
  readonly x: number
  readonly y: number
}

/**
 * A stroke of a round soft pen from one place to another: full ink within `radius` less half a pixel of the line between them,
 * none beyond half a pixel more.
 */
export function stroked(
  pixels: Uint8Array,
  size: Size,
  from: Place,
  to: Place,
  { radius, ink }: { readonly radius: number; readonly ink: Ink },
): Uint8Array {
  const drawn = pixels.slice()
  const { height, width, channels } = size
  const plane = height * width
  const reach = radius + 1
  const low = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach))
  const high = Math.min(height - 1, Math.ceil(Math.max(from.y, to.y) + reach))
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach))
  const right = Math.min(width - 1, Math.ceil(Math.max(from.x, to.x) + reach))
  for (let row = low; row <= high; row++)
    for (let column = left; column <= right; column++) {
      const cover = Math.min(1, radius + 0.5 - distance({ x: column + 0.5, y: row + 0.5 }, from, to))
      if (cover <= 0) continue
      for (let channel = 0; channel < channels; channel++) {
        const at = channel * plane + row * width + column
        const before = drawn[at] ?? 0
        drawn[at] = Math.round(before + cover * ((ink[channel] ?? 0) - before))
      }
    }
  return drawn
}

/** Of a point from a line between two others. */
function distance({ x, y }: Place, a: Place, b: Place): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / length))
  return Math.hypot(x - a.x - t * dx, y - a.y - t * dy)
}

/** (1 − share) · one + share · other. */
export function blended(one: Uint8Array, other: Uint8Array, share: number): Uint8Array {
  return one.map((value, i) => Math.round((1 - share) * value + share * (other[i] ?? 0)))
}

/** Plus Gaussian noise of this standard deviation, in steps of 255; the same for the same seed, clipped to a byte. */
export function noisy(pixels: Uint8Array, sd: number, seed: number): Uint8Array {
  if (sd === 0) return pixels
  const random = uniform(seed)
  return pixels.map((value) => {
    // Box and Muller.
    const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return Math.max(0, Math.min(255, Math.round(value + 255 * sd * gauss)))
  })
}

/** Mulberry32: what a person looks at for a moment needs no more. */
function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Moved by whole pixels so that its centre of mass is nearest to the middle, as the digits of MNIST are; of a dark ground. */
export function centred(pixels: Uint8Array, size: Size): Uint8Array {
  const { height, width, channels } = size
  const plane = height * width
  let [mass, x, y] = [0, 0, 0]
  for (let i = 0; i < plane; i++) {
    let value = 0
    for (let channel = 0; channel < channels; channel++) value += pixels[channel * plane + i] ?? 0
    mass += value
    x += value * ((i % width) + 0.5)
    y += value * (Math.floor(i / width) + 0.5)
  }
  if (mass === 0) return pixels
  const right = Math.round(width / 2 - x / mass)
  const down = Math.round(height / 2 - y / mass)
  const moved = blank(size)
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const [fromRow, fromColumn] = [row - down, column - right]
        if (fromRow < 0 || fromRow >= height || fromColumn < 0 || fromColumn >= width) continue
        moved[channel * plane + row * width + column] = pixels[channel * plane + fromRow * width + fromColumn] ?? 0
      }
  return moved
}

export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
