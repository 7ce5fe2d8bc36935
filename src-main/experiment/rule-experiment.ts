/** An experiment from a learning rule alone: everything at its default, on the built-in data. */
import { ruleCalled } from '../rules/index.ts'
import { labelOfDataSet, sizesOf } from './data-sets.ts'
import { Experiment, EXPERIMENT_VERSION } from './experiment.ts'

const DATA = 'glyphs'
const HIDDEN = 128

/** Undefined where there is no such rule. `hidden`: widths of the hidden layers. */
export function experimentOfRule(name: string, hidden: readonly number[] = [HIDDEN]): Experiment | undefined {
  const rule = ruleCalled(name)
  if (rule === undefined) return undefined
  const { features, classes } = sizesOf(DATA)
  return Experiment.parse({
    version: EXPERIMENT_VERSION,
    name: `${rule.label} · ${labelOfDataSet(DATA)}`,
    preset: null,
    data: { name: DATA },
    widths: [features, ...hidden, classes],
    rule: { name: rule.name, settings: rule.settings.parse({}) as unknown },
    training: { epochs: 10, batchSize: 20 },
    seeds: [0],
    engine: {},
  })
}
