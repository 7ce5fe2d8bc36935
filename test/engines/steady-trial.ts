/** Any rule with random settings, as far as float32 can be judged by them. */
import type { Compiled } from '../../src-main/program/program.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileRule, type Rule } from '../../src-main/rules/index.ts'
import { everyName, steadyOutcome, type Outcome, type Trial } from '../../src-main/training/trial.ts'
import { randomSettings } from '../rules/random-settings.ts'

export { steadyOutcome, TOLERANCE } from '../../src-main/training/trial.ts'

/** A rule with random settings, that reports all it can. */
export function randomRule(rule: Rule, shape: readonly number[], number: number): Compiled {
  const settings = randomSettings(rule, shape, Generator.seeded(number))
  return compileRule(rule, settings, shape, everyName(rule, settings, shape))
}

/** A rule with random settings, and what the reference leaves if float32 can be judged by it: computed once for all engines. */
export async function randomTrial(
  rule: Rule,
  shape: readonly number[],
  some: Omit<Trial, 'compiled'>,
): Promise<{ readonly trial: Trial; readonly want: Outcome | null }> {
  const trial = { ...some, compiled: randomRule(rule, shape, some.seed) }
  const key = JSON.stringify([rule.name, shape, some])
  const known = outcomes.get(key) ?? steadyOutcome(trial)
  outcomes.set(key, known)
  return { trial, want: await known }
}
const outcomes = new Map<string, Promise<Outcome | null>>()

/** The first random settings that leave something to judge by, found once for all engines. */
export function steadyTrial(rule: Rule, shape: readonly number[], some: Omit<Trial, 'compiled'>): Promise<Steady> {
  const key = JSON.stringify([rule.name, shape, some])
  const known = steady.get(key) ?? findSteady(rule, shape, some)
  steady.set(key, known)
  return known
}

interface Steady {
  readonly trial: Trial
  readonly want: Outcome
}
const steady = new Map<string, Promise<Steady>>()

async function findSteady(rule: Rule, shape: readonly number[], some: Omit<Trial, 'compiled'>): Promise<Steady> {
  for (let number = 1; number < 50; number++) {
    const trial = { ...some, compiled: randomRule(rule, shape, number) }
    const want = await steadyOutcome(trial)
    if (want !== null) return { trial, want }
  }
  throw new Error(`no random settings of ${rule.name} can be judged in float32`)
}
