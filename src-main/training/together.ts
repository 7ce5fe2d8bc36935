/** Which experiments can be trained as replicas of one session, and how much of a device's memory they take. */
import { programKey } from '../engines/joined.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { Program } from '../program/program.ts'
import { compileRule, ruleNamed } from '../rules/index.ts'
import { chosenMeasures, logsOf } from './measuring.ts'

/** What a session of an experiment's seeds takes. */
export interface SessionNeed {
  /** Experiments with the same key can share a session: they differ in numbers only that a session is given batch by batch. */
  readonly key: string
  readonly networks: number
  /** Of the parameters of all of them, in float32. */
  readonly bytes: number
}

/** @throws RangeError for a rule that is not there */
export function sessionNeed(experiment: Experiment): SessionNeed {
  const program = trainedProgram(experiment)
  const { rule, seeds } = experiment
  // Names and sweep say where an experiment belongs; the rule's settings are compared by what they compile to.
  const others = { ...experiment, name: null, preset: null, sweep: null, rule: rule.name, seeds: null }
  const numbers = program.parameters.reduce((sum, { shape: [rows, columns] }) => sum + rows * columns, 0)
  return {
    key: JSON.stringify([others, programKey(program)]),
    networks: seeds.length,
    bytes: 4 * seeds.length * numbers,
  }
}

/** The program that trains it, with the logs that its measures read. */
function trainedProgram({ rule: { name, settings }, widths, measures }: Experiment): Program {
  const rule = ruleNamed(name)
  if (rule === undefined) throw new RangeError(`there is no rule named "${name}"`)
  const chosen: unknown = rule.settings.parse(settings)
  return compileRule(rule, chosen, widths, logsOf(chosenMeasures(rule, chosen, { measures, widths }))).program
}
