/** Names that say what they name: a preset's name has its data set and its network in it, and so must what is made from it. */
import { labelOfDataSet } from './data-sets.ts'
import type { Experiment } from './experiment.ts'

type Named = Pick<Experiment, 'name' | 'data' | 'widths'>

/** What `before` was called, with the words for its data set and its network brought up to date. */
export function nameAfter(before: Named, after: Named): string {
  const words = (experiment: Named): readonly string[] => [
    labelOfDataSet(experiment.data.name),
    experiment.data.name,
    experiment.widths.join('-'),
  ]
  const now = words(after)
  return words(before).reduce((name, word, i) => {
    const next = now[i] ?? word
    return next === word ? name : name.replace(word, next)
  }, before.name)
}
