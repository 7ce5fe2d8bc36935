/** An experiment as the command that trains it again: where it begins, and what is set differently from there. */
import type { Experiment } from './experiment.ts'
import { leavesOfExperiment } from './leaves.ts'
import { presetNamed } from './presets.ts'
import { dotted } from './problem.ts'
import { experimentOfRule } from './rule-experiment.ts'
import { readKey, setKeys } from './setting-key.ts'

/** Said by an option of their own, or part of where it begins. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set([
  ...['version', 'name', 'preset', 'sweep', 'seeds', 'rule.name', 'rule.settings'],
  'training.epochs',
])

/**
 * `apical run PRESET --seeds … --epochs … --set …`, or with the rule's name where it began with no preset of that rule. A
 * member of a sweep is run alone. Quoted for a POSIX shell, which PowerShell reads the same way.
 */
export function runCommand(experiment: Experiment): string {
  const preset = experiment.preset === null ? undefined : presetNamed(experiment.preset)
  const fits = preset?.experiment.rule.name === experiment.rule.name
  const operand = fits ? preset.name : experiment.rule.name
  const base = fits ? preset.experiment : experimentOfRule(experiment.rule.name)
  // A rule of another version of Apical: its folder is all that is known of it.
  if (base === undefined) return `apical run ${quoted(experiment.rule.name)}`

  const changes = [...settingChanges(base, experiment), ...commonChanges(base, experiment)]
  if (setKeys(base, changes).name !== experiment.name) changes.push(['name', experiment.name])
  const words = ['apical', 'run', operand, '--seeds', seedsText(experiment.seeds)]
  words.push('--epochs', String(experiment.training.epochs))
  for (const [key, text] of changes) words.push('--set', `${key}=${text}`)
  return words.map(quoted).join(' ')
}

type Change = [key: string, text: string]

function settingChanges(base: Experiment, experiment: Experiment): Change[] {
  return Object.entries(experiment.rule.settings).flatMap(([key, value]): Change[] =>
    same(value, base.rule.settings[key]) ? [] : [[key, textOf(base, key, value)]],
  )
}

function commonChanges(base: Experiment, experiment: Experiment): Change[] {
  return leavesOfExperiment().flatMap(({ path, begin }): Change[] => {
    const key = dotted(path)
    if (SAID_OTHERWISE.has(key) || path[0] === 'sweep') return []
    const [was, value] = [at(base, path), at(experiment, path)]
    // Its parts turn it on; where it is off it has none.
    if (value === undefined || (begin !== undefined && value !== null)) return []
    return same(was, value) ? [] : [[key, textOf(base, key, value)]]
  })
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function at(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string, unknown> | null | undefined)?.[part], tree)
}

/** The shortest way to write a value that `--set` reads back as it is. */
function textOf(base: Experiment, key: string, value: unknown): string {
  const json = JSON.stringify(value)
  const readsBack = (text: string): boolean => {
    try {
      return text !== '' && text === text.trim() && same(readKey(setKeys(base, [[key, text]]), key), value)
    } catch {
      return false
    }
  }
  return shorter(key, value).find(readsBack) ?? json
}

function shorter(key: string, value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) return []
  const pieces = value.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return String(entry)
    // A step of a schedule, or a measure: both are written as one part, a colon, and the other.
    return Object.values(entry).map(String).join(':')
  })
  return [pieces.join(key === 'widths' ? '-' : ',')]
}

/** '0-9', '0..90:10', or all of them. */
function seedsText(seeds: readonly number[]): string {
  const [first = 0, second = 0] = seeds
  const step = second - first
  const last = seeds.at(-1) ?? first
  if (seeds.length < 3 || step < 1 || seeds.some((seed, place) => seed !== first + place * step)) return seeds.join(',')
  return step === 1 ? `${first}-${last}` : `${first}..${last}:${step}`
}

function quoted(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
