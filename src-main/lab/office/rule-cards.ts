/** The learning rules as a form needs them: labels, equations, measures and the JSON Schema of their settings. */
import type { RuleCard } from '../../contract.ts'
import { schemaOf } from '../../rules/setting.ts'
import { rules, rulesOfFiles, type Rule } from '../../rules/index.ts'

export function ruleCards(): RuleCard[] {
  return rules.map(ruleCard)
}

/** Of rules that are not part of Apical: the person's own files, and what results folders brought with them. */
export function ownRuleCards(): RuleCard[] {
  return rulesOfFiles().map(ruleCard)
}

function ruleCard(rule: Rule): RuleCard {
  const { name, label, summary, source, palette, settings, equations, measures, synapses, file } = rule
  return {
    ...(file === undefined ? {} : { file: file.file }),
    name,
    label,
    summary,
    source,
    palette,
    settings: schemaOf(settings),
    equations,
    measures: measures.map((measure) => ({
      name: measure.name,
      label: measure.label,
      unit: measure.unit,
      help: measure.help,
    })),
    synapses,
  }
}
