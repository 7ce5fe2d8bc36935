/**
 * Glyphs: the built-in synthetic set. Grey 28×28 images of the ten digits, drawn from strokes like handwriting, so that
 * the lab learns something within a minute of its first start, without network or files.
 *
 * An image is a pure function of (seed, part, index). It is computed with +, −, ×, ÷ and √ alone, which every machine
 * rounds alike, so its bytes are the same everywhere. Any change of an image must raise `GLYPHS_VERSION`.
 */
import { Generator } from '../program/random.ts'
import { HANDS, type Stroke } from './glyph-strokes.ts'
import { UNIT_SCALING, type Samples } from './samples.ts'

/** Recorded with every run on this set. */
export const GLYPHS_VERSION = 1

export const GLYPHS_TRAIN_COUNT = 10_000
export const GLYPHS_TEST_COUNT = 2_000

const SIDE = 28
const FEATURES = SIDE * SIDE
const CLASSES = 10
/** Straight pieces that a span between two control points is drawn with. */
const PIECES = 6

/** How much hands differ. Lengths are in heights of a digit where not said otherwise. */
const HAND = {
  /** Of a digit, in pixels. */
  height: [15, 21],
  /** Width to height. */
  aspect: [0.52, 0.86],
  /** Leaning to the right, width to height. */
  slant: [-0.1, 0.4],
  /** Tangent of half the angle, counter-clockwise: ±11°. */
  turn: [-0.1, 0.1],
  /** Centre of the digit, in pixels off the centre of the image. */
  shift: [-2, 2],
  /** Half the width of the pen, in pixels. */
  pen: [0.65, 1.6],
  /** Standard deviation of every control point. */
  wobble: 0.028,
  /** Of the whole shape, bent: standard deviation of each of the bends. */
  bend: 0.05,
  /** Grey of the ink. */
  ink: [0.75, 1],
  /** Standard deviation of each pixel's grey. */
  noise: 0.08,
} as const

/** Training and test samples of one seed: every ten consecutive samples hold every digit once. */
export function generateGlyphs(
  seed: number,
  counts: { readonly train: number; readonly test: number } = { train: GLYPHS_TRAIN_COUNT, test: GLYPHS_TEST_COUNT },
): { readonly train: Samples; readonly test: Samples } {
  const generator = Generator.seeded(seed).split('glyphs')
  return {
    train: drawPart(generator.split('train'), counts.train),
    test: drawPart(generator.split('test'), counts.test),
  }
}

function drawPart(generator: Generator, count: number): Samples {
  const pixels = new Uint8Array(count * FEATURES)
  const labels = new Uint8Array(count)
  const digits = new Uint32Array(CLASSES)
  const image = new Float64Array(FEATURES)
  for (let i = 0; i < count; i++) {
    if (i % CLASSES === 0)
      generator
        .split('order')
        .split(i)
        .shuffle(digits.map((_, digit) => digit))
        .forEach((digit, j) => (digits[j] = digit))
    const digit = digits[i % CLASSES] ?? 0
    labels[i] = digit
    drawGlyph(generator.split(i), digit, image, pixels.subarray(i * FEATURES, (i + 1) * FEATURES))
  }
  return {
    count,
    features: FEATURES,
    pixels,
    labels,
    classes: CLASSES,
    image: { height: SIDE, width: SIDE, channels: 1 },
    scaling: UNIT_SCALING,
  }
}

function drawGlyph(random: Generator, digit: number, image: Float64Array, into: Uint8Array): void {
  const hands = HANDS[digit] ?? []
  const strokes = hands[random.integer(hands.length)] ?? []
  const place = placement(random)
  const [from, to] = [random.between(...HAND.pen), random.between(...HAND.pen)]
  image.fill(0)
  for (const stroke of strokes) {
    const points = stroke.map(([x, y]) => place(x + HAND.wobble * bell(random), y + HAND.wobble * bell(random)))
    drawStroke(points, 0.7 * from + 0.3 * to, 0.3 * from + 0.7 * to, image)
  }
  const ink = random.between(...HAND.ink)
  // Byte by byte of each random word: four pixels' noise for one draw, two draws a pixel for the bell shape.
  for (let pixel = 0; pixel < FEATURES; pixel += 4) {
    const [one, two] = [random.bits(), random.bits()]
    for (let k = 0; k < 4; k++) {
      const sum = ((one >>> (8 * k)) & 255) + ((two >>> (8 * k)) & 255) - 255
      // Two bytes have a standard deviation of 104.5 together.
      const grey = (image[pixel + k] ?? 0) * ink + (HAND.noise * sum) / 104.5
      into[pixel + k] = Math.round(255 * Math.min(1, Math.max(0, grey)))
    }
  }
}

/** Near enough a standard normal number within ±3.4: four uniform ones, of variance 1/12 each. */
function bell(random: Generator): number {
  const [one, two] = [random.bits(), random.bits()]
  return (((one >>> 16) + (one & 65535) + (two >>> 16) + (two & 65535)) / 65536 - 2) * 1.7320508075688772
}

type Point = readonly [x: number, y: number]

/** Where a point of the unit box comes to lie on the image: bent, leaned, turned, sized and shifted. */
function placement(random: Generator): (x: number, y: number) => Point {
  const height = random.between(...HAND.height)
  const width = height * random.between(...HAND.aspect)
  const slant = random.between(...HAND.slant)
  const half = random.between(...HAND.turn)
  const [cosine, sine] = [(1 - half * half) / (1 + half * half), (2 * half) / (1 + half * half)]
  const [left, top] = [SIDE / 2 + random.between(...HAND.shift), SIDE / 2 + random.between(...HAND.shift)]
  const [a, b, c, d] = [bell(random), bell(random), bell(random), bell(random)].map((bend) => bend * HAND.bend) as [
    number,
    number,
    number,
    number,
  ]
  return (x, y) => {
    const [u, v] = [x - 0.5, y - 0.5]
    // Quadratic bends: strokes bow, tops and bottoms widen.
    const [p, q] = [u + 4 * a * v * v + 2 * b * u * v, v + 4 * c * u * u + 2 * d * u * v]
    const [right, down] = [width * p - slant * height * q, height * q]
    return [left + cosine * right + sine * down, top - sine * right + cosine * down]
  }
}

/** A smooth line through the points (Catmull and Rom's spline: each span a cubic Bézier), the pen's half width going from one to the other. */
function drawStroke(points: readonly Point[], from: number, to: number, image: Float64Array): void {
  const spans = points.length - 1
  const [start] = points
  if (start === undefined) return
  let [x, y] = start
  for (let span = 0; span < spans; span++) {
    const [p0, p1, p2, p3] = [span - 1, span, span + 1, span + 2].map(
      (i) => points[Math.min(spans, Math.max(0, i))] ?? start,
    ) as [Point, Point, Point, Point]
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES
      const along = (axis: 0 | 1): number =>
        p1[axis] +
        0.5 *
          t *
          (p2[axis] -
            p0[axis] +
            t *
              (2 * p0[axis] -
                5 * p1[axis] +
                4 * p2[axis] -
                p3[axis] +
                t * (3 * (p1[axis] - p2[axis]) + p3[axis] - p0[axis])))
      const [nextX, nextY] = [along(0), along(1)]
      drawPiece(x, y, nextX, nextY, from + ((to - from) * (span + t)) / spans, image)
      ;[x, y] = [nextX, nextY]
    }
  }
}

/** A straight piece with round ends: a pixel is inked by how far its centre is from the piece, over one pixel of soft edge. */
function drawPiece(x0: number, y0: number, x1: number, y1: number, pen: number, image: Float64Array): void {
  const reach = pen + 0.5
  const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach - 0.5))
  const right = Math.min(SIDE - 1, Math.floor(Math.max(x0, x1) + reach - 0.5))
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach - 0.5))
  const bottom = Math.min(SIDE - 1, Math.floor(Math.max(y0, y1) + reach - 0.5))
  const [dx, dy] = [x1 - x0, y1 - y0]
  const squared = dx * dx + dy * dy
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) {
      const [px, py] = [column + 0.5 - x0, row + 0.5 - y0]
      const t = squared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0
      const [ex, ey] = [px - t * dx, py - t * dy]
      const distance = Math.sqrt(ex * ex + ey * ey)
      const grey = Math.min(1, reach - distance)
      const at = row * SIDE + column
      if (grey > (image[at] ?? 0)) image[at] = grey
    }
}

export type { Stroke }
