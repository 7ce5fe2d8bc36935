/** The rule that a word of the command line means: its name, or the file of one's own. */
import { basename } from 'node:path'
import { suggestion } from '../experiment/nearest.ts'
import { allowedRule, listOwnRules } from '../lab/own-rules.ts'
import { ruleCalled, rules, rulesOfFiles, type Rule } from '../rules/index.ts'
import { UsageProblem } from './command.ts'

/** True for what can only be the file of a rule. */
export function looksLikeRuleFile(word: string): boolean {
  return /\.[jt]s$/.test(word)
}

/** @throws UsageProblem for a name that no rule has, LabProblem for a file that is not allowed as it is */
export function ruleIn(word: string): Rule {
  if (looksLikeRuleFile(word)) return allowedRule(word)
  const found = ruleCalled(word)
  if (found !== undefined) return found
  refuseUnclear(word)
  const names = [...rules, ...rulesOfFiles()].map(({ name, file }) => file?.card.name ?? name)
  throw new UsageProblem(
    `There is no rule "${word}".${suggestion(word, names)}`,
    `It is one of ${[...new Set(names)].join(', ')}, or the file of your own.`,
  )
}

/**
 * Says of a file of the rules folder that is called so, and is not allowed as it is now, how to allow it; and of two allowed
 * ones how to tell them apart. @throws LabProblem, UsageProblem
 */
export function refuseUnclear(word: string): void {
  const alike = rulesOfFiles().filter(({ file }) => file?.card.name === word)
  if (alike.length > 1)
    throw new UsageProblem(
      `${alike.length} files are a rule called "${word}": ${alike.map(({ file }) => file?.file ?? '').join(', ')}.`,
      `Name the one that is meant: ${alike.map(({ name }) => name).join(' or ')}.`,
    )
  const waiting = listOwnRules().find(
    ({ path, state }) => state !== 'allowed' && basename(path).replace(/\.[jt]s$/, '') === word,
  )
  if (waiting !== undefined) allowedRule(waiting.path)
}
