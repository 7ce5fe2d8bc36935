// The scope against definitions computed here: states against those that classify, residuals against the states, and the
// iterations that a phase would take against the scope of a network that is given just so many.
import { describe, expect, it } from 'vitest'
import { scope } from '../../src-main/analysis/scope.ts'
import type { ScopePhase } from '../../src-main/experiment/look.ts'
import { openTrained } from '../../src-main/analysis/trained-network.ts'
import { compileRule, ruleNamed, type Rule } from '../../src-main/rules/index.ts'
import { native } from '../../src-main/engines/native.ts'
import { data, networkOf, unpacked } from './networks.ts'

const samples = [4, 0, 17, 59]
const look = { data, samples, variants: [], further: false }
const settlers = ['corinfomax', 'corinfomax-sparse', 'ep', 'csm'] as const

const phaseNamed = (phases: readonly ScopePhase[] | undefined, name: string): ScopePhase => {
  const found = phases?.find((phase) => phase.name === name)
  if (found === undefined) throw new Error(`there is no phase ${name}`)
  return found
}

describe.each(settlers)('%s settles on chosen samples', (name) => {
  it('as it does when they are classified', async () => {
    // The same step size when training and when classifying, where the rule has two.
    const trained = networkOf(name)
    const found = await scope({ ...trained, ...look })
    const { phases, predicted } = found.traces[0] ?? { phases: [], predicted: null }
    const free = phaseNamed(phases, 'free')
    const rule = ruleNamed(name) as Rule
    const compiled = compileRule(rule, trained.experiment.rule.settings, trained.experiment.widths)
    const { session } = await openTrained(trained, compiled, data)
    const scores = await session.predict({
      ...{ split: 'test', samples: Uint32Array.from(samples), replica: 0 },
      scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
    })
    session.close()
    const output = free.layers.at(-1)
    if (output === undefined) throw new Error('there is no output')
    const states = unpacked(output.states)
    const last = states.slice(states.length - samples.length * 10)
    const step = (output.states.high - output.states.low) / 255
    last.forEach((value, i) => {
      expect(Math.abs(value - (scores[i] as number))).toBeLessThanOrEqual(step / 2 + 1e-12)
    })
    expect(predicted).toEqual(
      samples.map((_, i) => {
        const row = Array.from(scores.slice(i * 10, (i + 1) * 10))
        return row.indexOf(Math.max(...row))
      }),
    )
    expect(found.samples).toEqual(samples.map((index) => ({ index, label: data.test.labels[index] })))
    expect(found.epoch).toBe(7)
  })

  it('with the residual of each layer and sample, and their mean over the samples', async () => {
    const found = await scope({ ...networkOf(name), ...look })
    for (const phase of found.traces[0]?.phases ?? []) {
      expect(phase.residual).toHaveLength(phase.iterations)
      for (const layer of phase.layers) {
        expect(layer.residual).toHaveLength(phase.iterations)
        const states = unpacked(layer.states)
        const coarse = (layer.states.high - layer.states.low) / 255
        const at = (t: number, i: number, u: number): number =>
          states[(t * samples.length + i) * layer.units + u] as number
        // ‖s^t − s^{t−1}‖ / ‖s^t‖, as far as states in 256 steps tell.
        const t = 1
        samples.forEach((_, i) => {
          let [moved, size] = [0, 0]
          for (let u = 0; u < layer.units; u++) {
            moved += (at(t, i, u) - at(t - 1, i, u)) ** 2
            size += at(t, i, u) ** 2
          }
          const slack = (2 * coarse * Math.sqrt(layer.units)) / Math.sqrt(size)
          expect(Math.abs((layer.residual[t]?.[i] as number) - Math.sqrt(moved / size))).toBeLessThanOrEqual(slack)
        })
      }
    }
  })

  it('for as many more iterations as it takes, found by giving it so many', async () => {
    const small = 0.02
    const trained = networkOf(name)
    const found = await scope({ ...trained, ...look, further: true })
    for (const phase of found.traces[0]?.phases ?? []) {
      const further = phase.further ?? []
      // What it does of its own iterations does not depend on how many more follow.
      further.slice(0, phase.iterations).forEach((value, t) => {
        expect(value).toBeCloseTo(phase.residual[t] as number, 9)
      })
      const enough = further.findIndex((value) => value <= small) + 1
      if (enough === 0) continue
      const given = await scope({ ...trained, ...look, variants: [{ [phase.setting]: enough }] })
      const there = phaseNamed(given.traces[1]?.phases, phase.name)
      expect(there.residual).toHaveLength(enough)
      if (phase.name === 'free') expect(there.residual.at(-1)).toBeLessThanOrEqual(small)
    }
  })
})

describe('the scope', () => {
  it('sees a linear network come to rest', async () => {
    // Symmetric connections pull apart what they join unless they are weak: s = Ws has one solution for ‖W₂‖ < 1.
    const linear = networkOf('ep', { activation: 'linear', iterationsFree: 2000, neuralLr: 0.1, evaluationLr: 0.1 })
    const parameters = linear.network.parameters.map((parameter) =>
      parameter.name === 'W2' ? { ...parameter, values: parameter.values.map((w) => 0.2 * w) } : parameter,
    )
    const trained = { ...linear, network: { ...linear.network, parameters } }
    const found = await scope({ ...trained, ...look })
    const free = phaseNamed(found.traces[0]?.phases, 'free')
    expect(free.residual[0]).toBeGreaterThan(0.01)
    expect(free.residual.at(-1)).toBeLessThan(1e-12)
    // What settling descends has not gone up since, for any sample.
    const energy = free.energy ?? []
    for (let t = 1; t < energy.length; t++)
      for (const i of samples.keys())
        expect((energy[t]?.[i] as number) - (energy[t - 1]?.[i] as number)).toBeLessThan(1e-9)
  })

  it('lays other settings beside the run’s, which stay as they are', async () => {
    const trained = networkOf('ep')
    const alone = await scope({ ...trained, ...look })
    const beside = await scope({ ...trained, ...look, variants: [{ neuralLr: 0.1 }, {}] })
    expect(beside.traces).toHaveLength(3)
    expect(beside.traces[0]).toEqual(alone.traces[0])
    expect(beside.traces[2]).toEqual(alone.traces[0])
    expect(beside.traces[1]).not.toEqual(alone.traces[0])
  })

  it('refuses settings that the rule does not take, and samples that there are not', async () => {
    const trained = networkOf('ep')
    await expect(scope({ ...trained, ...look, variants: [{ neuralLr: -1 }] })).rejects.toThrow(/^neuralLr: /)
    await expect(scope({ ...trained, ...look, variants: [{ learningRates: [0.1] }] })).rejects.toThrow(/learning rates/)
    await expect(scope({ ...trained, ...look, samples: [60] })).rejects.toThrow('samples 0 to 59, found 60')
  })

  it('has the hidden layers of clamped predictive coding, and says no class', async () => {
    const found = await scope({ ...networkOf('pc', {}, { widths: [784, 12, 8, 10] }), ...look })
    const [phase] = found.traces[0]?.phases ?? []
    expect(found.traces[0]?.predicted).toBeNull()
    expect(phase?.layers.map(({ layer, units }) => [layer, units])).toEqual([
      [1, 12],
      [2, 8],
    ])
    const energy = phase?.energy ?? []
    for (const i of samples.keys()) expect(energy.at(-1)?.[i]).toBeLessThan(energy[0]?.[i] as number)
  })

  it('has no phases where nothing settles', async () => {
    const found = await scope({ ...networkOf('backprop'), ...look })
    expect(found.traces).toEqual([{ phases: [], predicted: null }])
  })

  it('is the same on the native engine, to the precision of float32', async (context) => {
    const availability = await native.available()
    if (!availability.available) context.skip(availability.reason)
    for (const name of [...settlers, 'pc', 'pc-nudge']) {
      const here = await scope({ ...networkOf(name), ...look })
      const there = await scope({ ...networkOf(name, {}, { engine: native }), ...look })
      for (const [p, phase] of (here.traces[0]?.phases ?? []).entries())
        phase.residual.forEach((value, t) => {
          expect(there.traces[0]?.phases[p]?.residual[t]).toBeCloseTo(value, 3)
        })
    }
  })
})
