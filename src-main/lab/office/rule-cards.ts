/** The learning rules as a form needs them: labels, equations, measures and the JSON Schema of their settings. */
import { z } from 'zod'
import type { JsonSchema, RuleCard } from '../../contract.ts'
import { rules, type Rule } from '../../rules/index.ts'

export function ruleCards(): RuleCard[] {
  return rules.map(ruleCard)
}

function ruleCard({ name, label, summary, source, settings, equations, measures, synapses }: Rule): RuleCard {
  return {
    name,
    label,
    summary,
    source,
    // The form fills in what is left out, so it is shown the schema of what may be written.
    settings: z.toJSONSchema(settings, { io: 'input' }) as JsonSchema,
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
