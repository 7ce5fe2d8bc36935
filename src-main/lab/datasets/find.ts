/** Where the files of a data set are: which folders are looked into, in which order, and what is there. */
import { mkdirSync, type Stats, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { DATASET_NAMES, type DataSetName } from '../../experiment/experiment.ts'
import { fileProblem } from '../problem.ts'
import type { DataSetFacts, PublishedFile } from './cards.ts'
import { packingNote, type Packing, packingOf } from './packing.ts'
import { apicalHome, lookAt, readJson, writeJson } from '../storage.ts'

export interface FoundFile {
  readonly path: string
  /** By its first bytes. */
  readonly packing: Packing
  /** By its name. */
  readonly named: Packing
  /** Bytes on disk. */
  readonly size: number
}

export interface FoundSet {
  readonly folder: string
  readonly files: readonly { readonly published: PublishedFile; readonly found: FoundFile }[]
  /** "2,500 of 50,000 …" when a named part of the training set stands for all of it; null otherwise. */
  readonly subset: DataSetFacts['trainSubset']
  /** Folders before this one in which nothing could be looked for, and why, in sentences. */
  readonly passed: readonly string[]
}

/** None of a set's files is anywhere it was looked for: the usual start, and no fault of any file. */
export class MissingData extends DataProblem {
  /** Every folder that was looked into. */
  looked: readonly string[] = []
}

/** A place that cannot even be looked into, which is not the same as holding nothing; the next one is tried. */
class Unreachable extends DataProblem {
  why = ''
}

/** Where a set is looked for: only where the person said, or else in the usual places. @throws DataProblem */
export function findDataSet(facts: DataSetFacts, said: string | null): FoundSet {
  const folders = said === null ? usualFolders(facts) : [...named(resolve(said), facts), resolve(said)]
  const unreachable: Unreachable[] = []
  for (const folder of folders) {
    try {
      const found = lookInto(folder, facts)
      if (found !== null) return { ...found, passed: unreachable.map(({ why }) => `${why} ${found.folder} is used.`) }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      unreachable.push(error)
    }
  }
  if (unreachable[0] !== undefined) throw unreachable[0]
  const first = facts.files[0]?.name ?? ''
  if (said !== null) {
    const isFolder = lookAt(said)?.isDirectory() ?? false
    throw missing(
      folders,
      resolve(said),
      `a folder with ${first} (or ${first}.gz) and the other files of ${facts.label}, or with a folder ${facts.name} that holds them`,
      isFolder ? 'no file of that set' : 'no such folder',
      whereToGet(facts),
    )
  }
  throw missing(
    folders,
    facts.label,
    `its files (${first} and others) in ${folders.filter((folder) => !folder.endsWith('raw')).join(' or ')}`,
    'none of them',
    `${facts.downloads.length > 0 ? `Download it on the Data screen or with "apical data get ${facts.name}". Or get` : 'Get'} it from ${facts.homepage ?? 'its publisher'}, then name its folder with --data or “Use a folder you have”, or set APICAL_DATA.`,
  )
}

function missing(looked: readonly string[], ...words: ConstructorParameters<typeof DataProblem>): MissingData {
  const problem = new MissingData(...words)
  problem.looked = [...new Set(looked)]
  return problem
}

function whereToGet({ label, homepage }: DataSetFacts): string {
  return `Get ${label} from ${homepage ?? 'its publisher'}.`
}

/** Remembered, then in APICAL_DATA, then in the lab's own folder. */
function usualFolders(facts: DataSetFacts): string[] {
  const remembered = rememberedFolders()[facts.name]
  const data = process.env['APICAL_DATA']
  return [
    ...(remembered === undefined ? [] : [remembered]),
    ...(data === undefined || data === '' ? [] : named(resolve(data), facts)),
    ...named(join(apicalHome(), 'data'), facts),
  ]
}

/** Where this set is under a folder of several: by name alone, since MNIST and Fashion-MNIST name their files alike. */
function named(folder: string, { folders }: DataSetFacts): string[] {
  return folders.map((name) => join(folder, name))
}

/**
 * The set's files in this folder; null when there is none of them.
 *
 * @throws DataProblem when some are there and others are not
 */
export function lookInto(folder: string, facts: DataSetFacts): FoundSet | null {
  const look = (published: PublishedFile) => ({ published, found: findFile(folder, published) })
  let wanted = facts.files.map(look)
  let subset: FoundSet['subset'] = null
  if (
    facts.trainSubset !== null &&
    wanted.some(({ published, found }) => published.part === 'train' && found === null)
  ) {
    const stand = look(facts.trainSubset.file)
    if (stand.found !== null) {
      wanted = [stand, ...wanted.filter(({ published }) => published.part === 'test')]
      subset = facts.trainSubset
    }
  }
  const files = wanted.flatMap(({ published, found }) => (found === null ? [] : [{ published, found }]))
  if (files.length === 0) return null
  const missing = wanted.find(({ found }) => found === null)?.published
  if (missing === undefined) return { folder, files, subset, passed: [] }
  throw new DataProblem(
    folder,
    `${missing.name} (or ${missing.name}${facts.format === 'idx' ? '.gz' : '.xz'}) beside the other files of ${facts.label}`,
    'no such file',
    whereToGet(facts),
  )
}

/** "2,500 of 50,000 training samples (…)"; null for the whole set. */
export function subsetSentence({ subset }: FoundSet, { trainCount }: DataSetFacts): string | null {
  return subset === null
    ? null
    : `${formatCount(subset.count)} of ${formatCount(trainCount)} training samples (${subset.label})`
}

/** What a person should know of how the set was found, in sentences. */
export function notesOn({ files, passed }: FoundSet): string[] {
  return [
    ...passed,
    ...files.flatMap(({ found: { path, packing, named } }) => packingNote(basename(path), packing, named) ?? []),
  ]
}

/** One file of a set in a folder, however it is packed and spelt; null when it is not there. */
export function findFile(folder: string, published: PublishedFile): FoundFile | null {
  const { name } = published
  // Some mirrors write `train-images.idx3-ubyte`.
  for (const spelt of [name, name.replace('-idx', '.idx')])
    for (const packing of [null, 'gz', 'xz'] as const) {
      const path = join(folder, packing === null ? spelt : `${spelt}.${packing}`)
      const found = lookFor(path)
      if (found?.isFile() === true) {
        const { size } = found
        return { path, packing: packingOf(path, size, published, packing), named: packing, size }
      }
    }
  return null
}

/** @throws DataProblem where it cannot even be looked at, which is not the same as not being there */
function lookFor(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const said = fileProblem(error, 'Cannot look for', path)
    const why = said?.message ?? String(error)
    const problem = new Unreachable(
      path,
      'a file or none',
      'a place that cannot be looked into',
      said === null ? why : `${why} ${said.next}`,
    )
    problem.why = why
    throw problem
  }
}

const Remembered = z.partialRecord(z.enum(DATASET_NAMES), z.string().max(4096))

function rememberedPath(): string {
  return join(apicalHome(), 'data-folders.json')
}

function rememberedFolders(): Partial<Record<DataSetName, string>> {
  const json = readJson(rememberedPath(), 100_000)
  if (json === null) return {}
  const parsed = Remembered.safeParse(json)
  if (parsed.success) return parsed.data
  throw new DataProblem(
    rememberedPath(),
    'one folder for each data set by name',
    'something else',
    'Delete this file and choose the folders again.',
  )
}

/** Remembers where a set is from now on. What cannot be understood in the file is written anew. */
export function rememberFolder(name: DataSetName, folder: string): void {
  let known: Partial<Record<DataSetName, string>> = {}
  try {
    known = rememberedFolders()
  } catch {
    // Unreadable: the person is choosing anew right now.
  }
  mkdirSync(apicalHome(), { recursive: true })
  writeJson(rememberedPath(), { ...known, [name]: resolve(folder) })
}
