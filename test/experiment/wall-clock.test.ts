// The time of a run, added by hand.
import { expect, it } from 'vitest'
import { wallClockSeconds } from '../../src-main/experiment/wall-clock.ts'

it('counts seeds side by side once, and seeds one after the other each', () => {
  const beside = { epochs: [1, 2], seconds: [10.5, 11.25] }
  expect(wallClockSeconds([beside, beside, beside])).toBe(21.75)
  // One was lost after its first epoch, and its time is in that of the others.
  expect(wallClockSeconds([beside, { epochs: [1], seconds: [10.5] }])).toBe(21.75)
  // Added later, alone: 8 and 9 seconds more.
  expect(wallClockSeconds([beside, beside, { epochs: [1, 2], seconds: [8, 9] }])).toBe(38.75)
  // Two epochs of one seed that took the same.
  expect(wallClockSeconds([{ epochs: [1, 2], seconds: [4, 4] }])).toBe(8)
  expect(wallClockSeconds([])).toBe(0)
})
