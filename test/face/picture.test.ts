// The image that a person draws: strokes by their distance, mixtures by arithmetic, noise by its own statistics.
import { describe, expect, it } from 'vitest'
import {
  base64Of,
  blank,
  blended,
  centred,
  noisy,
  stroked,
  WHITE,
  type Size,
} from '../../src-renderer/screens/draw/picture.ts'

const grey: Size = { height: 8, width: 10, channels: 1 }
const colour: Size = { height: 4, width: 4, channels: 3 }

describe('a drawing', () => {
  it('has full ink on the line of the pen, none two pixels off, and leaves what was there', () => {
    const before = blank(grey)
    const after = stroked(before, grey, { x: 2.5, y: 4.5 }, { x: 7.5, y: 4.5 }, { radius: 1, ink: WHITE })
    expect([...before]).toEqual(new Array(80).fill(0))
    for (let x = 2; x <= 7; x++) {
      expect(after[4 * 10 + x]).toBe(255)
      // One pixel off: 1.5 − 1 = half the ink.
      expect(after[5 * 10 + x]).toBe(128)
      expect(after[6 * 10 + x]).toBe(0)
    }
    expect(after[4 * 10 + 9]).toBe(0)
  })

  it('takes the colours of an ink, plane by plane, and stops at the edge', () => {
    const after = stroked(
      blank(colour),
      colour,
      { x: -3, y: 0.5 },
      { x: 0.5, y: 0.5 },
      { radius: 0.5, ink: [10, 20, 30] },
    )
    expect([after[0], after[16], after[32]]).toEqual([10, 20, 30])
    expect(after[5]).toBe(0)
  })

  it('blends two images by their shares', () => {
    expect([...blended(Uint8Array.of(0, 100, 255), Uint8Array.of(100, 0, 255), 0.25)]).toEqual([25, 75, 255])
  })

  it('gets noise of the deviation asked for, the same for the same seed', () => {
    const even = new Uint8Array(20_000).fill(128)
    const one = noisy(even, 0.1, 4)
    expect(noisy(even, 0.1, 4)).toEqual(one)
    expect(noisy(even, 0.1, 5)).not.toEqual(one)
    const mean = one.reduce((sum, value) => sum + value, 0) / one.length
    const sd = Math.sqrt(one.reduce((sum, value) => sum + (value - mean) ** 2, 0) / one.length)
    // Five standard errors of a mean, 25.5/√20000, and of a deviation, 25.5/√40000.
    expect(Math.abs(mean - 128)).toBeLessThan(5 * 0.18)
    expect(Math.abs(sd - 25.5)).toBeLessThan(5 * 0.13)
    expect(noisy(even, 0, 4)).toBe(even)
  })

  it('is moved to the middle by its mass', () => {
    const corner = blank(grey)
    corner[0] = 200
    corner[1] = 200
    const moved = centred(corner, grey)
    // Its centre of mass, (1, 0.5), goes to (5, 4.5), whole pixels nearest to (5, 4).
    expect([moved[4 * 10 + 4], moved[4 * 10 + 5]]).toEqual([200, 200])
    expect(moved.reduce((sum, value) => sum + value, 0)).toBe(400)
    const nothing = blank(grey)
    expect(centred(nothing, grey)).toBe(nothing)
  })

  it('crosses the wire as it is', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect([...Buffer.from(base64Of(bytes), 'base64')]).toEqual([...bytes])
  })
})
