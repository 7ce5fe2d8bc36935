/** When two experiments ask the same question, so that their seeds may stand beside each other. */
import { isDrawnSet } from './data-sets.ts'
import type { Experiment } from './experiment.ts'

/**
 * What decides the result of an epoch of a seed: equal texts mean the same experiment but for its seeds, its epochs, its
 * engine, and what moves no number (measures, what of the training set is classified, names).
 */
export function decisive({ data, widths, rule, training }: Experiment): string {
  const settings = Object.entries(rule.settings).sort(([a], [b]) => (a < b ? -1 : 1))
  const { batchSize, shuffle, evaluateTest, validation, selection } = training
  return JSON.stringify([
    data.name,
    // Sets that are read from files know no seed.
    isDrawnSet(data.name) ? data.seed : null,
    data.limitTrain,
    data.limitTest,
    widths,
    rule.name,
    settings,
    batchSize,
    shuffle,
    evaluateTest,
    validation,
    selection,
  ])
}
