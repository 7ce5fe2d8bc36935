/**
 * Glyphs: the built-in synthetic set. Grey 28×28 images of the ten digits, drawn from strokes like handwriting, so that
 * the lab learns something within a minute of its first start, without network or files.
 *
 * An image is a pure function of (seed, part, index). It is computed with +, −, ×, ÷ and √ alone, which every machine
 * rounds alike, so its bytes are the same everywhere. Any change of an image must raise `GLYPHS_VERSION`.
 */
import { Generator } from '../program/random.ts'
import { bell } from './bell.ts'
import { drawLine, smooth, type Point } from './glyph-pen.ts'
import { HANDS } from './glyph-strokes.ts'
import { UNIT_SCALING, type Samples } from './data-set.ts'

/** Recorded with every run on this set. */
export const GLYPHS_VERSION = 1

const GLYPHS_TRAIN_COUNT = 10_000
const GLYPHS_TEST_COUNT = 2_000

const SIDE = 28
const FEATURES = SIDE * SIDE
const CLASSES = 10
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
  shift: [-3, 3],
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
  const form = formOf(random)
  const lines = strokes.map((stroke) =>
    smooth(stroke.map(([x, y]) => form(x + HAND.wobble * bell(random), y + HAND.wobble * bell(random)))),
  )
  const from = random.between(...HAND.pen)
  const to = random.between(...HAND.pen)
  const placed = placeWithin(lines, Math.max(from, to), random)
  image.fill(0)
  // One hand's pen differs less within a digit than pens differ.
  for (const line of placed) drawLine(line, 0.7 * from + 0.3 * to, 0.3 * from + 0.7 * to, image, SIDE)
  const ink = random.between(...HAND.ink)
  // Two random bytes per pixel for the bell shape; two words hold those of four pixels.
  for (let pixel = 0; pixel < FEATURES; pixel += 4) {
    const one = random.bits()
    const two = random.bits()
    for (let k = 0; k < 4; k++) {
      const sum = ((one >>> (8 * k)) & 255) + ((two >>> (8 * k)) & 255) - 255
      const grey = (image[pixel + k] ?? 0) * ink + HAND.noise * (sum / NOISE_DEVIATION)
      into[pixel + k] = Math.round(255 * Math.min(1, Math.max(0, grey)))
    }
  }
}

/** Of the sum of two bytes: √(2·(256² − 1)/12). */
const NOISE_DEVIATION = 104.5

/** Where a point of the unit box comes to lie around the centre of the digit, in pixels: bent, leaned, turned and sized. */
function formOf(random: Generator): (x: number, y: number) => Point {
  const height = random.between(...HAND.height)
  const width = height * random.between(...HAND.aspect)
  const lean = height * random.between(...HAND.slant)
  const half = random.between(...HAND.turn)
  const cosine = (1 - half * half) / (1 + half * half)
  const sine = (2 * half) / (1 + half * half)
  const bend = (): number => HAND.bend * bell(random)
  const [bow, widen, sag, stretch] = [bend(), bend(), bend(), bend()]
  return (x, y) => {
    const u = x - 0.5
    const v = y - 0.5
    const p = u + 4 * bow * v * v + 2 * widen * u * v
    const q = v + 4 * sag * u * u + 2 * stretch * u * v
    const right = width * p - lean * q
    const down = height * q
    return [cosine * right + sine * down, cosine * down - sine * right]
  }
}

/** Off the centre of the image at random, yet with all ink at least a pixel inside the frame; a shape too large for that is made smaller. */
function placeWithin(lines: readonly Point[][], pen: number, random: Generator): Point[][] {
  const room = SIDE / 2 - 1 - (pen + 0.5)
  const place = (axis: 0 | 1) => {
    let least = 0
    let most = 0
    for (const line of lines)
      for (const point of line) {
        least = Math.min(least, point[axis])
        most = Math.max(most, point[axis])
      }
    const size = Math.min(1, (2 * room) / (most - least))
    const [low, high] = [-room - size * least, room - size * most]
    // Where the shift may not be as drawn, another one that fits is.
    const shift = random.between(
      Math.max(low, Math.min(high, HAND.shift[0])),
      Math.min(high, Math.max(low, HAND.shift[1])),
    )
    return (length: number): number => SIDE / 2 + shift + size * length
  }
  const [across, down] = [place(0), place(1)]
  return lines.map((line) => line.map(([x, y]) => [across(x), down(y)] as const))
}
