// What the window makes of what was found in networks: samples behind a cell, shares by bin, fields as pixels; by hand.
import { describe, expect, it } from 'vitest'
import { levelsOf, signedStops } from '../../src-renderer/charts/heat-scale.ts'
import { drawnOf, PLAIN, wholeRange } from '../../src-renderer/charts/chart-view.ts'
import { parameterName, weightModel } from '../../src-renderer/charts/spread-models.ts'
import { fieldRaster, gridRaster } from '../../src-renderer/figure/field-grid.ts'
import { chosenSamples, classifiedOf, countsOf } from '../../src-renderer/screens/run/representations/classified.ts'

const base64 = (values: Uint16Array | Float32Array): string => Buffer.from(values.buffer).toString('base64')

describe('samples by how they are classified', () => {
  const classified = classifiedOf({
    ...{ epoch: 2, engine: 'reference', samples: 5, classes: ['a', 'b'] },
    labels: base64(Uint16Array.of(0, 1, 1, 0, 1)),
    predicted: base64(Uint16Array.of(0, 0, 1, 1, 0)),
    margins: base64(Float32Array.of(0.5, 0.25, 0.75, 0.125, 0.5)),
  })

  it('are counted by true and predicted class', () => {
    expect([...countsOf(classified)]).toEqual([1, 1, 2, 1])
  })

  it('lie behind the cells, the least or the most certain first', () => {
    expect(chosenSamples(classified, { truth: 1, taken: 0 }, 'least')).toEqual([1, 4])
    expect(chosenSamples(classified, { truth: 1, taken: 0 }, 'most')).toEqual([4, 1])
    expect(chosenSamples(classified, 'wrong', 'least')).toEqual([3, 1, 4])
    // Equally certain ones stand in the order of the set.
    expect(chosenSamples(classified, 'all', 'most')).toEqual([2, 0, 4, 1, 3])
  })
})

describe('weights as a chart', () => {
  const spread = (epoch: number, counts: readonly number[]) => ({
    ...{ epoch, drawn: epoch === 0, mean: 0, sd: 1, zeros: 0, broken: 0 },
    histogram: { low: -0.5, width: 0.25, counts },
  })
  const matrix = { name: 'V2', rows: 3, columns: 4, epochs: [spread(0, [3, 9]), spread(5, [0, 12])] }
  const synapses = [{ kind: 'feedback', letter: 'V' }] as const
  const model = weightModel(matrix, { synapses, palette: 1 })

  it('show the share of each bin from edge to edge, before and after training', () => {
    expect(model.name).toBe('V₂, feedback weights')
    expect(model.note).toBe('3 × 4')
    const [drawn, trained] = model.lines
    expect([drawn?.label, trained?.label]).toEqual(['as drawn', 'after epoch 5'])
    expect([...(drawn?.x ?? [])]).toEqual([-0.5, -0.25, -0.25, 0])
    expect([...(drawn?.y ?? [])]).toEqual([0.25, 0.25, 0.75, 0.75])
    expect([...(trained?.y ?? [])]).toEqual([0, 0, 1, 1])
  })

  it('have an axis as long as their range, which holds no count', () => {
    expect(wholeRange(model, 'linear')).toEqual({ low: -0.5, high: 0 })
    expect(drawnOf(model, PLAIN, null, 100).x).toMatchObject({ low: -0.5, high: 0 })
  })

  it('are called as in equations', () => {
    expect([parameterName('W12'), parameterName('begin'), parameterName('b1')]).toEqual(['W₁₂', 'begin', 'b₁'])
  })
})

describe('a receptive field as pixels', () => {
  const colours = levelsOf(signedStops('light'))
  const grey = {
    ...{ image: { height: 1, width: 2, channels: 1 }, features: 2, most: 4 },
    fields: [{ most: 4 }, { most: 1 }],
    pixels: Uint8Array.of(255, 128, 0, 128),
  }

  it('is red above zero, blue below, and near nothing at zero', () => {
    const at = (raster: { rgba: Uint8ClampedArray }, pixel: number) => [...raster.rgba.slice(pixel * 4, pixel * 4 + 3)]
    expect(at(fieldRaster(grey, 0, 'own', colours), 0)).toEqual([...colours.slice(255 * 4, 255 * 4 + 3)])
    const zero = at(fieldRaster(grey, 0, 'own', colours), 1)
    expect(Math.min(...zero)).toBeGreaterThan(235)
    const [red = 0, , blue = 0] = at(fieldRaster(grey, 1, 'own', colours), 0)
    expect(blue).toBeGreaterThan(red)
    // On a scale of 4, −1 is a quarter of the way from nothing to the strongest blue.
    const level = Math.round(127.5 - 127.5 / 4)
    expect(at(fieldRaster(grey, 1, 'common', colours), 0)).toEqual([...colours.slice(level * 4, level * 4 + 3)])
  })

  it('of a colour image is in colour', () => {
    const rgb = {
      ...{ image: { height: 1, width: 1, channels: 3 }, features: 3, most: 2 },
      ...{ fields: [{ most: 1 }], pixels: Uint8Array.of(255, 128, 0) },
    }
    expect([...fieldRaster(rgb, 0, 'own', colours).rgba]).toEqual([255, 128, 0, 255])
    expect([...fieldRaster(rgb, 0, 'common', colours).rgba]).toEqual([191, 128, 64, 255])
  })

  it('stands among others in a grid', () => {
    const { width, height, rgba } = gridRaster(grey, { scale: 'own', columns: 1, zoom: 3, colours })
    expect([width, height]).toEqual([2 * 3 + 8, 2 * (3 + 4) + 4])
    expect([...rgba.slice(0, 4)]).toEqual([255, 255, 255, 255])
    const inside = (4 * width + 4) * 4
    expect([...rgba.slice(inside, inside + 3)]).toEqual([...colours.slice(255 * 4, 255 * 4 + 3)])
  })
})
