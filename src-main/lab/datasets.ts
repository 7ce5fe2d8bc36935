/**
 * Data sets on disk: found, described, loaded, verified. Formats are read in `data/`; this room opens the files.
 *
 * A set is looked for where the person said (--data: the set's own folder, or one that holds a folder by its name), else
 * in the folder remembered for it, else in APICAL_DATA, else in the lab's own data folder.
 */
import { statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { DataSetCard } from '../contract.ts'
import { generateGlyphs, GLYPHS_VERSION } from '../data/glyphs.ts'
import { DataProblem, inWords } from '../data/problem.ts'
import type { DataSet } from '../data/samples.ts'
import { DATASET_NAMES, type DataSetName } from '../experiment/experiment.ts'
import { dataSetFacts, factsOf, publishedAs, type DataSetFacts } from './datasets/cards.ts'
import { offerOf, PUBLISHED, type Source } from './datasets/downloads.ts'
import { findDataSet, lookInto, MissingData, rememberFolder, type FoundSet } from './datasets/find.ts'
import { glance, readFound, refuseOtherSets, type ReadSet } from './datasets/read.ts'
import { LabProblem } from './problem.ts'

export { DataProblem } from '../data/problem.ts'

export interface LoadedDataSet {
  readonly data: DataSet
  /** For environment.json: SHA-256 by file as it is on disk, or the generator's name, version and seed. */
  readonly fingerprint: Readonly<Record<string, string>>
  /** Where it came from; the folder of its files. */
  readonly folder: string | null
  /** In sentences: what sets results on it apart from results on the published set. Empty for the published set. */
  readonly warnings: readonly string[]
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
  const facts = factsOf(name)
  const { classNames } = facts
  if (facts.format === 'built in')
    return {
      data: {
        ...generateGlyphs(seed, {
          train: Math.min(limits.limitTrain ?? Infinity, facts.trainCount),
          test: Math.min(limits.limitTest ?? Infinity, facts.testCount),
        }),
        name,
        classNames,
      },
      fingerprint: { glyphs: `version ${GLYPHS_VERSION}, seed ${seed}` },
      folder: null,
      warnings: [],
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
    warnings:
      subset === null ? others : [`Results on this subset are not results on ${facts.label}: ${subset}.`, ...others],
  }
}

function subsetSentence({ subset }: FoundSet, { trainCount }: DataSetFacts): string | null {
  return subset === null
    ? null
    : `${inWords(subset.count)} of ${inWords(trainCount)} training samples (${subset.label})`
}

/** A card for every set; looks at beginnings and sizes of files only, so that a window need not wait. */
export async function describeDataSets(
  folder: string | null = null,
  source: Source = PUBLISHED,
): Promise<DataSetCard[]> {
  return Promise.all(dataSetFacts.map((facts) => describe(facts, folder, source)))
}

async function describe(facts: DataSetFacts, folder: string | null, source: Source): Promise<DataSetCard> {
  const { name, label, dash, classNames, image, trainCount, testCount, licence } = facts
  const card = {
    name,
    label,
    dash,
    classes: classNames.length,
    features: image.height * image.width * image.channels,
    trainCount,
    testCount,
    licence,
    folder: null,
    looked: [],
    download: null,
  }
  if (facts.format === 'built in')
    return { ...card, state: 'built in', detail: `${facts.about} Version ${GLYPHS_VERSION}; needs no files.` }
  let found: FoundSet
  try {
    found = findDataSet(facts, folder)
  } catch (error) {
    if (!isProblem(error)) throw error
    return {
      ...card,
      state: error instanceof MissingData ? 'missing' : 'broken',
      detail: `${error.message} ${error.next}`,
      looked: error instanceof MissingData ? error.looked : [],
      download: offerOf(name, folder, source),
    }
  }
  try {
    const { train, test } = await glance(found, facts)
    const subset = subsetSentence(found, facts)
    const size =
      subset ??
      (train === trainCount && test === testCount
        ? null
        : `${inWords(train)} training and ${inWords(test)} test samples, not the published counts`)
    return {
      ...card,
      trainCount: train,
      testCount: test,
      state: 'present',
      folder: found.folder,
      detail: size === null ? '' : `${upperFirst(size)}.`,
      download: size === null ? null : offerOf(name, folder, source),
    }
  } catch (error) {
    if (!isProblem(error)) throw error
    return {
      ...card,
      state: 'broken',
      folder: found.folder,
      detail: `${error.message} ${error.next}`,
      download: offerOf(name, folder, source),
    }
  }
}

function upperFirst(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

function isProblem(error: unknown): error is DataProblem | LabProblem {
  return error instanceof DataProblem || error instanceof LabProblem
}

/** Remembers a folder for a set, once it is seen to hold it. @throws DataProblem when it does not */
export async function useDataFolder(name: string, folder: string): Promise<DataSetCard> {
  const known = DATASET_NAMES.find((one) => one === name)
  if (known === undefined)
    throw new DataProblem(
      'data set',
      `one of ${DATASET_NAMES.join(', ')}`,
      JSON.stringify(name),
      'Choose one of these sets.',
    )
  const facts = factsOf(known)
  if (facts.format === 'built in')
    throw new DataProblem(facts.label, 'a set that is read from files', 'one that is built in', 'It needs no folder.')
  const found = findDataSet(facts, folder)
  await glance(found, facts)
  rememberFolder(known, found.folder)
  return describe(facts, found.folder, PUBLISHED)
}

export interface VerifiedFile {
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
  if (!(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false))
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
