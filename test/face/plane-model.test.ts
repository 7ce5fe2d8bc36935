// What the picture of a decision boundary is made of: colours by class and margin, a line and no staircase, and the numbers beside it.
import { describe, expect, it } from 'vitest'
import { cellsOf, classShares, depthOf, groundPixels, placeInPlane } from '../../src-renderer/charts/plane-model.ts'
import { figureOfBoundary } from '../../src-renderer/figure/from-chart.ts'
import { draw } from '../../src-renderer/figure/draw.ts'
import { Figure } from '../../src-renderer/figure/figure.ts'

/** Scores x − ¼ and ¼ − x, x from 0 to 1 across, in the middles of 8 × 8 cells: the boundary stands at a quarter. */
const side = 8
const ground = {
  side,
  classes: 2,
  scores: Float32Array.from({ length: side * side * 2 }, (_, i) => {
    const x = ((Math.floor(i / 2) % side) + 0.5) / side
    return i % 2 === 0 ? x - 0.25 : 0.25 - x
  }),
}
const colours = [
  [0, 0, 255],
  [255, 0, 0],
] as const

describe('the ground', () => {
  it('has the colour of the class of the largest output, deeper the larger the margin', () => {
    const paper = [255, 255, 255] as const
    const pixels = groundPixels(ground, 40, 2, { paper, colours })
    expect(pixels).toHaveLength(4 * 40 * 2)
    for (let i = 0; i < 40; i++) {
      // Beyond the middles of the outer cells nothing is known of a slope.
      const x = Math.min(1 - 0.5 / side, Math.max(0.5 / side, (i + 0.5) / 40))
      const margin = Math.abs(2 * (x - 0.25))
      const fade = 255 * (1 - depthOf(margin))
      const [red, green, blue] = x > 0.25 ? [fade, fade, 255] : [255, fade, fade]
      const found = [...pixels.subarray(4 * i, 4 * i + 4)]
      expect(found[3]).toBe(255)
      ;[red, green, blue].forEach((channel, c) => {
        expect(Math.abs((found[c] ?? 0) - channel)).toBeLessThanOrEqual(1)
      })
    }
  })

  it('is at its deepest from a margin of 1 on, and of nothing that is no number', () => {
    expect(depthOf(1)).toBe(depthOf(7))
    expect(depthOf(0.5)).toBeCloseTo((depthOf(0) + depthOf(1)) / 2, 12)
    expect(depthOf(NaN)).toBe(depthOf(0))
  })

  it('is finer where cells are cut, the boundary where it was', () => {
    expect(cellsOf(ground).map(({ best }) => best)).toEqual(
      Array.from({ length: 64 }, (_, cell) => (cell % side < 2 ? 1 : 0)),
    )
    const fine = cellsOf(ground, 80).slice(0, 80)
    expect(fine.filter(({ best }) => best === 1)).toHaveLength(20)
    // At the middle of column 40: x = 0.50625.
    expect(fine[40]?.margin).toBeCloseTo(2 * (0.50625 - 0.25), 5)
  })
})

const divided = {
  ...{ epoch: 3, within: false, classes: ['a', 'b'], samples: 3, ground },
  plane: { left: 0, right: 1, low: 0, high: 1 },
  points: Float32Array.of(0.1, 0.5, 0.9, 0.5, 0.2, 0.1),
  labels: Uint16Array.of(1, 0, 0),
  predicted: Uint16Array.of(1, 0, 1),
}

it('the numbers beside it: each class’s share of the plane, and its samples that are taken for another', () => {
  expect(classShares(divided)).toEqual([
    { name: 'a', plane: 0.75, samples: 2, misclassified: 1 },
    { name: 'b', plane: 0.25, samples: 1, misclassified: 0 },
  ])
})

it('a point stands where it lies, from the left and from the top', () => {
  const points = Buffer.from(Float32Array.of(9, 9, 3, -1).buffer).toString('base64')
  const preview = { plane: { left: 1, right: 5, low: -2, high: 2 }, points, cloud: '', cloudLabels: '' }
  expect(placeInPlane(preview, 1)).toEqual({ x: 0.5, y: 0.75 })
})

it('as a figure it has its cells, its points and its classes, survives its file, and lies within the paper', () => {
  const figure = figureOfBoundary(divided, { title: 'Decision boundary', origin: '' })
  expect(Figure.parse(JSON.parse(JSON.stringify(figure)))).toEqual(figure)
  const { width, height, marks } = draw(figure, (text, size) => 0.6 * size * text.length)
  const words = marks.flatMap((mark) => (mark.kind === 'words' ? [mark.text] : []))
  expect(words).toEqual(expect.arrayContaining(['a', 'b', 'Feature 1', 'Feature 2', '0.4']))
  const clipped = marks.find((mark) => mark.kind === 'clipped')
  if (clipped?.kind !== 'clipped') throw new Error('nothing is drawn in the frame')
  expect(clipped.x).toBeGreaterThan(0)
  expect(clipped.x + clipped.width).toBeLessThan(width)
  expect(clipped.y + clipped.height).toBeLessThan(height)
  // A point and its rim each.
  expect(clipped.marks.filter(({ kind }) => kind === 'disc')).toHaveLength(6)
  const boxes = clipped.marks.filter(({ kind }) => kind === 'path')
  // 16 rows of a few boxes, from one side of the frame to the other.
  expect(boxes.length).toBeGreaterThanOrEqual(32)
  const right = Math.max(
    ...boxes.flatMap((mark) => (mark.kind === 'path' ? mark.points.filter((_, i) => i % 2 === 0) : [])),
  )
  expect(right).toBeGreaterThanOrEqual(clipped.x + clipped.width)
})
