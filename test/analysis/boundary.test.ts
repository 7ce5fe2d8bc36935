// How a network divides the plane: of a linear one by its formula, of any other as it classifies the same points, and never
// of samples that are no points.
import { describe, expect, it } from 'vitest'
import { boundary, gridOf } from '../../src-main/analysis/boundary.ts'
import { openTrained } from '../../src-main/analysis/trained-network.ts'
import { planeAround, pointsOf } from '../../src-main/data/plane.ts'
import type { DataSet, Samples } from '../../src-main/data/data-set.ts'
import { generateSpirals } from '../../src-main/data/toys.ts'
import { compileRule, ruleNamed, type Rule } from '../../src-main/rules/index.ts'
import { data as glyphs, networkOf } from './networks.ts'

const spirals: DataSet = { ...generateSpirals(0, { train: 1, test: 40 }), name: 'spirals', classNames: ['in', 'out'] }
const floats = (base64: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)
const shorts = (base64: string): Uint16Array => new Uint16Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer)

describe('the plane', () => {
  const table: Samples = {
    ...{ count: 3, features: 2, pixels: Float32Array.of(0, 1, 4, 1, 2, 1), labels: new Uint8Array(3), classes: 2 },
    ...{ image: null, scaling: { scale: [0.5], offset: [-1] } },
  }

  it('holds what a network sees of the samples, with air, also where a feature has one value', () => {
    const points = pointsOf(table, [0, 1, 2])
    expect([...points]).toEqual([-1, -0.5, 1, -0.5, 0, -0.5])
    // 6 % of a range of 2, and a range of 1 where there is none.
    expect(planeAround(points)).toEqual({ left: -1.12, right: 1.12, low: -1, high: 0 })
  })

  it('is cut into cells whose middles are the grid, row by row from the top', () => {
    const grid = gridOf({ left: 0, right: 4, low: 0, high: 2 }, 2)
    expect([...grid]).toEqual([1, 1.5, 3, 1.5, 1, 0.5, 3, 0.5])
  })
})

describe('the boundary of a linear network', () => {
  // Scores 3x − 2y + 0.5 and x + y: class 0 where 2x − 3y + 0.5 > 0.
  const linear = networkOf('backprop', {}, { widths: [2, 2] })
  const weights: Readonly<Record<string, readonly number[]>> = { W1: [3, -2, 1, 1], b1: [0.5, 0] }
  const trained = {
    ...linear,
    network: {
      ...linear.network,
      parameters: linear.network.parameters.map((parameter) => ({
        ...parameter,
        values: Float64Array.from(weights[parameter.name] ?? parameter.values),
      })),
    },
  }

  it('is the line that its weights say, score by score', async () => {
    const side = 20
    const found = await boundary({ ...trained, data: spirals, side })
    const { test } = spirals
    const at = (i: number): readonly [number, number] => [test.pixels[2 * i]!, test.pixels[2 * i + 1]!]
    expect(found).toMatchObject({ epoch: 7, within: false, classes: ['in', 'out'], side, samples: 40 })
    expect(found.plane).toEqual(planeAround(test.pixels))
    const scores = floats(found.scores)
    expect(scores).toHaveLength(side * side * 2)
    const grid = gridOf(found.plane, side)
    let above = 0
    for (let cell = 0; cell < side * side; cell++) {
      const [x, y] = [grid[2 * cell]!, grid[2 * cell + 1]!]
      expect(scores[2 * cell]).toBeCloseTo(3 * x - 2 * y + 0.5, 5)
      expect(scores[2 * cell + 1]).toBeCloseTo(x + y, 5)
      if (2 * x - 3 * y + 0.5 > 0) above++
    }
    const begun = { ...trained.network, position: { ...trained.network.position, batchInEpoch: 3 } }
    expect((await boundary({ ...trained, network: begun, data: spirals, side: 2 })).within).toBe(true)
    // It crosses the plane, or nothing of it was seen.
    expect(above).toBeGreaterThan(50)
    expect(above).toBeLessThan(350)
    expect([...floats(found.points)]).toEqual([...test.pixels])
    expect([...shorts(found.labels)]).toEqual([...test.labels])
    expect([...shorts(found.predicted)]).toEqual(
      Array.from({ length: 40 }, (_, i) => (2 * at(i)[0] - 3 * at(i)[1] + 0.5 > 0 ? 0 : 1)),
    )
  })
})

describe.each(['backprop', 'ep', 'corinfomax', 'csm', 'pc', 'feedback-alignment'])('the boundary of %s', (name) => {
  it('is where it takes the points themselves for another class', async () => {
    const trained = networkOf(name, {}, { widths: [2, 6, 2] })
    const rule = ruleNamed(name) as Rule
    const compiled = compileRule(rule, trained.experiment.rule.settings, trained.experiment.widths)
    const found = await boundary({ ...trained, data: spirals, side: 3 })
    const grid: Samples = { ...spirals.test, count: 9, pixels: gridOf(found.plane, 3), labels: new Uint8Array(9) }
    const { session } = await openTrained(trained, compiled, { train: spirals.train, test: grid })
    try {
      const scores = await session.predict({
        ...{ split: 'test', samples: Uint32Array.from({ length: 9 }, (_, i) => i), replica: 0 },
        scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
      })
      floats(found.scores).forEach((score, i) => {
        expect(score).toBeCloseTo(scores[i] as number, 5)
      })
    } finally {
      session.close()
    }
  })
})

it('there is none of samples that are no points of a plane', async () => {
  await expect(boundary({ ...networkOf('backprop'), data: glyphs, side: 8 })).rejects.toThrow(
    /samples of two features, found 784 of an image/,
  )
})
