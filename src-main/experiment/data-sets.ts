/** What is known of every data set before any file is read, as far as an experiment needs it. */
import facts from '../../resources/datasets.json' with { type: 'json' }
import { DATASET_NAMES, DRAWN_SETS, type DataSetName } from './experiment.ts'

export interface SampleCounts {
  readonly train: number
  readonly test: number
}

export interface DataSetSizes {
  readonly label: string
  /** Numbers of a sample: what the network's input must be. */
  readonly features: number
  /** Width of a hidden layer that suits it, where the usual one does not; null where it does. */
  readonly hidden: number | null
  /** What its output must be. */
  readonly classes: number
  /** Samples as published. */
  readonly counts: SampleCounts
}

/** Those that come with Apical: resources/datasets.json. */
const sizes = new Map<string, DataSetSizes>(
  facts.dataSets.map(({ name, label, features, hidden, classNames, trainCount, testCount }) => [
    name,
    {
      label,
      features,
      hidden,
      classes: classNames.length,
      counts: { train: trainCount, test: testCount },
    },
  ]),
)

/** Whether its samples are drawn from the seed of the data. */
export function isDrawnSet(name: DataSetName): boolean {
  return DRAWN_SETS.includes(name)
}

/** Data sets that a person added; they lie on a disk, of which this room knows nothing. */
interface OwnDataSets {
  sizesOf(name: DataSetName): DataSetSizes | null
  names(): readonly DataSetName[]
}

let own: OwnDataSets = { sizesOf: () => null, names: () => [] }

/** Says where to ask for sets that did not come with Apical; the lab's room of data sets does. */
export function knowOwnDataSets(known: OwnDataSets): void {
  own = known
}

/** Null for a set that is not known here. */
export function sizesIfKnown(name: DataSetName): DataSetSizes | null {
  return sizes.get(name) ?? own.sizesOf(name)
}

/** @throws RangeError for a set that is not known here; a checked experiment has none */
export function sizesOf(name: DataSetName): DataSetSizes {
  const found = sizesIfKnown(name)
  if (found === null) throw new RangeError(`no data set ${name} is known here`)
  return found
}

/** All that can be used here by name, those that come with Apical first. */
export function knownDataSets(): readonly DataSetName[] {
  return [...DATASET_NAMES, ...own.names()]
}

/** What people call it; a name that is none of ours stays as it is. */
export function labelOfDataSet(name: string): string {
  return sizesIfKnown(name)?.label ?? name
}
