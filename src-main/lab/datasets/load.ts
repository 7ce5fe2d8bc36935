/**
 * Data sets whole: read from files, or generated. Formats are read in `data/`; this room opens the files.
 *
 * A set is looked for where the person said (--data: the set's own folder, or one that holds a folder by its name), else
 * in the folder remembered for it, else in APICAL_DATA, else in the lab's own data folder.
 */
import type { DataSet } from '../../data/data-set.ts'
import type { DataSetName } from '../../experiment/experiment.ts'
import { isBuiltIn, readBuiltIn } from './built-in.ts'
import { factsOf, publishedAs } from './cards.ts'
import { folderOfOwn, ownRecord, readOwn } from './own.ts'
import { findDataSet, notesOn, subsetSentence } from './find.ts'
import { readFound, refuseOtherSets } from './read.ts'

interface LoadedDataSet {
  readonly data: DataSet
  /** For environment.json: SHA-256 by file as it is on disk, or the generator's name, version and seed. */
  readonly fingerprint: Readonly<Record<string, string>>
  /** Where it came from; the folder of its files. */
  readonly folder: string | null
  /** In sentences: what sets results on it apart from results on the published set. Empty for the published set. */
  readonly warnings: readonly string[]
  /** How its files were found, in sentences, where that was not as usual; changes no result. */
  readonly notes: readonly string[]
}

/**
 * Reads a set whole, or generates it: no more of it than `limits`, since a generated sample does not depend on how many
 * there are. `folder` is what the person said; null for the usual places. @throws DataProblem
 */
export async function loadDataSet(
  name: DataSetName,
  {
    seed,
    folder,
    limits = { limitTrain: null, limitTest: null },
  }: {
    readonly seed: number
    readonly folder?: string | null
    readonly limits?: { readonly limitTrain: number | null; readonly limitTest: number | null }
  },
): Promise<LoadedDataSet> {
  const own = ownRecord(name)
  if (own !== null)
    return { data: readOwn(own), fingerprint: own.files, folder: folderOfOwn(name), warnings: [], notes: own.notes }
  const facts = factsOf(name)
  const { classNames } = facts
  if (isBuiltIn(facts)) {
    const { train, test, fingerprint } = readBuiltIn(facts, seed, {
      train: Math.min(limits.limitTrain ?? Infinity, facts.trainCount),
      test: Math.min(limits.limitTest ?? Infinity, facts.testCount),
    })
    return { data: { name, train, test, classNames }, fingerprint, folder: null, warnings: [], notes: [] }
  }

  const found = findDataSet(facts, folder ?? null)
  const { train, test, files } = await readFound(found, facts)
  refuseOtherSets(files, facts)
  const subset = subsetSentence(found, facts)
  const others = files
    .filter(({ sha256 }) => publishedAs(sha256) === undefined)
    .map((file) => `${file.name} is not the published file of ${facts.label}.`)
  return {
    data: { name, train, test, classNames },
    fingerprint: {
      ...Object.fromEntries(files.map((file) => [file.name, file.sha256])),
      ...(subset === null ? {} : { subset }),
    },
    folder: found.folder,
    notes: notesOn(found),
    warnings:
      subset === null ? others : [`Results on this subset are not results on ${facts.label}: ${subset}.`, ...others],
  }
}
