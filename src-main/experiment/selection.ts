/** Which epoch's accuracies are a seed's result: never one that was chosen on the test set. */
import type { Selection } from './experiment.ts'

/**
 * Index of the reported epoch: the last one, or the first of largest validation accuracy, argmax_e v(e). −1 when there is
 * none yet.
 *
 * @param validation accuracy after each epoch; null or NaN where there was none
 */
export function selectedIndex(selection: Selection, validation: ArrayLike<number | null>): number {
  if (selection === 'last-epoch') return validation.length - 1
  let best = -1
  for (let index = 0; index < validation.length; index++) {
    const accuracy = validation[index] ?? NaN
    if (accuracy > (validation[best] ?? -Infinity)) best = index
  }
  return best
}
