/** An experiment from a learning rule alone: everything at its default, on the built-in data or of another set's sizes. */
import { ruleCalled } from '../rules/index.ts'
import { checkExperiment } from './check.ts'
import { labelOfDataSet, sizesOf } from './data-sets.ts'
import { Experiment, EXPERIMENT_VERSION } from './experiment.ts'

const DATA = 'glyphs'
const HIDDEN = 128

/** Undefined where there is no such rule. `hidden`: widths of the hidden layers. */
export function experimentOfRule(
  name: string,
  hidden: readonly number[] = [HIDDEN],
  data: string = DATA,
): Experiment | undefined {
  const rule = ruleCalled(name)
  if (rule === undefined) return undefined
  const { features, classes } = sizesOf(data)
  return Experiment.parse({
    version: EXPERIMENT_VERSION,
    name: `${rule.label} · ${labelOfDataSet(data)}`,
    preset: null,
    data: { name: data },
    widths: [features, ...hidden, classes],
    rule: { name: rule.name, settings: rule.settings.parse({}) as unknown },
    training: { epochs: 10, batchSize: 20 },
    seeds: [0],
    engine: {},
  })
}

/** The same with a network that the rule takes: a rule of one layer refuses hidden ones. */
export function experimentFittingRule(name: string, data: string = DATA): Experiment | undefined {
  const plain = experimentOfRule(name, [HIDDEN], data)
  if (plain === undefined || fits(plain)) return plain
  const flat = experimentOfRule(name, [], data)
  return flat !== undefined && fits(flat) ? flat : plain
}

const fits = (experiment: Experiment): boolean => checkExperiment(experiment).problems === undefined
