/** An experiment from a learning rule alone: everything at its default, on the built-in data. */
import { ruleNamed } from '../rules/index.ts'
import { labelOfDataSet, sizesOf } from './data-sets.ts'
import { Experiment, EXPERIMENT_VERSION } from './experiment.ts'

const DATA = 'glyphs'
const HIDDEN = 128

/** Undefined where there is no such rule. */
export function experimentOfRule(name: string): Experiment | undefined {
  const rule = ruleNamed(name)
  if (rule === undefined) return undefined
  const { features, classes } = sizesOf(DATA)
  return Experiment.parse({
    version: EXPERIMENT_VERSION,
    name: `${rule.label} · ${labelOfDataSet(DATA)}`,
    preset: null,
    data: { name: DATA },
    widths: [features, HIDDEN, classes],
    rule: { name, settings: rule.settings.parse({}) as unknown },
    training: { epochs: 10, batchSize: 20 },
    seeds: [0],
    engine: {},
  })
}
