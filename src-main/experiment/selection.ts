/** Which epoch's accuracies are a seed's result: never one that was chosen on the test set. */
import type { Selection } from './experiment.ts'

/**
 * Index of the reported epoch: the last one, or the first of largest validation accuracy, argmax_e v(e). −1 when there is
 * none yet.
 *
 * @param validation accuracy after each epoch
 */
export function selectedIndex(selection: Selection, validation: readonly (number | null)[]): number {
  if (selection === 'last-epoch') return validation.length - 1
  let best = -1
  validation.forEach((accuracy, index) => {
    if (accuracy !== null && accuracy > (validation[best] ?? -Infinity)) best = index
  })
  return best
}
