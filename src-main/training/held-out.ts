/** The validation set that training holds out. */
import type { Samples } from '../data/data-set.ts'
import { splitSamples, SplitProblem, type SampleSplit } from '../data/split.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { Generator } from '../program/random.ts'

/** The drawn split of an experiment that has one: from the split's own seed alone, so the same for all its seeds. */
export function splitOf(train: Samples, { training }: Experiment): SampleSplit | null {
  const { validation, batchSize } = training
  if (validation === null) return null
  const split = splitSamples(train, validation, Generator.seeded(validation.seed).split('validation'))
  if (split.train.length < batchSize)
    throw new SplitProblem(
      `training.validation: expected a split that leaves at least one batch of ${batchSize} training samples, found ${split.train.length} of ${train.count} left.`,
    )
  return split
}
