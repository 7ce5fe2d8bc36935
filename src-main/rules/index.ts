/** The rules as everybody else sees them. */
import * as named from './every-rule.ts'
import type { Rule } from './rule.ts'

/** Every rule, in the order of their slots in the palette: that of the paper. */
export const rules: readonly Rule[] = Object.values<Rule>(named).sort(
  (a, b) => a.palette - b.palette || a.label.localeCompare(b.label, 'en'),
)

/** The rule of that name, or undefined. */
export function ruleNamed(name: string): Rule | undefined {
  return rules.find((rule) => rule.name === name)
}

export { feedbackName, layerResidualName, residualName, sampleEnergyName, stateName } from './measures.ts'
export { compileLayers, compileRule, keptBy, layerName } from './rule.ts'
export { updateName } from './truth.ts'
export type { Measure, MeasureSource, Phase, Rule } from './rule.ts'
