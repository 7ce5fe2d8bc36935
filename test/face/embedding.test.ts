// Embeddings as points: the alignment of two against SciPy, the place inside a line and the middle of a class by hand.
import { describe, expect, it } from 'vitest'
import { classColour } from '../../src-renderer/charts/class-look.ts'
import { contrast } from '../../src-renderer/charts/heat-scale.ts'
import {
  alignedTo,
  inside,
  middlesOf,
  namesApart,
  pointsOf,
  type EmbeddedPoints,
} from '../../src-renderer/charts/embedding-model.ts'
import { inkOf, stamped, stampOf } from '../../src-renderer/charts/point-raster.ts'
import { draw } from '../../src-renderer/figure/draw.ts'
import { figureTable } from '../../src-renderer/figure/figure-data.ts'
import { readFigure, write } from '../../src-renderer/figure/figure-file.ts'
import { figureOfEmbedding } from '../../src-renderer/figure/from-chart.ts'
import { svgOf } from '../../src-renderer/figure/svg.ts'

function points(x: readonly number[], y: readonly number[], samples = x.map((_, i) => i)): EmbeddedPoints {
  return {
    classes: ['a', 'b'],
    samples: Uint32Array.from(samples),
    labels: Uint16Array.from(x, (_, i) => i % 2),
    predicted: new Uint16Array(x.length),
    x: Float64Array.from(x),
    y: Float64Array.from(y),
  }
}

const one = points([0, 1, 2, 4, 0], [0, 0, 1, 3, 5])

describe('two embeddings of the same samples', () => {
  it('lie on each other when one is the other moved, turned, mirrored and scaled', () => {
    for (const mirror of [1, -1]) {
      const [c, s] = [Math.cos(0.7), Math.sin(0.7)]
      const x = Array.from(one.x, (value, i) => 5 - 3 * (c * value - s * mirror * (one.y[i] ?? 0)))
      const y = Array.from(one.x, (value, i) => 2 + 3 * (s * value + c * mirror * (one.y[i] ?? 0)))
      const { points: found, disparity } = alignedTo(one, points(x, y))
      expect(disparity).toBeCloseTo(0, 12)
      found.x.forEach((value, i) => {
        expect(value).toBeCloseTo(one.x[i] as number, 10)
        expect(found.y[i]).toBeCloseTo(one.y[i] as number, 10)
      })
    }
  })

  it('are as far apart as SciPy finds them', () => {
    // scipy.spatial.procrustes([[0,0],[1,0],[2,1],[4,3],[0,5]], [[1,2],[0,1],[3,1],[2,5],[4,4]])[2] of SciPy 1.17
    const { disparity } = alignedTo(one, points([1, 0, 3, 2, 4], [2, 1, 1, 5, 4]))
    expect(disparity).toBeCloseTo(0.4132183908045977, 10)
  })

  it('are matched by sample, and left alone where they share too few', () => {
    const order = [4, 2, 0, 3, 1]
    const shuffled = points(
      order.map((i) => 10 + (one.x[i] as number)),
      order.map((i) => one.y[i] as number),
      order,
    )
    const { points: found, disparity } = alignedTo(one, shuffled)
    expect(disparity).toBeCloseTo(0, 12)
    order.forEach((sample, i) => {
      expect(found.x[i]).toBeCloseTo(one.x[sample] as number, 10)
    })
    const strangers = points([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [9, 8, 7, 0, 1])
    expect(alignedTo(one, strangers)).toEqual({ points: strangers, disparity: null })
  })
})

describe('points of an embedding', () => {
  it('are read from what the lab answers', () => {
    const encoded = (values: Uint32Array | Uint16Array | Float32Array) => Buffer.from(values.buffer).toString('base64')
    expect(
      pointsOf({
        classes: ['a'],
        samples: encoded(Uint32Array.of(70_000, 3)),
        labels: encoded(Uint16Array.of(0, 0)),
        predicted: encoded(Uint16Array.of(0, 0)),
        points: encoded(Float32Array.of(1, -2, 0.5, 4)),
      }),
    ).toMatchObject({ samples: Uint32Array.of(70_000, 3), x: Float64Array.of(1, 0.5), y: Float64Array.of(-2, 4) })
  })

  it('lie inside a line or outside of it', () => {
    // An L, whose corner is outside.
    const line = [
      [0, 0],
      [4, 0],
      [4, 1],
      [1, 1],
      [1, 4],
      [0, 4],
    ].map(([x = 0, y = 0]) => ({ x, y }))
    expect(inside(line, { x: 3, y: 0.5 })).toBe(true)
    expect(inside(line, { x: 0.5, y: 3 })).toBe(true)
    expect(inside(line, { x: 3, y: 3 })).toBe(false)
    expect(inside(line, { x: -1, y: 0.5 })).toBe(false)
    expect(inside([], { x: 0, y: 0 })).toBe(false)
  })

  it('have the name of their class at its median', () => {
    // Class a: samples 0, 2, 4; class b: 1 and 3.
    expect(middlesOf(one)).toEqual([
      { x: 0, y: 1 },
      { x: 2.5, y: 1.5 },
    ])
    expect(middlesOf({ ...one, classes: ['a', 'b', 'c'] })[2]).toBeNull()
  })

  it('have names that lie on no other', () => {
    const name = (text: string, x: number, y: number) => ({ text, x, y, width: 40, height: 16 })
    const found = namesApart([name('a', 0, 10), name('b', 20, 12), name('c', 100, 11), name('d', 5, 20)])
    expect(found.map(({ text, x, y }) => [text, x, y])).toEqual([
      ['a', 0, 10],
      ['c', 100, 11],
      ['b', 20, 26],
      ['d', 5, 42],
    ])
  })

  it('have names that lie on no other, wherever rounding puts them', () => {
    const random = (i: number): number => Math.abs(Math.sin(i * 12.9898) * 43758.5453) % 1
    const names = Array.from({ length: 60 }, (_, i) => ({
      ...{ text: String(i), x: 60 * random(i), y: 300 * random(i + 1000), width: 40, height: 16.1 },
    }))
    const found = namesApart(names)
    for (const [i, a] of found.entries())
      for (const b of found.slice(i + 1)) if (Math.abs(a.x - b.x) < 40) expect(Math.abs(a.y - b.y)).toBeGreaterThan(16)
  })

  it('become pixels: full in the middle, soft at the edge, and over what is there', () => {
    const pixels = { width: 9, height: 9, data: new Uint8ClampedArray(9 * 9 * 4) }
    const at = (x: number, y: number) => [...pixels.data.slice((y * 9 + x) * 4, (y * 9 + x) * 4 + 4)]
    stamped(pixels, stampOf(2), 4.7, 4.2, inkOf('#ff0000', 1))
    expect(at(4, 4)).toEqual([255, 0, 0, 255])
    // The edge runs through the middle of these.
    expect(at(6, 4)[3]).toBe(128)
    expect(at(7, 4)[3]).toBe(0)
    // Half of blue over red, and half of blue over nothing.
    stamped(pixels, stampOf(0.5), 4, 4, inkOf('#0000ff', 0.5))
    stamped(pixels, stampOf(0.5), 0, 0, inkOf('#0000ff', 0.5))
    expect(at(4, 4)).toEqual([128, 0, 128, 255])
    expect(at(0, 0)).toEqual([0, 0, 255, 128])
    // A ring leaves the middle free; what lies beyond the picture is left out.
    const ring = stampOf(3, 2)
    expect(ring.cover[ring.reach * (2 * ring.reach + 1) + ring.reach]).toBe(0)
    stamped(pixels, ring, -1, 20, inkOf('#000000', 1))
    expect(at(4, 4)).toEqual([128, 0, 128, 255])
  })

  it('have colours that stand out from the ground they are on', () => {
    for (let label = 0; label < 10; label++) {
      expect(contrast(classColour(label, 'light'), '#ffffff')).toBeGreaterThan(1.4)
      expect(contrast(classColour(label, 'dark'), '#242031')).toBeGreaterThan(3)
    }
    expect(new Set(Array.from({ length: 10 }, (_, label) => classColour(label))).size).toBe(10)
  })
})

describe('the figure of an embedding', () => {
  const figure = figureOfEmbedding(one, { title: 'PCA of layer 1', origin: 'a run', axes: ['First', 'Second'] })
  const scene = draw(figure, (text, size) => text.length * size * 0.5)

  it('has a disc for each sample, the same scale along both axes, and the classes named', () => {
    const clipped = scene.marks.find(({ kind }) => kind === 'clipped')
    if (clipped?.kind !== 'clipped') throw new Error('points are clipped to their frame')
    const discs = clipped.marks.flatMap((mark) => (mark.kind === 'disc' ? [mark] : []))
    expect(discs).toHaveLength(5)
    const [a, b, , d] = discs
    if (a === undefined || b === undefined || d === undefined) throw new Error('there are five')
    // From (0, 0) to (1, 0) and to (4, 3).
    const unit = b.x - a.x
    expect(b.y).toBeCloseTo(a.y, 9)
    expect(d.x - a.x).toBeCloseTo(4 * unit, 9)
    expect(a.y - d.y).toBeCloseTo(3 * unit, 9)
    for (const { x, y } of discs) {
      expect(x).toBeGreaterThan(clipped.x)
      expect(x).toBeLessThan(clipped.x + clipped.width)
      expect(y).toBeGreaterThan(clipped.y)
      expect(y).toBeLessThan(clipped.y + clipped.height)
    }
    const words = scene.marks.flatMap((mark) => (mark.kind === 'words' ? [mark.text] : []))
    expect(words.toSorted()).toEqual(['First', 'Second', 'a', 'b'])
  })

  it('is a table, and is opened again from its file', () => {
    expect(figureTable(figure, ',').split('\n').slice(0, 3)).toEqual(['sample,class,x,y', '0,a,0,0', '1,b,1,0'])
    const svg = svgOf(scene, { title: 'PCA', description: '', embedded: write(figure) })
    expect(readFigure('a.svg', new TextEncoder().encode(svg))).toEqual(figure)
  })
})
