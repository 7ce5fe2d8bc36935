/** The learning rules as a form needs them: labels, equations, measures and the JSON Schema of their settings. */
import type { RuleCard } from '../../contract.ts'
import { schemaOf } from '../../rules/setting.ts'
import { rules, type Rule } from '../../rules/index.ts'

export function ruleCards(): RuleCard[] {
  return rules.map(ruleCard)
}

function ruleCard({ name, label, summary, source, palette, settings, equations, measures, synapses }: Rule): RuleCard {
  return {
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
