/**
 * Many points as pixels. Why not as arcs of a canvas: ten thousand of those keep the window from its work for a quarter of a
 * second, and stamping a disc of pixels takes a tenth of it.
 */

/** Pixels around a middle, each with how much of it is covered. */
interface Stamp {
  readonly reach: number
  /** Row by row, of (2 · reach + 1)² pixels. */
  readonly cover: Float64Array
}

/** A disc, or the ring between two radii, with soft edges. */
export function stampOf(radius: number, inner = 0): Stamp {
  const reach = Math.ceil(radius + 0.5)
  const side = 2 * reach + 1
  const soft = (away: number): number => Math.min(1, Math.max(0, away + 0.5))
  return {
    reach,
    cover: Float64Array.from({ length: side * side }, (_, at) => {
      const away = Math.hypot((at % side) - reach, Math.floor(at / side) - reach)
      return soft(radius - away) * (inner > 0 ? soft(away - inner) : 1)
    }),
  }
}

export interface Ink {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly alpha: number
}

export function inkOf(colour: string, alpha: number): Ink {
  const channel = (start: number): number => Number.parseInt(colour.slice(start, start + 2), 16)
  return { red: channel(1), green: channel(3), blue: channel(5), alpha }
}

export interface Pixels {
  readonly width: number
  readonly height: number
  /** Straight alpha, as ImageData has it. */
  readonly data: Uint8ClampedArray
}

/** Lays a stamp over what is there, its middle in the pixel that (x, y) lies in. */
export function stamped(
  { width, height, data }: Pixels,
  { reach, cover }: Stamp,
  x: number,
  y: number,
  ink: Ink,
): void {
  const side = 2 * reach + 1
  const [left, top] = [Math.floor(x) - reach, Math.floor(y) - reach]
  for (let row = Math.max(0, -top); row < Math.min(side, height - top); row++)
    for (let column = Math.max(0, -left); column < Math.min(side, width - left); column++) {
      const over = (cover[row * side + column] as number) * ink.alpha
      if (over === 0) continue
      const at = ((top + row) * width + left + column) * 4
      const under = ((data[at + 3] as number) / 255) * (1 - over)
      const all = over + under
      data[at] = (ink.red * over + (data[at] as number) * under) / all
      data[at + 1] = (ink.green * over + (data[at + 1] as number) * under) / all
      data[at + 2] = (ink.blue * over + (data[at + 2] as number) * under) / all
      data[at + 3] = all * 255
    }
}
