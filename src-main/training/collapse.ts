/** When a network counts as lost: not finite, grown without bound, or no better than always naming one class. */
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
