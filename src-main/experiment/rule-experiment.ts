/** An experiment from a learning rule alone: everything at its default, on the built-in data. */
import { ruleCalled, type Rule } from '../rules/index.ts'
import { labelOfDataSet, sizesOf } from './data-sets.ts'
import { Experiment, EXPERIMENT_VERSION } from './experiment.ts'

const DATA = 'glyphs'
const HIDDEN = 128

/** Undefined where there is no such rule. */
export function experimentOfRule(name: string): Experiment | undefined {
  const rule = ruleCalled(name)
  if (rule === undefined) return undefined
  const { features, classes } = sizesOf(DATA)
  const settings = rule.settings.parse({}) as Record<string, unknown>
  const deep = [features, HIDDEN, classes]
  const flat = [features, classes]
  // A rule of one layer refuses hidden ones.
  const widths = !fits(rule, settings, deep) && fits(rule, settings, flat) ? flat : deep
  return Experiment.parse({
    version: EXPERIMENT_VERSION,
    name: `${rule.label} · ${labelOfDataSet(DATA)}`,
    preset: null,
    data: { name: DATA },
    widths,
    rule: { name: rule.name, settings },
    training: { epochs: 10, batchSize: 20 },
    seeds: [0],
    engine: {},
  })
}

function fits(rule: Rule, settings: unknown, widths: readonly number[]): boolean {
  try {
    return rule.check(settings, widths).length === 0
  } catch (error) {
    // A rule known from a run alone answers for the network of that run.
    if (rule.file === undefined) throw error
    return false
  }
}
