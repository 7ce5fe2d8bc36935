/** The one list of learning rules: adding a rule is its file and a line here. */
import { backpropagation } from './backpropagation.ts'
import { corinfomax } from './corinfomax.ts'
import { sparseCorInfoMax } from './corinfomax-sparse.ts'
import { equilibriumPropagation } from './equilibrium-propagation.ts'
import { feedbackAlignment } from './feedback-alignment.ts'
import { nudgedPredictiveCoding } from './predictive-coding-nudged.ts'
import { predictiveCoding } from './predictive-coding.ts'
import type { Rule } from './rule.ts'
import { similarityMatching } from './similarity-matching.ts'

export const rules: readonly Rule[] = [
  corinfomax,
  sparseCorInfoMax,
  equilibriumPropagation,
  similarityMatching,
  predictiveCoding,
  nudgedPredictiveCoding,
  feedbackAlignment,
  backpropagation,
]

/** The rule of that name, or undefined. */
export function ruleNamed(name: string): Rule | undefined {
  return rules.find((rule) => rule.name === name)
}

export { compileRule, keptBy } from './rule.ts'
export type { Measure, MeasureSource, Rule } from './rule.ts'
