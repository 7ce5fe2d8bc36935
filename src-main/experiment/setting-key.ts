/**
 * Changing one value of an experiment by its name, as `--set KEY=VALUE` and sweeps do. KEY is a setting of the rule
 * ('neuralLr'), a dotted path ('training.epochs', 'rule.settings.neuralLr', 'widths.1'), 'hidden' or 'depth'.
 */
import { z } from 'zod'
import { ruleNamed } from '../rules/index.ts'
import { settingKeys } from './check.ts'
import { sizesIfKnown } from './data-sets.ts'
import { NETWORK_KEYS, withDepth } from './depth.ts'
import type { Experiment } from './experiment.ts'
import { leavesOfExperiment, type Leaf } from './leaves.ts'
import { nameAfter } from './name.ts'
import { nearest } from './nearest.ts'
import { notPlain } from './plain.ts'
import { dotted, ExperimentProblem, problemsOf } from './problem.ts'

/**
 * The experiment with one value changed. `text` is read as the field needs it: JSON, '784-500-10' or '1,0.7' for lists,
 * nothing for an empty one, '0:0.95,15:0.9' (epoch:base, also in brackets) for schedules, else as it stands. What only
 * makes sense together (widths and rates per layer) is left to `checkExperiment`, when all changes are made.
 *
 * @throws ExperimentProblem when there is no such key (with the nearest one) or the value is out of its range
 */
export function setKey(experiment: Experiment, key: string, text: string): Experiment {
  return setKeys(experiment, [[key, text]])
}

/** Several values changed; the name follows them unless it is given. The depth first, whatever its place, so that a list given for the new depth fits it. */
export function setKeys(experiment: Experiment, changes: readonly (readonly [string, string])[]): Experiment {
  const given = new Set(changes.map(([key]) => key.replace(/^rule\.settings\./, '')))
  const isDepth = ([key]: readonly [string, string]): boolean => key === 'depth'
  const ordered = [...changes.filter(isDepth), ...changes.filter((change) => !isDepth(change))]
  const set = ordered.reduce((one, [key, text]) => changed(one, fieldOf(one, key), key, text, given), experiment)
  return set.name === experiment.name && !given.has('name') ? { ...set, name: nameAfter(experiment, set) } : set
}

function changed(
  experiment: Experiment,
  { path, schema }: Leaf,
  key: string,
  text: string,
  given: ReadonlySet<string>,
): Experiment {
  const candidates = readings(text)
  const fitting = candidates.find((candidate) => notPlain(candidate) === null && z.safeParse(schema, candidate).success)
  if (fitting === undefined) {
    const [likeliest] = candidates
    const odd = notPlain(likeliest)
    const parsed = z.safeParse(schema, likeliest)
    const problems = odd !== null ? [odd] : parsed.success ? [] : problemsOf(parsed.error, likeliest, path, () => [])
    throw new ExperimentProblem(`${key} cannot be ${shortened(text)}.`, problems)
  }
  const value = z.parse(schema, fitting)
  if (key === 'depth') return withDepth(experiment, value as number, given)
  if (key === 'hidden') return withHidden(experiment, value as number)
  const fitted = key === 'data.name' ? withNetworkFor(experiment, value as string, given) : experiment
  const copy = structuredClone(fitted) as unknown as Record<string, unknown>
  let target = copy
  for (const [depth, part] of path.slice(0, -1).entries()) {
    // What is off until one of its values is set (training.validation) comes with the others at their defaults.
    target[part] ??= leaves()
      .get(dotted(path.slice(0, depth + 1)))
      ?.begin?.()
    target = target[part] as Record<string, unknown>
  }
  target[path[path.length - 1] as string] = value
  return copy as unknown as Experiment
}

/**
 * The experiment with a network that fits a data set: one input for each number of a sample, one output for each class, and
 * hidden layers as wide as suits the set, where it says so and nobody else does. Left alone where widths are given, and
 * for a set that is not known, which `checkExperiment` tells.
 */
function withNetworkFor(experiment: Experiment, name: string, given: ReadonlySet<string>): Experiment {
  const sizes = sizesIfKnown(name)
  const widthsGiven = [...given].some((key) => /^widths(\.|$)/.test(key))
  if (sizes === null || widthsGiven || experiment.data.name === name) return experiment
  const { features, classes } = sizes
  const hidden = given.has('hidden') ? null : sizes.hidden
  return {
    ...experiment,
    widths: [features, ...experiment.widths.slice(1, -1).map((width) => hidden ?? width), classes],
  }
}

function withHidden(experiment: Experiment, units: number): Experiment {
  const { widths } = experiment
  if (widths.length < 3)
    throw new ExperimentProblem(`Expected a hidden layer to set, found none in ${widths.join('-')}.`, [])
  const last = widths.length - 1
  return { ...experiment, widths: widths.map((width, layer) => (layer === 0 || layer === last ? width : units)) }
}

/** The value at a key that `setKey` takes; `hidden` is the first hidden layer's. */
export function readKey(experiment: Experiment, key: string): z.core.util.JSONType {
  if (key === 'depth') return experiment.widths.length - 2
  const { path } = key === 'hidden' ? { path: ['widths', '1'] } : fieldOf(experiment, key)
  let value: unknown = experiment
  for (const part of path) value = (value as Record<string, unknown> | null)?.[part]
  return (value ?? null) as z.core.util.JSONType
}

/** The shortest way to write a key: 'rule.settings.neuralLr' is 'neuralLr'. @throws ExperimentProblem when there is no such key */
export function canonicalKey(experiment: Experiment, key: string): string {
  const { path } = fieldOf(experiment, key)
  return dotted(path[0] === 'rule' ? path.slice(2) : path)
}

/** Every key that `setKey` takes for experiments of this rule: its settings first, then dotted paths. */
export function keysOf(ruleName: string): string[] {
  const rule = ruleNamed(ruleName)
  return [...(rule === undefined ? [] : settingKeys(rule.settings)), ...Object.keys(NETWORK_KEYS), ...leaves().keys()]
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

function fieldOf(experiment: Experiment, key: string): Leaf {
  const rule = ruleNamed(experiment.rule.name)
  const settings = rule?.settings instanceof z.ZodObject ? (rule.settings.shape as Record<string, z.ZodType>) : {}
  const setting = key.startsWith('rule.settings.') ? key.slice('rule.settings.'.length) : key
  const ofRule = Object.hasOwn(settings, setting) ? settings[setting] : undefined
  if (ofRule !== undefined) return { path: ['rule', 'settings', setting], schema: ofRule }
  const leaf = leaves().get(key)
  if (leaf !== undefined) return leaf
  const network = Object.hasOwn(NETWORK_KEYS, key) ? NETWORK_KEYS[key] : undefined
  if (network !== undefined) return { path: [key], schema: network }
  const entry = /^(.+)\.(\d{1,2})$/.exec(key)
  if (entry !== null) return entryOf(experiment, key, entry[1] ?? '', entry[2] ?? '')

  const known = keysOf(experiment.rule.name)
  const near = known.find((candidate) => candidate.endsWith(`.${key}`)) ?? nearest(setting, known)
  const meant = near === null ? '' : ` Did you mean "${near}"?`
  throw new ExperimentProblem(
    `No setting is called "${shortened(key)}" in an experiment with ${experiment.rule.name}.${meant}`,
    [],
    `Known are ${known.join(', ')}.`,
  )
}

/** One place of a list, counted from 0: 'widths.1' is the first hidden layer, 'lrForward.0' the rate of W₁. */
function entryOf(experiment: Experiment, key: string, list: string, place: string): Leaf {
  const { path, schema } = fieldOf(experiment, list)
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema
  const found = readKey(experiment, list)
  if (!(inner instanceof z.ZodArray) || !Array.isArray(found))
    throw new ExperimentProblem(`Expected a list with an entry ${place}, found ${list}, which is not a list.`, [])
  if (Number(place) >= found.length)
    throw new ExperimentProblem(
      `There is no entry ${place} in ${list}, which has ${found.length}: ${key} could be ${list}.0 to ${list}.${found.length - 1}.`,
      [],
    )
  return { path: [...path, place], schema: inner.element }
}

/** What a rule, a version, a preset or a sweep is cannot be changed value by value. */
const FIXED = new Set(['version', 'preset', 'sweep', 'rule'])

function leaves(): ReadonlyMap<string, Leaf> {
  return new Map(
    leavesOfExperiment()
      .filter(({ path: [first = ''] }) => !FIXED.has(first))
      .map((leaf) => [dotted(leaf.path), leaf]),
  )
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
  // In brackets where several schedules are listed, so that their own commas do not divide.
  const pieces = text.replace(/^\[(.*)\]$/, '$1').replaceAll(' ', '')
  if (new RegExp(String.raw`^\d+:${number}(?:,\d+:${number})*$`, 'i').test(pieces))
    found.push(
      pieces.split(',').map((piece) => {
        const [fromEpoch, base] = piece.split(':')
        return { fromEpoch: Number(fromEpoch), base: Number(base) }
      }),
    )
  if (/^\d+(-\d+)+$/.test(text)) found.push(text.split('-').map(Number))
  if (new RegExp(`^-?${number}(?:,-?${number})*$`, 'i').test(text)) found.push(text.split(',').map(Number))
  if (text.includes(',') || /^[a-z]/i.test(text)) found.push(text, text.split(','))
  else found.push(text)
  if (text === '') found.push([])
  return found
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
