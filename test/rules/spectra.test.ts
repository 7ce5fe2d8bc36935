/** What is told of a layer's correlations and of its lateral matrix, on matrices made by hand. */
import { describe, expect, test } from 'vitest'
import { ruleNamed } from '../../src-main/rules/index.ts'

const LAMBDA = 0.99
const BATCHES = 30
/** A hidden layer of three units and an output of two. */
const WIDTHS = [4, 3, 2]

/** Rows of a matrix. */
type Rows = readonly (readonly number[])[]

const identity = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_value, j) => (i === j ? 1 : 0)))
const scaled = (rows: Rows, by: number): number[][] => rows.map((row) => row.map((v) => by * v))
/** R as training leaves it: what is left of I, and R̂ for the rest. */
const asTracked = (rows: Rows): number[] => {
  const left = LAMBDA ** BATCHES
  return rows.flatMap((row, i) => row.map((v, j) => (1 - left) * v + (i === j ? left : 0)))
}

async function taken(name: string, R: readonly [Rows, Rows], B: readonly [Rows, Rows] = R): Promise<number[]> {
  const rule = ruleNamed('corinfomax')
  const measure = rule?.measures.find((one) => one.name === name)
  const settings: unknown = rule?.settings.parse({ lambda: LAMBDA })
  const held: Record<string, number[]> = {}
  for (const [i, k] of [1, 2].entries()) {
    held[`B${k}`] = (B[i] as Rows).flat()
    for (const log of measure?.keep(settings, WIDTHS) ?? [])
      if (log.endsWith(String(k))) held[log] = asTracked(R[i] as Rows)
  }
  const series = await measure?.take(settings, WIDTHS, {
    batches: BATCHES,
    parameter: (parameter) => Promise.resolve(held[parameter] ?? []),
    measurement: () => [],
    classified: () => {
      throw new Error('the test set is not asked for')
    },
  })
  expect(series?.map(({ series: label }) => label)).toEqual(['layer 1', 'layer 2'])
  return (series ?? []).map(({ value }) => Number(value))
}

describe('effective dimension', () => {
  test('is the number of directions that share the activity evenly', async () => {
    const two = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]
    const [three, one] = await taken('effective-dimension', [
      identity(3),
      [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
    ])
    expect(three).toBeCloseTo(3, 10)
    expect(one).toBeCloseTo(1, 10)
    const [of] = await taken('effective-dimension', [scaled(two, 0.3), identity(2)])
    expect(of).toBeCloseTo(2, 10)
  })

  test('is (Σλ)²/Σλ² of eigenvalues known by hand', async () => {
    // [[2, 1], [1, 2]] has eigenvalues 3 and 1: 16/10.
    const [, found] = await taken('effective-dimension', [
      identity(3),
      [
        [2, 1],
        [1, 2],
      ],
    ])
    expect(found).toBeCloseTo(1.6, 10)
  })
})

describe('the lateral matrix against the inverse of the correlation', () => {
  const R: readonly [Rows, Rows] = [
    [
      [2, 0, 0],
      [0, 4, 0],
      [0, 0, 0.5],
    ],
    // Its inverse is [[2, −1], [−1, 2]] / 3.
    [
      [2, 1],
      [1, 2],
    ],
  ]
  const inverse: readonly [Rows, Rows] = [
    [
      [0.5, 0, 0],
      [0, 0.25, 0],
      [0, 0, 2],
    ],
    [
      [2 / 3, -1 / 3],
      [-1 / 3, 2 / 3],
    ],
  ]

  test('is at 0 and at 0° at the inverse', async () => {
    for (const distance of await taken('lateral-inverse', R, inverse)) expect(distance).toBeCloseTo(0, 6)
    for (const angle of await taken('lateral-inverse-angle', R, inverse)) expect(angle).toBeCloseTo(0, 5)
  })

  test('at three times the inverse is 2 away, at the same angle', async () => {
    const B = [scaled(inverse[0], 3), scaled(inverse[1], 3)] as const
    for (const distance of await taken('lateral-inverse', R, B)) expect(distance).toBeCloseTo(2, 10)
    for (const angle of await taken('lateral-inverse-angle', R, B)) expect(angle).toBeCloseTo(0, 5)
  })

  test('of zeros is 1 away, and has no angle', async () => {
    const B = [scaled(inverse[0], 0), scaled(inverse[1], 0)] as const
    expect(await taken('lateral-inverse', R, B)).toEqual([1, 1])
    expect(await taken('lateral-inverse-angle', R, B)).toEqual([NaN, NaN])
  })

  test('that is the identity is measured by hand', async () => {
    // ‖I − R‖² of [[2, 1], [1, 2]] is 4, of two rows: √2; its cosine to I is 4/(√2 · √10).
    const [, distance] = await taken('lateral-inverse', R, [identity(3), identity(2)])
    expect(distance).toBeCloseTo(Math.SQRT2, 10)
    const [, angle] = await taken('lateral-inverse-angle', R, [identity(3), identity(2)])
    expect(angle).toBeCloseTo((Math.acos(4 / Math.sqrt(20)) * 180) / Math.PI, 8)
  })
})
