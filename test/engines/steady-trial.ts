/** Any rule with random settings, as far as float32 can be judged by them. */
import { reference } from '../../src-main/engines/reference.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileRule, type Rule } from '../../src-main/rules/index.ts'
import { everyName, randomSettings } from '../rules/random-settings.ts'
import { differences, outcomeOf, type Outcome, type Trial } from './trial.ts'

/** In float32, against float64, after a few batches of values of order one. */
export const TOLERANCE = 1e-4

/** A rule with random settings, that reports all it can. */
export function randomRule(rule: Rule, shape: readonly number[], number: number): Compiled {
  const settings = randomSettings(rule, shape, Generator.seeded(number))
  return compileRule(rule, settings, shape, everyName(rule, settings, shape))
}

/**
 * What the reference leaves in float64; null where its own float32 strays from that, for then no engine can be judged: Adam
 * makes a whole step of a tiny gradient's rounding, updates divided by a weak nudge divide its rounding too, and rates of
 * order one may diverge. Golden cases judge those.
 */
export async function steadyOutcome(trial: Trial): Promise<Outcome | null> {
  const exact = await outcomeOf(trial, reference, 'float64')
  const rounded = await outcomeOf(trial, reference, 'float32')
  return exact.broken.length === 0 && differences(rounded, exact, TOLERANCE / 4).length === 0 ? exact : null
}

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
