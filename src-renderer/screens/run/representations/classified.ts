/** How the test set was classified, sample by sample: what a cell of the confusion matrix holds, and who is sure of what. */
import type { ClassifiedSamples } from '../../../../src-main/experiment/representations.ts'
import { bytesOf } from '../../../charts/bytes.ts'

interface Classified {
  readonly classes: readonly string[]
  readonly epoch: number
  readonly labels: Uint16Array
  readonly predicted: Uint16Array
  /** The difference of the two largest outputs. */
  readonly margins: Float32Array
}

export function classifiedOf({ classes, epoch, labels, predicted, margins }: ClassifiedSamples): Classified {
  const buffer = (text: string): ArrayBuffer => bytesOf(text).buffer
  return {
    ...{ classes, epoch },
    labels: new Uint16Array(buffer(labels)),
    predicted: new Uint16Array(buffer(predicted)),
    margins: new Float32Array(buffer(margins)),
  }
}

/** `[true class][predicted class]`, row by row. */
export function countsOf({ classes, labels, predicted }: Classified): Uint32Array {
  const counts = new Uint32Array(classes.length ** 2)
  labels.forEach((label, i) => {
    const at = label * classes.length + (predicted[i] ?? 0)
    counts[at] = (counts[at] ?? 0) + 1
  })
  return counts
}

export interface Cell {
  readonly truth: number
  readonly taken: number
}

export type Certainty = 'least' | 'most'

/** Which are meant, by place in the test set: the least or the most certain first. */
export function chosenSamples(
  { labels, predicted, margins }: Classified,
  which: 'all' | 'wrong' | Cell,
  certainty: Certainty,
): readonly number[] {
  const found: number[] = []
  labels.forEach((label, i) => {
    const taken = predicted[i]
    if (which === 'all' || (which === 'wrong' ? taken !== label : label === which.truth && taken === which.taken))
      found.push(i)
  })
  const sign = certainty === 'least' ? 1 : -1
  return found.sort((a, b) => sign * ((margins[a] ?? 0) - (margins[b] ?? 0)) || a - b)
}
