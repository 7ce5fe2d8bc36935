/** The one list of learning rules: adding a rule is its file and a line here. */
import { backpropagation } from './backpropagation.ts'
import { corinfomax } from './corinfomax.ts'
import type { Rule } from './rule.ts'

export const rules: readonly Rule[] = [corinfomax, backpropagation]

/** The rule of that name, or undefined. */
export function ruleNamed(name: string): Rule | undefined {
  return rules.find((rule) => rule.name === name)
}

export { compileRule } from './rule.ts'
export type { Measure, MeasureSource, Rule } from './rule.ts'
