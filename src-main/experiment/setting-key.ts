/**
 * Changing one value of an experiment by its name, as `--set KEY=VALUE` and sweeps do. KEY is a setting of the rule
 * ('neuralLr') or a dotted path ('training.epochs', 'rule.settings.neuralLr').
 */
import { z } from 'zod'
import { ruleNamed } from '../rules/index.ts'
import { settingKeys } from './check.ts'
import { Experiment } from './experiment.ts'
import { nearest } from './nearest.ts'
import { notPlain } from './plain.ts'
import { dotted, ExperimentProblem, problemsOf } from './problem.ts'

/**
 * The experiment with one value changed. `text` is read as the field needs it: JSON, '784-500-10' or '1,0.7' for lists,
 * '0:0.95,15:0.9' (epoch:base) for schedules, else as it stands. What only makes sense together (widths and rates per
 * layer) is left to `checkExperiment`, when all changes are made.
 *
 * @throws ExperimentProblem when there is no such key (with the nearest one) or the value is out of its range
 */
export function setKey(experiment: Experiment, key: string, text: string): Experiment {
  const { path, schema } = fieldOf(experiment, key)
  const candidates = readings(text)
  const fitting = candidates.find((candidate) => notPlain(candidate) === null && z.safeParse(schema, candidate).success)
  if (fitting === undefined) {
    const [likeliest] = candidates
    const odd = notPlain(likeliest)
    const parsed = z.safeParse(schema, likeliest)
    const problems = odd !== null ? [odd] : parsed.success ? [] : problemsOf(parsed.error, likeliest, path, () => [])
    throw new ExperimentProblem(`${key} cannot be ${shortened(text)}.`, problems)
  }
  const changed = structuredClone(experiment) as unknown as Record<string, unknown>
  let target = changed
  for (const part of path.slice(0, -1)) target = target[part] as Record<string, unknown>
  target[path[path.length - 1] as string] = z.parse(schema, fitting)
  return changed as unknown as Experiment
}

/** Every key that `setKey` takes for experiments of this rule: its settings first, then dotted paths. */
export function keysOf(ruleName: string): string[] {
  const rule = ruleNamed(ruleName)
  return [...(rule === undefined ? [] : settingKeys(rule.settings)), ...leaves().keys()]
}

/** Values of a list 'a,b,c'; commas inside brackets or quotes do not divide. */
export function splitValues(text: string): string[] {
  const values: string[] = []
  let depth = 0
  let quoted = false
  let value = ''
  for (const letter of text) {
    if (letter === '"') quoted = !quoted
    if (!quoted && (letter === '[' || letter === '{')) depth++
    if (!quoted && (letter === ']' || letter === '}')) depth--
    if (letter === ',' && depth === 0 && !quoted) {
      values.push(value.trim())
      value = ''
    } else value += letter
  }
  return [...values, value.trim()]
}

interface Field {
  readonly path: readonly string[]
  readonly schema: z.core.$ZodType
}

function fieldOf(experiment: Experiment, key: string): Field {
  const rule = ruleNamed(experiment.rule.name)
  const settings = rule?.settings instanceof z.ZodObject ? (rule.settings.shape as Record<string, z.ZodType>) : {}
  const setting = key.startsWith('rule.settings.') ? key.slice('rule.settings.'.length) : key
  const ofRule = Object.hasOwn(settings, setting) ? settings[setting] : undefined
  if (ofRule !== undefined) return { path: ['rule', 'settings', setting], schema: ofRule }
  const leaf = leaves().get(key)
  if (leaf !== undefined) return leaf

  const known = keysOf(experiment.rule.name)
  const near = known.find((candidate) => candidate.endsWith(`.${key}`)) ?? nearest(setting, known)
  const meant = near === null ? '' : ` Did you mean "${near}"?`
  throw new ExperimentProblem(
    `There is no setting "${shortened(key)}" of ${experiment.rule.name}, and nothing else of that name.${meant}`,
    [],
    `Known are ${known.join(', ')}.`,
  )
}

/** What a rule, a version or a preset is cannot be changed value by value. */
const FIXED = new Set(['version', 'preset', 'rule'])

function leaves(): ReadonlyMap<string, Field> {
  const found = new Map<string, Field>()
  const visit = (schema: z.ZodObject, path: readonly string[]): void => {
    for (const [key, part] of Object.entries<z.core.$ZodType>(schema.shape)) {
      if (path.length === 0 && FIXED.has(key)) continue
      const here = [...path, key]
      if (part instanceof z.ZodObject) visit(part, here)
      else found.set(dotted(here), { path: here, schema: part })
    }
  }
  visit(Experiment, [])
  return found
}

/** What a text may mean, likeliest first. */
function readings(text: string): unknown[] {
  const found: unknown[] = []
  try {
    found.push(JSON.parse(text) as unknown)
  } catch {
    // Not JSON: one of the shorter forms, or plain text.
  }
  const number = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`
  if (new RegExp(String.raw`^\d+:${number}(?:,\d+:${number})*$`, 'i').test(text))
    found.push(
      text.split(',').map((piece) => {
        const [fromEpoch, base] = piece.split(':')
        return { fromEpoch: Number(fromEpoch), base: Number(base) }
      }),
    )
  if (/^\d+(-\d+)+$/.test(text)) found.push(text.split('-').map(Number))
  if (new RegExp(`^${number}(?:,${number})*$`, 'i').test(text)) found.push(text.split(',').map(Number))
  if (text.includes(',') || /^[a-z]/i.test(text)) found.push(text, text.split(','))
  else found.push(text)
  return found
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
