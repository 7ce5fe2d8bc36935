/** What is known of every data set before any file is read, as far as an experiment needs it: resources/datasets.json. */
import facts from '../../resources/datasets.json' with { type: 'json' }
import type { DataSetName } from './experiment.ts'

export interface SampleCounts {
  readonly train: number
  readonly test: number
}

interface DataSetSizes {
  readonly label: string
  /** Numbers of a sample: what the network's input must be. */
  readonly features: number
  /** What its output must be. */
  readonly classes: number
  /** Samples as published. */
  readonly counts: SampleCounts
}

const sizes = new Map<string, DataSetSizes>(
  facts.dataSets.map(({ name, label, image: { height, width, channels }, classNames, trainCount, testCount }) => [
    name,
    {
      label,
      features: height * width * channels,
      classes: classNames.length,
      counts: { train: trainCount, test: testCount },
    },
  ]),
)

/** @throws RangeError when the file lacks the set */
export function sizesOf(name: DataSetName): DataSetSizes {
  const found = sizes.get(name)
  if (found === undefined) throw new RangeError(`resources/datasets.json has no ${name}`)
  return found
}

/** What people call it; a name that is none of ours stays as it is. */
export function labelOfDataSet(name: string): string {
  return sizes.get(name)?.label ?? name
}
