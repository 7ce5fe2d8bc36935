/** A rule from a file outside of the source, as everybody else sees rules. Nothing here runs the file. */
import { z } from 'zod'
import { meanValue } from '../program/measures.ts'
import type { Statement } from '../program/program.ts'
import { replay } from '../program/replay.ts'
import type { bounds, OwnCard, OwnSetting } from './own-card.ts'
import { OWN_SLOT, type Measure, type MeasuredSeries, type PaletteSlot, type Rule, type RuleFile } from './rule.ts'
import { choice, layerNumbers, number, onOff, perLayer, schedule, whole } from './setting.ts'

/** How experiments name a rule of that file: `oja@3f2a9c1b04de`, so that a changed file is another rule. */
export function ownRuleName({ name }: Pick<OwnCard, 'name'>, sha256: string): string {
  return `${name}@${sha256.slice(0, 12)}`
}

/** One network with its settings, as filled in by the rule's schema. */
export function traceKey(settings: unknown, widths: readonly number[]): string {
  return JSON.stringify([settings, widths])
}

/** The rule of a file, as everybody else sees rules. */
export function ruleOfFile(origin: RuleFile): Rule {
  const { card, sha256 } = origin
  const settings = z.strictObject(Object.fromEntries(Object.entries(card.settings).map(([key, of]) => [key, made(of)])))
  return {
    name: ownRuleName(card, sha256),
    label: card.label,
    summary: card.summary,
    source: { text: card.source, url: '' },
    palette: (card.palette as PaletteSlot | null) ?? OWN_SLOT,
    settings,
    equations: card.equations,
    measures: card.measures.map((measure) => measureOf(measure, origin)),
    phases: () => card.phases,
    classification: card.classification,
    synapses: card.synapses.map(({ hidden, ...synapse }) => (hidden === undefined ? synapse : { ...synapse, hidden })),
    check(chosen, widths) {
      const trace = origin.trace(chosen, widths)
      return 'problems' in trace ? trace.problems : []
    },
    build(tracer, chosen, widths) {
      const trace = origin.trace(chosen, widths)
      if ('traced' in trace) return replay(trace.traced, tracer)
      throw tracer.problem('settings', trace.problems.map(({ message }) => message).join('; '))
    },
    file: origin,
  }
}

/** A setting again, of its card. */
function made(setting: OwnSetting): z.ZodType {
  const { label, help, group } = setting
  const card = {
    ...{ label, help, group },
    ...(setting.symbol === undefined ? {} : { symbol: setting.symbol }),
    ...(setting.unit === undefined ? {} : { unit: setting.unit }),
  }
  switch (setting.control) {
    case 'number':
      return number({ ...card, ...range(setting), default: setting.default })
    case 'whole':
      return whole({ ...card, minimum: setting.minimum, maximum: setting.maximum, default: setting.default })
    case 'choice':
      return choice({
        ...card,
        options: setting.enum as [string, ...string[]],
        optionLabels: setting.optionLabels,
        default: setting.default,
      })
    case 'switch':
      return onOff({ ...card, default: setting.default })
    case 'per-layer':
      return perLayer({
        ...card,
        ...range(setting.items),
        from: setting.from,
        ...(setting.hidden === undefined ? {} : { hidden: setting.hidden }),
        ...(setting.letter === undefined ? {} : { letter: setting.letter }),
        default: setting.default,
      })
    case 'layers':
      return layerNumbers({ ...card, marks: setting.marks, default: setting.default })
    case 'schedule':
      return schedule({ ...card, optional: (setting.minItems ?? 0) === 0, default: setting.default })
  }
}

function range({ minimum, exclusiveMinimum, maximum }: z.infer<z.ZodObject<typeof bounds>>) {
  return { minimum, above: exclusiveMinimum, maximum }
}

/** Of what the file reports under the measure's name, or under it with a series behind a dot. */
function measureOf(card: OwnCard['measures'][number], origin: RuleFile): Measure<unknown> {
  const series = (reported: string): string | null =>
    reported === card.name
      ? card.label
      : reported.startsWith(`${card.name}.`)
        ? reported.slice(card.name.length + 1)
        : null
  const keep = (settings: unknown, widths: readonly number[]): string[] => {
    const trace = origin.trace(settings, widths)
    return 'traced' in trace ? reportsOf(trace.traced.training).filter((name) => series(name) !== null) : []
  }
  return {
    ...card,
    keep,
    take: async (settings, widths, source): Promise<readonly MeasuredSeries[]> =>
      keep(settings, widths).map((name) => ({
        series: series(name) ?? name,
        value: meanValue(source.measurement(name)),
      })),
  }
}

function reportsOf(statements: readonly Statement[]): string[] {
  return statements.flatMap((statement) =>
    statement.kind === 'measure' ? [statement.name] : statement.kind === 'repeat' ? reportsOf(statement.body) : [],
  )
}
