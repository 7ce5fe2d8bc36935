/** The rules as everybody else sees them. */
import * as named from './every-rule.ts'
import type { Rule } from './rule.ts'

/** Every rule, in the order of their slots in the palette: that of the paper. */
export const rules: readonly Rule[] = Object.values<Rule>(named).sort(
  (a, b) => a.palette - b.palette || a.label.localeCompare(b.label, 'en'),
)

/** Rules of files outside of the source that this process has met: those of the person's folder, and those of runs. */
const fromFiles = new Map<string, Rule>()

/** Makes a rule known by its name, which says what its file holds; one that is known already is given up for it. */
export function admitRule(rule: Rule): void {
  fromFiles.set(rule.name, rule)
}

export function rulesOfFiles(): readonly Rule[] {
  return [...fromFiles.values()]
}

/** The rule of that name, or undefined. */
export function ruleNamed(name: string): Rule | undefined {
  return rules.find((rule) => rule.name === name) ?? fromFiles.get(name)
}

/** The same, and for the short name of a person's own rule ("oja") the one that has it, if only one has. */
export function ruleCalled(name: string): Rule | undefined {
  const short = [...fromFiles.values()].filter(({ file }) => file?.card.name === name)
  return ruleNamed(name) ?? (short.length === 1 ? short[0] : undefined)
}

export { feedbackName, layerResidualName, residualName, sampleEnergyName, stateName } from './measures.ts'
export { OwnCard, TracedData } from './own-card.ts'
export { ownRuleName, ruleOfFile, traceKey } from './own-rule.ts'
export { compileLayers, compileRule, keptBy, layerName } from './rule.ts'
export { updateName } from './truth.ts'
export type { Measure, MeasureSource, Phase, Rule, RuleFile, Trace } from './rule.ts'
