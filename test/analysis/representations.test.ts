// What units represent, against small cases computed by hand and against definitions computed here from the scores and
// activities that an engine gives.
import { describe, expect, it } from 'vitest'
import { fieldsPage, layerFields } from '../../src-main/analysis/fields.ts'
import { Counting, inSameBins } from '../../src-main/analysis/histogram.ts'
import { largestOf } from '../../src-main/analysis/largest.ts'
import { layersOf, samplesOf, selectivityOf, sparseness, survey } from '../../src-main/analysis/survey.ts'
import { measuredBatch, openTrained } from '../../src-main/analysis/trained-network.ts'
import { weightSpread } from '../../src-main/analysis/weight-spread.ts'
import { compileLayers, compileRule, layerName, ruleNamed, type Rule } from '../../src-main/rules/index.ts'
import { data, matrixOf, networkOf, unpacked } from './networks.ts'

describe('a histogram of values whose range is not known before', () => {
  const values = [0, -1, 0.25, 0.5, 3.99, -0.001, 0, 2]

  it('has every value in the bin that holds it, whatever the order', () => {
    for (const order of [values, values.toReversed(), values.toSorted((a, b) => a - b)]) {
      const counting = new Counting()
      counting.add(order)
      const { low, width, counts } = counting.histogram()
      expect(Number.isInteger(Math.log2(width))).toBe(true)
      expect(Number.isInteger(low / width)).toBe(true)
      expect(counts.length).toBeLessThanOrEqual(96)
      counts.forEach((count, i) => {
        const [from, to] = [low + i * width, low + (i + 1) * width]
        expect(count).toBe(values.filter((value) => value >= from && value < to).length)
      })
      // −1 to 3.99 in at most 96 bins: 1/16 is the finest power of two.
      expect(width).toBe(1 / 16)
      // By hand: the sum is 5.739, the sum of squares 21.2326.
      expect(counting.mean).toBeCloseTo(5.739 / 8, 12)
      expect(counting.sd).toBeCloseTo(Math.sqrt((1 + 0.0625 + 0.25 + 15.9201 + 1e-6 + 4) / 8 - (5.739 / 8) ** 2), 12)
      expect(counting.zeros).toBe(2 / 8)
    }
  })

  it('keeps far, equal and broken values apart from its bins', () => {
    const counting = new Counting()
    counting.add([1e6, 1e6, NaN, 1e6 + 2, -Infinity])
    expect(counting.broken).toBe(2)
    expect(counting.histogram().counts.reduce((sum, count) => sum + count, 0)).toBe(3)
    expect(counting.mean).toBeCloseTo(1e6 + 2 / 3, 6)
    const none = new Counting()
    expect(none.histogram().counts).toEqual([])
    expect([none.mean, none.sd, none.zeros]).toEqual([0, 0, 0])
  })

  it('lies over another in the same bins', () => {
    const [narrow, wide, none] = [new Counting(), new Counting(), new Counting()]
    narrow.add([0.1, 0.2, -0.1])
    wide.add([-40, 0.15, 40])
    const histograms = inSameBins([narrow, wide, none])
    expect(new Set(histograms.map(({ low, width, counts }) => `${low} ${width} ${counts.length}`)).size).toBe(1)
    const [first, second, third] = histograms
    const at = (value: number): number => Math.floor((value - (first?.low ?? 0)) / (first?.width ?? 1))
    expect(first?.width).toBe(1)
    expect([first?.counts[at(0.1)], first?.counts[at(-0.1)], second?.counts[at(0.15)]]).toEqual([2, 1, 1])
    expect([second?.counts[at(-40)], second?.counts[at(40)]]).toEqual([1, 1])
    expect(third?.counts.every((count) => count === 0)).toBe(true)
  })
})

describe('indices of single units', () => {
  it('are 1 for one of n, 0 for all alike, and as computed by hand between', () => {
    expect(sparseness(5, 25, 10)).toBeCloseTo(1, 12)
    expect(sparseness(10 * 3, 10 * 9, 10)).toBeCloseTo(0, 12)
    // Rates 1, 1, 0, 0: a = (2/4)² / (2/4) = 1/2, S = (1 − 1/2) / (1 − 1/4).
    expect(sparseness(2, 2, 4)).toBeCloseTo(2 / 3, 12)
    expect(sparseness(0, 0, 4)).toBeNull()
  })

  it('name the class with the largest mean', () => {
    const all = [true, true, true]
    expect(selectivityOf([0, 3, 0], all)).toEqual({ index: 1, prefers: 1 })
    expect(selectivityOf([2, 2, 2], all)).toEqual({ index: 0, prefers: 0 })
    // (0.6 − 0.2) / (0.6 + 0.2); a class without samples counts for nothing.
    expect(selectivityOf([0.3, 0.1, 0.6], all)?.index).toBeCloseTo(0.5, 12)
    expect(selectivityOf([0.3, 0.1, 0.6, 0], [true, true, true, false])?.index).toBeCloseTo(0.5, 12)
    expect(selectivityOf([0, 0, 0], all)).toBeNull()
  })

  it('and the margin of a sample is the difference of its two largest outputs', () => {
    expect(largestOf([9, 0.2, 0.7, 0.4], 1, 3)).toEqual({ best: 1, margin: 0.7 - 0.4 })
    expect(largestOf([0.9, 0.2, 0.7], 0, 3).margin).toBeCloseTo(0.2, 12)
    expect(largestOf([0.5, 0.5], 0, 2)).toEqual({ best: 0, margin: 0 })
    expect(largestOf([NaN, 1, 2], 0, 3).margin).toBe(0)
  })
})

describe.each(['corinfomax', 'ep', 'csm', 'pc', 'backprop'])('the test set shown to %s', (name) => {
  // Similarity matching has learning rates for each layer, by default for two.
  const trained = networkOf(name, {}, { widths: name === 'csm' ? [784, 12, 10] : [784, 12, 7, 10] })
  const rule = ruleNamed(name) as Rule
  const { settings } = trained.experiment.rule
  const { widths } = trained.experiment
  const { count, labels } = data.test

  it('is classified as the engine does it, with margins of its scores', async () => {
    const compiled = compileRule(rule, settings, widths)
    const { session } = await openTrained(trained, compiled, data)
    const scores = await session.predict({
      ...{ split: 'test', samples: Uint32Array.from({ length: count }, (_, i) => i), replica: 0 },
      scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
    })
    session.close()
    const found = samplesOf(await survey({ ...trained, data }))
    const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64')).buffer
    const [truth, predicted] = [new Uint16Array(bytes(found.labels)), new Uint16Array(bytes(found.predicted))]
    const margins = new Float32Array(bytes(found.margins))
    expect([...truth]).toEqual([...labels])
    for (let i = 0; i < count; i++) {
      const row = Array.from(scores.slice(i * 10, (i + 1) * 10))
      expect(predicted[i]).toBe(row.indexOf(Math.max(...row)))
      const [first = 0, second = 0] = row.toSorted((a, b) => b - a)
      expect(margins[i]).toBeCloseTo(first - second, 6)
    }
    expect(found).toMatchObject({ epoch: 7, samples: 60, engine: 'reference' })
  })

  it('moves units whose sparseness and means by class are as defined', async () => {
    const compiled = compileLayers(rule, settings, widths)
    const { session } = await openTrained(trained, compiled, { train: data.test, test: data.test })
    const all = await measuredBatch(
      session,
      compiled,
      Uint32Array.from({ length: count }, (_, i) => i),
    )
    session.close()
    const found = layersOf(await survey({ ...trained, data }))
    expect(found.layers.map(({ units }) => units)).toEqual(widths.slice(1))
    for (const layer of found.layers) {
      const states = all.get(layerName(layer.layer)) ?? []
      const r = (i: number, u: number): number => Math.abs(states[i * layer.units + u] as number)
      const index = (values: readonly number[]): number => {
        const n = values.length
        const mean = values.reduce((sum, value) => sum + value, 0) / n
        return (1 - mean ** 2 / (values.reduce((sum, value) => sum + value ** 2, 0) / n)) / (1 - 1 / n)
      }
      const places = Array.from({ length: count }, (_, i) => i)
      const units = Array.from({ length: layer.units }, (_, u) => u)
      const meanOf = (values: readonly number[]): number =>
        values.reduce((sum, value) => sum + value, 0) / values.length
      const population = places.map((i) => index(units.map((u) => r(i, u)))).filter(Number.isFinite)
      const lifetime = units.map((u) => index(places.map((i) => r(i, u)))).filter(Number.isFinite)
      expect(layer.population?.mean).toBeCloseTo(meanOf(population), 9)
      expect(layer.lifetime?.mean).toBeCloseTo(meanOf(lifetime), 9)
      expect(layer.mean).toBeCloseTo(meanOf(Array.from(states)), 9)
      expect(layer.silent).toBe(units.filter((u) => places.every((i) => r(i, u) === 0)).length)
      expect(layer.histogram.counts.reduce((sum, n) => sum + n, 0)).toBe(count * layer.units)
      const means = unpacked(layer.byClass)
      const step = (layer.byClass.high - layer.byClass.low) / 255
      layer.order.forEach((u, row) => {
        for (let c = 0; c < 10; c++) {
          const expected = meanOf(places.filter((i) => labels[i] === c).map((i) => r(i, u)))
          expect(Math.abs((means[row * 10 + c] as number) - expected)).toBeLessThanOrEqual(step / 2 + 1e-9)
        }
      })
      expect(layer.order.toSorted((a, b) => a - b)).toEqual(units)
    }
  })
})

describe('receptive fields', () => {
  const trained = networkOf('corinfomax', {}, { widths: [784, 12, 7, 10] })
  const page = { sort: 'index' as const, from: 0, count: 400 }
  const signed = (found: ReturnType<typeof fieldsPage>, at: number): Float64Array => {
    const bytes = Buffer.from(found.pixels, 'base64').subarray(at * 784, (at + 1) * 784)
    return Float64Array.from(bytes, (byte) => ((byte - 127.5) / 127.5) * (found.fields[at]?.most ?? 0))
  }

  it('of the first layer are the rows of its weights', () => {
    const W = matrixOf(trained, 'W1')
    const found = fieldsPage(layerFields(trained.network, 1), page, data, 7, null)
    expect(found.fields.map(({ unit }) => unit)).toEqual(Array.from({ length: 12 }, (_, u) => u))
    expect(found.image).toEqual({ height: 28, width: 28, channels: 1 })
    for (const [at, { unit, norm, most }] of found.fields.entries()) {
      const row = Array.from({ length: 784 }, (_, i) => W[unit * 784 + i] as number)
      expect(norm).toBeCloseTo(Math.hypot(...row), 12)
      expect(most).toBe(Math.max(...row.map(Math.abs)))
      signed(found, at).forEach((value, i) => {
        expect(Math.abs(value - (row[i] as number))).toBeLessThanOrEqual(most / 255 + 1e-12)
      })
    }
    expect(found.most).toBe(Math.max(...found.fields.map(({ most }) => most)))
  })

  it('of deeper layers are rows of the product of the weights below', () => {
    // By hand: [[1, 2]] · [[1, 0, −1], [0, 3, 1]] = [[1, 6, 1]].
    const saved = (name: string, shape: readonly [number, number], values: readonly number[]) => ({
      ...{ name, shape, role: 'weight' as const, values: Float64Array.from(values) },
    })
    const parameters = [saved('W1', [2, 3], [1, 0, -1, 0, 3, 1]), saved('W2', [1, 2], [1, 2])]
    const { values, norms, most, features } = layerFields({ parameters }, 2)
    expect([...(values as Float64Array)]).toEqual([1, 6, 1])
    expect([norms[0], most[0], features]).toEqual([Math.sqrt(38), 6, 3])
    const [W1, W2, W3] = ['W1', 'W2', 'W3'].map((name) => matrixOf(trained, name))
    const deep = layerFields(trained.network, 3)
    for (const [c, i] of [
      [0, 0],
      [9, 783],
      [4, 300],
    ] as const) {
      let expected = 0
      for (let a = 0; a < 7; a++)
        for (let b = 0; b < 12; b++)
          expected += (W3?.[c * 7 + a] as number) * (W2?.[a * 12 + b] as number) * (W1?.[b * 784 + i] as number)
      expect(deep.values[c * 784 + i]).toBeCloseTo(expected, 12)
    }
    expect(() => layerFields(trained.network, 4)).toThrow('has no W4')
  })

  it('come in the order asked for, a page at a time', async () => {
    const fields = layerFields(trained.network, 1)
    const seen = await survey({ ...trained, data })
    const all = fieldsPage(fields, { ...page, sort: 'norm' }, data, 7, null).fields
    expect(all.map(({ norm }) => norm)).toEqual(all.map(({ norm }) => norm).toSorted((a, b) => b - a))
    expect(fieldsPage(fields, { sort: 'norm', from: 5, count: 3 }, data, 7, null).fields).toEqual(all.slice(5, 8))
    const selective = fieldsPage(fields, { ...page, sort: 'selectivity' }, data, 7, seen).fields
    const indices = selective.map(({ selectivity }) => selectivity ?? -1)
    expect(indices).toEqual(indices.toSorted((a, b) => b - a))
    const [first] = selective
    const means = seen.layers[0]?.meansOf(first?.unit ?? 0) ?? []
    expect(first?.prefers).toBe(means.indexOf(Math.max(...means)))
  })
})

describe('weights of several epochs', () => {
  it('are counted parameter by parameter, in the same bins', () => {
    const { network } = networkOf('corinfomax')
    const doubled = {
      ...network,
      position: { ...network.position, epoch: 9 },
      parameters: network.parameters.map((one) => ({ ...one, values: Float64Array.from(one.values, (w) => 2 * w) })),
    }
    const { matrices } = weightSpread([network, doubled])
    const weights = network.parameters.filter(({ role }) => role === 'weight')
    expect(matrices.map(({ name }) => name)).toEqual(weights.map(({ name }) => name))
    for (const [m, { rows, columns, epochs }] of matrices.entries()) {
      const [first, second] = epochs
      expect([first?.epoch, second?.epoch]).toEqual([7, 9])
      expect(second?.mean).toBeCloseTo(2 * (first?.mean ?? NaN), 12)
      expect(second?.sd).toBeCloseTo(2 * (first?.sd ?? NaN), 12)
      expect(second?.histogram.low).toBe(first?.histogram.low)
      expect(second?.histogram.width).toBe(first?.histogram.width)
      for (const epoch of epochs)
        expect(epoch.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(rows * columns)
      const values = weights[m]?.values ?? []
      expect(first?.zeros).toBe(Array.from(values).filter((w) => w === 0).length / values.length)
    }
  })
})
