/** Bytes of samples into pixels. */
import { expect, it } from 'vitest'
import { bytesOf } from '../../src-renderer/charts/bytes.ts'
import { rgbaOf } from '../../src-renderer/parts/sample-image.ts'

it('draws grey as equal parts, and colours from their planes', () => {
  const grey = bytesOf(Buffer.from([0, 255]).toString('base64'))
  expect(Array.from(rgbaOf(grey, { height: 1, width: 2, channels: 1 }))).toEqual([0, 0, 0, 255, 255, 255, 255, 255])
  const colour = Uint8Array.from([1, 2, 10, 20, 100, 200])
  expect(Array.from(rgbaOf(colour, { height: 1, width: 2, channels: 3 }))).toEqual([1, 10, 100, 255, 2, 20, 200, 255])
})
