/** A time left says how sure it is. */
import { describe, expect, it } from 'vitest'
import { queueTime, timeLeftInWords } from '../../src-renderer/screens/live/time-left.ts'

describe('a time left', () => {
  it.each<[number | null, [number, number] | null, string]>([
    [null, null, '–'],
    [42, null, 'about 42 s'],
    [780, null, 'about 13 min'],
    [780, [720, 840], '12–14 min'],
    [780, [775, 785], '13 min'],
    [95, [90, 130], '2 min'],
    [30, [25.4, 40.2], '25–40 s'],
    [7000, [6500, 7900], '1.8–2.2 h'],
    [400_000, [350_000, 450_000], '4.1–5.2 d'],
    // The estimate itself is never outside of its range.
    [900, [600, 660], '10–15 min'],
  ])('of %s s in %j is %s', (seconds, range, words) => {
    expect(timeLeftInWords(seconds, range)).toBe(words)
  })

  it('of a queue is the sum of what is known, and says how many are not', () => {
    expect(queueTime([60, null], [10, 20, null])).toEqual({ seconds: 90, unknown: 2 })
    expect(queueTime([], [])).toEqual({ seconds: 0, unknown: 0 })
  })
})
