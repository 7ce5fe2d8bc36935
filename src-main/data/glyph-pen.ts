/** Lines through points, and a round pen that follows them on a grey image. Only +, −, ×, ÷ and √: the same bytes everywhere. */

export type Point = readonly [x: number, y: number]

/** Straight pieces that stand for a span between two points. */
const PIECES = 6

/** A smooth line through the points (Catmull and Rom's spline: each span a cubic Bézier), as the corners of a broken one. */
export function smooth(points: readonly Point[]): Point[] {
  const last = points.length - 1
  const at = (index: number): Point => points[Math.min(last, Math.max(0, index))] ?? [0, 0]
  const line: Point[] = [at(0)]
  for (let span = 0; span < last; span++) {
    const [a, b, c, d] = [at(span - 1), at(span), at(span + 1), at(span + 2)]
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES
      line.push([spline(a[0], b[0], c[0], d[0], t), spline(a[1], b[1], c[1], d[1], t)])
    }
  }
  return line
}

/** Between b (t = 0) and c (t = 1), with the slope at each that its two neighbours have between them. */
function spline(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
}

/** Inks `image` (rows of `side` greys from 0 to 1) along a line; half the pen's width goes from one to the other, in pixels. */
export function drawLine(line: readonly Point[], from: number, to: number, image: Float64Array, side: number): void {
  for (let piece = 1; piece < line.length; piece++) {
    const [start, end] = [line[piece - 1], line[piece]]
    if (start !== undefined && end !== undefined)
      drawPiece(start, end, from + ((to - from) * piece) / (line.length - 1), image, side)
  }
}

/** A straight piece with round ends: a pixel is inked by how far its centre is from the piece, over one pixel of soft edge. */
function drawPiece([x0, y0]: Point, [x1, y1]: Point, pen: number, image: Float64Array, side: number): void {
  const reach = pen + 0.5
  const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach - 0.5))
  const right = Math.min(side - 1, Math.floor(Math.max(x0, x1) + reach - 0.5))
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach - 0.5))
  const bottom = Math.min(side - 1, Math.floor(Math.max(y0, y1) + reach - 0.5))
  const dx = x1 - x0
  const dy = y1 - y0
  const squared = dx * dx + dy * dy
  for (let row = top; row <= bottom; row++) {
    const py = row + 0.5 - y0
    for (let column = left; column <= right; column++) {
      const px = column + 0.5 - x0
      const t = squared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0
      const ex = px - t * dx
      const ey = py - t * dy
      const distance = ex * ex + ey * ey
      if (distance >= reach * reach) continue
      const grey = Math.min(1, reach - Math.sqrt(distance))
      const at = row * side + column
      if (grey > (image[at] ?? 0)) image[at] = grey
    }
  }
}
