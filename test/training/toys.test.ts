// The presets on the toys learn them, and a settling rule at its defaults does: measured with five seeds each, held here by one.
import { expect, it } from 'vitest'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { experimentOfRule } from '../../src-main/experiment/rule-experiment.ts'
import { setKeys } from '../../src-main/experiment/setting-key.ts'
import { loadDataSet } from '../../src-main/lab/datasets.ts'
import { tinyTask, told } from './tiny.ts'

/** Test accuracy of seed 0 after so many epochs, in plain loops. */
async function accuracyOf(experiment: Experiment | undefined, epochs: number): Promise<number | null> {
  if (experiment === undefined) throw new Error('the preset or the rule is gone')
  const { data } = await loadDataSet(experiment.data.name, { seed: experiment.data.seed })
  const short: Experiment = {
    ...experiment,
    training: { ...experiment.training, epochs, evaluateTrain: 'off' },
    measures: [],
    seeds: [0],
    engine: { ...experiment.engine, name: 'reference' },
  }
  const { of } = await told(tinyTask(short, { data }))
  return of('epoch').at(-1)?.testAccuracy ?? null
}

it.each([
  ['backprop-spirals', 25],
  ['corinfomax-xor', 8],
] as const)(
  '%s is above 95 % within %i epochs',
  async (name, epochs) => {
    expect(await accuracyOf(presetNamed(name)?.experiment, epochs)).toBeGreaterThan(0.95)
  },
  60_000,
)

it('equilibrium propagation at its defaults is above 95 % on xor within 3 epochs, on a network that suits it', async () => {
  const experiment = setKeys(experimentOfRule('ep') as Experiment, [['data.name', 'xor']])
  expect(experiment.widths).toEqual([2, 32, 2])
  expect(await accuracyOf(experiment, 3)).toBeGreaterThan(0.95)
}, 60_000)
