/** Whether a folder holds data sets, and whether their files are byte for byte the published ones. */
import { basename, join, resolve } from 'node:path'
import { DataProblem } from '../../data/problem.ts'
import type { DataSetName } from '../../experiment/experiment.ts'
import { lookAt } from '../storage.ts'
import { dataSetFacts, type DataSetFacts, publishedAs } from './cards.ts'
import { type FoundSet, lookInto, subsetSentence } from './find.ts'
import { readFound, type ReadSet } from './read.ts'

interface VerifiedFile {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** What the file is, or that it is no published one. */
  readonly is: string
  readonly published: boolean
}

export interface VerifiedDataSet {
  /** Null for IDX files that are no published set. */
  readonly name: DataSetName | null
  readonly label: string
  readonly folder: string
  readonly trainCount: number
  readonly testCount: number
  /** Every file is byte for byte a published one (or, for .xz, unpacks to it), and none is missing. */
  readonly published: boolean
  /** "2,500 of 50,000 training samples (…)", or null. */
  readonly subset: string | null
  readonly files: readonly VerifiedFile[]
}

/** Reads every set in a folder (or in the folders in it that are named for sets) and says what each file is. @throws DataProblem at the first fault, or when no set is there */
export async function verifyDataSet(folder: string): Promise<VerifiedDataSet[]> {
  if (!(lookAt(folder)?.isDirectory() ?? false))
    throw new DataProblem(resolve(folder), 'a folder with the files of a data set', 'no such folder', 'Check the path.')
  const fromFiles = dataSetFacts.filter(({ files }) => files.length > 0)
  const verified: VerifiedDataSet[] = []
  for (const facts of fromFiles)
    for (const name of facts.folders) {
      const found = lookInto(join(folder, name), facts)
      if (found !== null) verified.push(verdict(facts, found, await readFound(found, facts)))
    }
  // Here only the files themselves tell MNIST from Fashion-MNIST.
  const own = fromFiles
    .map((facts) => ({ facts, format: facts.format }))
    .filter(({ format }, index, all) => all.findIndex((other) => other.format === format) === index)
  for (const { facts } of own) {
    const found = lookInto(folder, facts)
    if (found !== null) verified.push(verdict(facts, found, await readFound(found, facts)))
  }
  if (verified.length > 0) return verified
  throw new DataProblem(
    resolve(folder),
    `the files of a data set (${fromFiles.map(({ label }) => label).join(', ')})`,
    'none of them',
    'Choose the folder that holds them, for example train-images-idx3-ubyte.gz.',
  )
}

function verdict(facts: DataSetFacts, found: FoundSet, { train, test, files }: ReadSet): VerifiedDataSet {
  const said = files.map(({ name, sha256, bytes }) => {
    const known = publishedAs(sha256)
    return {
      file: name,
      bytes: bytes.length,
      sha256,
      set: known?.set,
      published: known !== undefined,
      is: known === undefined ? 'not a published file' : `${known.file.name} of ${known.set.label}, as published`,
    }
  })
  const sets = new Set(said.map(({ set }) => set))
  const [only] = sets.size === 1 ? sets : []
  const named =
    only ??
    dataSetFacts.find(({ name }) =>
      facts.format !== 'idx' ? name === facts.name : basename(resolve(found.folder)) === name,
    )
  return {
    name: named?.name ?? null,
    label: named?.label ?? 'IDX images',
    folder: resolve(found.folder),
    trainCount: train.count,
    testCount: test.count,
    published: only !== undefined && found.subset === null,
    subset: subsetSentence(found, facts),
    files: said.map(({ file, bytes, sha256, is, published }) => ({ file, bytes, sha256, is, published })),
  }
}
