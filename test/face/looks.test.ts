// How lines are told apart: by dash and marker for every eye, and by colours that are a rule's own everywhere.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { colour, colourProperty, lineStyle, SHADES } from '../../src-renderer/charts/line-style.ts'
import { lookAt, placed, shaded, type GroupLook } from '../../src-renderer/charts/looks.ts'
import { PAPER, seriesColor } from '../../src-renderer/figure/paper.ts'
import { madeUpDescription } from './made-up-lab.ts'

const tokens = readFileSync(new URL('../../src-renderer/style/tokens.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = tokens.split(":root[data-theme='dark']")
const read = (theme: string, name: string): string =>
  new RegExp(`${name}: (#[0-9a-f]{6});`).exec(theme)?.[1] ?? `no ${name}`
const SLOTS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const shadesOf = (theme: string, series: number): readonly string[] =>
  Array.from({ length: SHADES }, (_, shade) => read(theme, colourProperty({ series, shade })))

/** Linear light of sRGB (IEC 61966-2-1). */
function linear(hex: string): readonly [number, number, number] {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return [r, g, b]
}

/** WCAG 2.2's ratio of contrast. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [r, g, b] = linear(hex)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (bright + 0.05) / (dim + 0.05)
}

/** CIE 1976 L*a*b*, D65. */
function lab(hex: string): readonly [number, number, number] {
  const [r, g, b] = linear(hex)
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116)
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b)
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** ΔE of 1976: 2.3 is just noticeable. */
const apart = (a: string, b: string): number => Math.hypot(...lab(a).map((value, i) => value - lab(b)[i]!))

describe('colours', () => {
  test.each([
    ['light', light],
    ['dark', dark],
  ])('of a slot and its shades are read on %s, and are not mixed up with each other', (_, theme) => {
    const ground = read(theme, '--surface')
    for (const series of SLOTS) {
      const shades = shadesOf(theme, series)
      for (const one of shades) expect(contrast(one, ground)).toBeGreaterThan(3)
      for (const [i, one] of shades.entries())
        for (const other of shades.slice(i + 1)) expect(apart(one, other)).toBeGreaterThan(8)
    }
    const own = SLOTS.map((series) => shadesOf(theme, series)[0] ?? '')
    for (const [i, one] of own.entries())
      for (const other of own.slice(i + 1)) expect(apart(one, other)).toBeGreaterThan(8)
  })

  test('on paper are those of the light screen', () => {
    for (const series of SLOTS)
      expect([0, 1, 2].map((shade) => seriesColor({ series, shade }))).toEqual(shadesOf(light, series))
    expect(PAPER.series).toHaveLength(SLOTS.length)
  })

  test('of a rule are the same in the Lab and in charts', () => {
    for (const { name, palette } of madeUpDescription.rules) {
      const { series } = lineStyle(madeUpDescription, name, 'mnist')
      expect(series).toBe(palette)
      expect(lookAt(5, series, 0).series).toBe(palette)
      expect(colour(series)).toBe(`var(--series-${palette})`)
    }
  })
})

/** Rules' slots of up to twelve groups, of one rule and of several. */
const mixtures: readonly (readonly number[])[] = [
  ...Array.from({ length: 12 }, (_, i) => new Array<number>(i + 1).fill(8)),
  [1, 1, 8],
  [1, 8, 1, 8, 1, 8],
  SLOTS,
  [...SLOTS, 1, 1, 2, 3],
]

function looksOf(slots: readonly number[]): readonly GroupLook[] {
  const groups = slots.map((series, i) => ({ id: String(i), series }))
  const places = placed(
    groups.map(({ id }) => id),
    new Map(),
  )
  const shades = shaded(groups, new Map())
  return groups.map(({ id, series }) => lookAt(places.get(id) ?? 0, series, shades.get(id) ?? 0))
}

describe('looks of groups', () => {
  test.each(mixtures.map((slots) => [slots.join(' '), slots] as const))('slots %s', (_, slots) => {
    const looks = looksOf(slots)
    // Without any colour: no two are dashed and marked alike.
    expect(new Set(looks.map(({ dash, marker }) => `${dash} ${marker}`)).size).toBe(looks.length)
    looks.forEach(({ series }, i) => expect(series).toBe(slots[i]))
    for (const series of new Set(slots)) {
      const shades = looks.filter((look) => look.series === series).map(({ shade }) => shade)
      // The first has the rule's own colour, and as many as there are shades have one each.
      expect(shades[0]).toBe(0)
      expect(new Set(shades).size).toBe(Math.min(SHADES, shades.length))
    }
  })

  test('are 24 without colour, as many as can be compared', () => {
    const all = Array.from({ length: 24 }, (_, place) => lookAt(place, 1, 0))
    expect(new Set(all.map(({ dash, marker }) => `${dash} ${marker}`)).size).toBe(24)
  })

  test('keep their shade while others of the rule come and go', () => {
    const before = shaded(
      [
        { id: 'a', series: 1 },
        { id: 'b', series: 1 },
        { id: 'c', series: 2 },
      ],
      new Map(),
    )
    expect([...before]).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 0],
    ])
    expect(
      shaded(
        [
          { id: 'b', series: 1 },
          { id: 'd', series: 1 },
        ],
        before,
      ).get('b'),
    ).toBe(1)
    expect(
      shaded(
        [
          { id: 'b', series: 1 },
          { id: 'd', series: 1 },
        ],
        before,
      ).get('d'),
    ).toBe(0)
  })

  test('stay with their group while others come and go', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 6 })
    fc.assert(
      fc.property(fc.array(ids, { minLength: 2, maxLength: 6 }), (steps) => {
        let before: ReadonlyMap<string, number> = new Map()
        for (const step of steps) {
          const after = placed(step, before)
          expect([...after.keys()].sort()).toEqual([...step].sort())
          expect(new Set(after.values()).size).toBe(step.length)
          for (const id of step) if (before.has(id)) expect(after.get(id)).toBe(before.get(id))
          before = after
        }
      }),
    )
  })
})
