/** The card of each data set: whether it is here, where, and what is wrong with it. */
import { sum } from 'd3-array'
import type { DataSetCard } from '../../contract.ts'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { DATASET_NAMES } from '../../experiment/experiment.ts'
import { LabProblem, systemProblem } from '../problem.ts'
import { builtInDetail, isBuiltIn } from './built-in.ts'
import { dataSetFacts, type DataSetFacts, factsOf } from './cards.ts'
import { offerOf, PUBLISHED, type Source } from './downloads.ts'
import { findDataSet, type FoundSet, MissingData, notesOn, rememberFolder, subsetSentence } from './find.ts'
import { folderOfOwn, ownNames, ownRecord } from './own.ts'
import { inspectHeaders } from './read.ts'

/** A card for every set, from headers and sizes of files only, so that a window need not wait. */
export async function describeDataSets(
  folder: string | null = null,
  source: Source = PUBLISHED,
): Promise<DataSetCard[]> {
  const published = await Promise.all(dataSetFacts.map((facts) => describe(facts, folder, source)))
  return [...published, ...ownNames().map(describeOwn)]
}

/** By its record alone; its samples are compared with it when they are read. */
function describeOwn(name: string): DataSetCard {
  const folder = folderOfOwn(name)
  const card = { name, dash: 'dashed', folder, looked: [], download: null, hidden: null, own: true } as const
  try {
    const record = ownRecord(name)
    if (record === null) throw new DataProblem(folder, 'a data set', 'none any more', 'It was removed meanwhile.')
    const { label, classNames, features, trainCounts, testCounts, notes, sources } = record
    return {
      ...card,
      label,
      classes: classNames.length,
      features,
      trainCount: sum(trainCounts),
      testCount: sum(testCounts),
      state: 'present',
      detail: notes.join(' '),
      licence: `Yours, from ${sources.map(({ file }) => file).join(', ')}`,
    }
  } catch (error) {
    const said = inWords(error)
    if (said === null) throw error
    return {
      ...card,
      label: name,
      classes: 0,
      features: 0,
      trainCount: 0,
      testCount: 0,
      state: 'broken',
      detail: `${said.message} ${said.next}`,
      licence: 'Yours',
    }
  }
}

async function describe(facts: DataSetFacts, folder: string | null, source: Source): Promise<DataSetCard> {
  const { name, label, dash, classNames, features, hidden, trainCount, testCount, licence } = facts
  const card = {
    name,
    label,
    dash,
    classes: classNames.length,
    features,
    hidden,
    trainCount,
    testCount,
    licence,
    folder: null,
    looked: [],
    download: null,
    own: false,
  }
  if (isBuiltIn(facts)) return { ...card, state: 'built in', detail: builtInDetail(facts) }
  let found: FoundSet
  try {
    found = findDataSet(facts, folder)
  } catch (error) {
    const said = inWords(error)
    if (said === null) throw error
    return {
      ...card,
      state: error instanceof MissingData ? 'missing' : 'broken',
      detail: `${said.message} ${said.next}`,
      looked: error instanceof MissingData ? error.looked : [],
      download: offerOf(name, folder, source),
    }
  }
  try {
    const { train, test } = await inspectHeaders(found, facts)
    const subset = subsetSentence(found, facts)
    const size =
      subset ??
      (train === trainCount && test === testCount
        ? null
        : `${formatCount(train)} training and ${formatCount(test)} test samples, not the published counts`)
    return {
      ...card,
      trainCount: train,
      testCount: test,
      state: 'present',
      folder: found.folder,
      detail: [...(size === null ? [] : [`${upperFirst(size)}.`]), ...notesOn(found)].join(' '),
      download: size === null ? null : offerOf(name, folder, source),
    }
  } catch (error) {
    const said = inWords(error)
    if (said === null) throw error
    return {
      ...card,
      state: 'broken',
      folder: found.folder,
      detail: `${said.message} ${said.next}`,
      download: offerOf(name, folder, source),
    }
  }
}

function upperFirst(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

/** One set that cannot be read is a broken card, and no reason to show none. Null for a defect of Apical. */
function inWords(error: unknown): DataProblem | LabProblem | null {
  return error instanceof DataProblem || error instanceof LabProblem ? error : systemProblem(error)
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
  if (isBuiltIn(facts))
    throw new DataProblem(facts.label, 'a set that is read from files', 'one that is built in', 'It needs no folder.')
  const found = findDataSet(facts, folder)
  await inspectHeaders(found, facts)
  rememberFolder(known, found.folder)
  return describe(facts, found.folder, PUBLISHED)
}
