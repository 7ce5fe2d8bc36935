/**
 * When a network counts as collapsed: not finite or grown without bound; fallen back to chance; or at chance through all of
 * a run that is long enough to tell. One that is at chance after a shorter run has a result, which is marked "at chance".
 */
import type { Evaluated } from './evaluation.ts'
import type { SavedParameter } from './checkpoint.ts'

/** Weights of every published run stay below 10²; beyond this no float32 product is meaningful. */
const DIVERGED = 1e8

/** Which parameter is broken and how, in words; null when all are sound. */
export function brokenParameter(parameters: readonly SavedParameter[]): string | null {
  for (const { name, values } of parameters) {
    let largest = 0
    for (const value of values) {
      if (!Number.isFinite(value)) return `${name} is not finite`
      largest = Math.max(largest, Math.abs(value))
    }
    if (largest > DIVERGED) return `${name} has grown to ${largest.toExponential(1)}`
  }
  return null
}

type Judged = Pick<Evaluated, 'accuracy' | 'samples' | 'largestClass'>

/**
 * A sentence when every split that was evaluated is at chance: not above the share p of its largest class by more than
 * the sampling error of n samples (one-sided 99 %: p + 2.33 √(p(1 − p)/n)). Null when one is above, or none was evaluated.
 */
export function atChance(
  evaluated: { readonly train: readonly Judged[] | null; readonly test: readonly Judged[] | null },
  replica: number,
): string | null {
  const splits = [evaluated.test?.[replica], evaluated.train?.[replica]].filter((split) => split !== undefined)
  const first = splits[0]
  if (first === undefined) return null
  for (const { accuracy, samples, largestClass } of splits)
    if (accuracy > largestClass + 2.33 * Math.sqrt((largestClass * (1 - largestClass)) / samples)) return null
  return `at chance level: accuracy ${first.accuracy.toFixed(3)}, and naming the most frequent class every time gives ${first.largestClass.toFixed(3)}`
}

/**
 * Updates after which a network that was never above chance counts as collapsed: the fewest that an epoch of a published
 * configuration has. Of the 195 settings whose first epochs were printed, 189 are above chance after the first one, and
 * the six that are not still are at 11 % of ten classes after the last: who has not left chance by then does not.
 */
export const TELLING_UPDATES = 2500

/** What a network that ends at chance is called, and why. */
export interface Verdict {
  readonly kind: 'collapsed' | 'at-chance'
  readonly reason: string
}

/**
 * @param chance the sentence of `atChance` after the last epoch
 * @param learned the last epoch after which it was above chance; null for none
 * @param updates batches trained
 */
export function verdictAtChance(chance: string, learned: number | null, updates: number): Verdict {
  if (learned !== null) return { kind: 'collapsed', reason: `${chance}; it was above chance after epoch ${learned}` }
  const count = `${updates} update${updates === 1 ? '' : 's'}`
  return updates >= TELLING_UPDATES
    ? { kind: 'collapsed', reason: `${chance}; it was never above chance in ${count}` }
    : {
        kind: 'at-chance',
        reason: `${chance}; ${count}, fewer than the ${TELLING_UPDATES} after which it would count as collapsed`,
      }
}
