// Eigenvalues of a layer's correlation against what must be true of any: their sum is the mean square of the activity, the
// sum of their squares that of R's entries; and a layer of one unit, and one that copies, by hand.
import { describe, expect, it } from 'vitest'
import { spectrum } from '../../src-main/analysis/spectrum.ts'
import { measuredBatch, openTrained, type TrainedNetwork } from '../../src-main/analysis/trained-network.ts'
import type { Spectrum } from '../../src-main/experiment/study.ts'
import { compileLayers, layerName, ruleNamed, type Rule } from '../../src-main/rules/index.ts'
import { data, networkOf, SEED } from './networks.ts'

async function found(trained: TrainedNetwork): Promise<{ result: Spectrum; told: readonly number[] }> {
  const steps = spectrum({ ...trained, data })
  const told: number[] = []
  let step = await steps.next()
  for (; step.done !== true; step = await steps.next()) told.push(step.value)
  return { result: step.value, told }
}

describe.each(['corinfomax', 'ep', 'backprop', 'pc'])('the spectrum of %s', (name) => {
  it('has the trace and the norm of the correlation of its layers', async () => {
    const trained = networkOf(name)
    const { result, told } = await found(trained)
    expect(result).toMatchObject({ seed: SEED, epoch: 7, samples: 60 })
    expect(told.at(-1)).toBe(1)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    const rule = ruleNamed(name) as Rule
    const compiled = compileLayers(rule, trained.experiment.rule.settings, trained.experiment.widths)
    const { session } = await openTrained(trained, compiled, { train: data.test, test: data.test })
    const layers = await measuredBatch(
      session,
      compiled,
      Uint32Array.from({ length: 60 }, (_, i) => i),
    )
    session.close()
    for (const { layer, units, eigenvalues, effectiveDimension } of result.layers) {
      const r = layers.get(layerName(layer)) ?? []
      const R = Array.from({ length: units }, (_, i) =>
        Array.from({ length: units }, (_value, j) => {
          let sum = 0
          for (let s = 0; s < 60; s++) sum += (r[s * units + i] as number) * (r[s * units + j] as number)
          return sum / 60
        }),
      )
      const trace = R.reduce((sum, row, i) => sum + (row[i] as number), 0)
      const norm = R.flat().reduce((sum, value) => sum + value * value, 0)
      expect(eigenvalues).toHaveLength(units)
      expect(eigenvalues).toEqual(eigenvalues.toSorted((a, b) => b - a))
      expect(eigenvalues.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 9)
      expect(eigenvalues.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(norm, 9)
      expect(effectiveDimension).toBeCloseTo((trace * trace) / norm, 9)
      expect(effectiveDimension).toBeGreaterThanOrEqual(1)
      expect(effectiveDimension).toBeLessThanOrEqual(units)
    }
  })
})

describe('the effective dimension', () => {
  it('is 1 for a layer of one unit, and stays 1 when twenty are alike', async () => {
    const single = networkOf('backprop', {}, { widths: [784, 1, 10] })
    expect((await found(single)).result.layers[0]).toMatchObject({ units: 1, effectiveDimension: 1 })
    const many = networkOf('backprop', {}, { widths: [784, 20, 10] })
    const parameters = many.network.parameters.map((parameter) => {
      if (parameter.name !== 'W1' && parameter.name !== 'b1') return parameter
      const row = parameter.values.length / 20
      // Every unit has the weights of the first, made positive so that it is active.
      const values = parameter.values.map((_, i) =>
        Math.abs(parameter.values[parameter.name === 'W1' ? i % row : 0] ?? 0),
      )
      return { ...parameter, values }
    })
    const copied = { ...many, network: { ...many.network, parameters } }
    const { effectiveDimension, eigenvalues } = (await found(copied)).result.layers[0] ?? { eigenvalues: [] }
    expect(effectiveDimension).toBeCloseTo(1, 9)
    expect(eigenvalues[1]).toBeLessThan(1e-9 * (eigenvalues[0] ?? 0))
  })
})
