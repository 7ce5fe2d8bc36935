// What the scope found, in words and as lines: on numbers made up here, so that each expectation can be read off them.
import { describe, expect, it } from 'vitest'
import type { Packed, Scope, ScopePhase } from '../../src-main/experiment/look.ts'
import {
  energyModel,
  outputModel,
  rasterOf,
  residualModel,
  settledSentence,
  unitModel,
} from '../../src-renderer/charts/scope-model.ts'

const packed = (values: readonly number[]): Packed => {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const bytes = values.map((value) => Math.round((255 * (value - low)) / (high - low)))
  return { low, high, bytes: Buffer.from(bytes).toString('base64') }
}

/** Two samples, a hidden layer of three units, two classes; values are whole 255ths so that bytes lose nothing. */
const phase = (name: string, label: string, iterations: number, from: number): ScopePhase => {
  const states = (units: number) =>
    packed(Array.from({ length: iterations * 2 * units }, (_, i) => ((from + i * 7) % 256) / 255).concat([0, 1]))
  return {
    ...{ name, label, iterations, setting: `iterations-${name}`, state: 'rate' },
    residual: Array.from({ length: iterations }, (_, t) => 0.5 / 2 ** t),
    layers: [3, 2].map((units, i) => ({
      layer: i + 1,
      units,
      states: states(units),
      residual: Array.from({ length: iterations }, (_, t) => [0.2 / (t + 1), 0.4 / (t + 1)]),
    })),
    energy: Array.from({ length: iterations }, (_, t) => [10 - t, 20 - t]),
    further: null,
  }
}
const free = phase('free', 'Free', 4, 0)
const nudged = phase('nudged', 'Nudged', 2, 100)
const scope: Scope = {
  ...{ engine: 'reference', epoch: 3, classes: ['a', 'b'] },
  samples: [
    { index: 5, label: 1 },
    { index: 9, label: 0 },
  ],
  traces: [{ phases: [free, nudged], predicted: [0, 0] }],
}

describe('the lines of a scope', () => {
  it('go on from one phase to the next, layer by layer', () => {
    const { lines, marks } = residualModel(scope.traces, null, ['as in the run'])
    expect(lines.map(({ label }) => label)).toEqual(['layer 1', 'layer 2 (output)'])
    expect([...(lines[0]?.x ?? [])]).toEqual([1, 2, 3, 4, 5, 6])
    // The mean over the two samples, 0.3/(t + 1), and again in the second phase.
    ;[0.3, 0.15, 0.1, 0.075, 0.3, 0.15].forEach((value, i) => {
      expect(lines[0]?.y[i]).toBeCloseTo(value, 12)
    })
    expect(marks).toEqual([{ x: 4.5, label: 'nudged' }])
    expect(residualModel(scope.traces, 1, []).lines[0]?.y[0]).toBe(0.4)
  })

  it('are one for each set of settings where there are several', () => {
    const { lines } = residualModel([...scope.traces, { phases: [free], predicted: null }], null, ['as it is', 'η = 1'])
    expect(lines.map(({ label, x }) => [label, x.length])).toEqual([
      ['as it is', 6],
      ['η = 1', 4],
    ])
    expect([...(lines[1]?.y ?? [])]).toEqual([0.5, 0.25, 0.125, 0.0625])
  })

  it('are the energy of a sample or the mean, and none where the rule has none', () => {
    expect([...(energyModel(scope.traces, null, [])?.lines[0]?.y ?? [])]).toEqual([15, 14, 13, 12, 15, 14])
    expect([...(energyModel(scope.traces, 0, [])?.lines[0]?.y ?? [])]).toEqual([10, 9, 8, 7, 10, 9])
    expect(energyModel([{ phases: [{ ...free, energy: null }], predicted: null }], null, [])).toBeNull()
  })

  it('name the true class first, with what was packed', () => {
    const model = outputModel(scope, 0)
    expect(model?.lines.map(({ label }) => label)).toEqual(['b (true class)', 'a'])
    // Output of class 1, sample 0, iterations 0 … 3: values 1, 5, 9, 13 of a row of steps of 7/255.
    ;[1, 5, 9, 13].forEach((i, t) => {
      expect(model?.lines[0]?.y[t]).toBeCloseTo(((i * 7) % 256) / 255, 12)
    })
    const [hidden] = free.layers
    if (hidden === undefined) throw new Error('there is a hidden layer')
    expect(
      outputModel({ ...scope, traces: [{ phases: [{ ...free, layers: [hidden] }], predicted: null }] }, 0),
    ).toBeNull()
  })

  it('show the units that move most', () => {
    const raster = rasterOf(scope.traces[0]?.phases ?? [], 1, 2, 1)
    expect([raster.units, raster.iterations, raster.starts]).toEqual([3, 6, [0, 4]])
    // Sample 1, unit 2, iteration 3: value (3·2 + 1)·3 + 2 of the first phase; iteration 5 is the second of the other.
    expect(raster.at(3, 2)).toBeCloseTo(((23 * 7) % 256) / 255, 12)
    expect(raster.at(5, 0)).toBeCloseTo(((100 + 9 * 7) % 256) / 255, 12)
    const { lines } = unitModel(scope, 1, 1, 2)
    const moved = (label: string): number => {
      const y = lines.find((line) => line.label === label)?.y ?? new Float64Array()
      return Math.max(...y) - Math.min(...y)
    }
    expect(lines).toHaveLength(2)
    expect(moved(lines[0]?.label ?? '')).toBeGreaterThanOrEqual(moved(lines[1]?.label ?? ''))
  })
})

describe('whether a phase settles', () => {
  it('is said with the iteration from which it does', () => {
    // 0.5, 0.25, 0.125, 0.0625.
    expect(settledSentence(free, 0.2)).toEqual({
      settled: true,
      text: 'Free: settled, residual 0.063 after 4 iterations; below 0.2 from iteration 3 on.',
    })
    expect(settledSentence(free, 0.01)).toEqual({
      settled: false,
      text: 'Free: not settled, residual 0.063 after 4 iterations.',
    })
  })

  it('is said with what it would take where it was run on, and where that is not enough', () => {
    const further = Array.from({ length: 40 }, (_, t) => 0.5 / 2 ** t)
    // 0.5 / 2^t ≤ 0.01 for t ≥ 5.64: the seventh.
    expect(settledSentence({ ...free, further }, 0.01).text).toBe(
      'Free: not settled, residual 0.063 after 4 iterations; 7 would reach 0.01.',
    )
    expect(settledSentence({ ...free, further: further.slice(0, 6) }, 0.01).text).toBe(
      'Free: not settled, residual 0.063 after 4 iterations; 6 do not reach 0.01 either (0.016).',
    )
  })
})
