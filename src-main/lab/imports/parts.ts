/** A person's files as one source of samples, or as two: for training and for testing. */
import { readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { DataProblem } from '../../data/problem.ts'
import type { RowSource } from '../../data/rows.ts'
import type { DataMapping } from '../../experiment/data-mapping.ts'
import { lookAt } from '../storage.ts'
import { openArrayFile, openNpz, type NamedArray } from './array-file.ts'
import { openArrays } from './array-rows.ts'
import { KNOWN_FORMATS, openInput, type InputFile } from './beginning.ts'
import { foldersIn, openImageFolder } from './image-folder.ts'
import { openParquet } from './parquet-table.ts'
import { openTextTable } from './text-table.ts'

export interface Parts {
  readonly train: RowSource
  /** Null where the files say nothing of it. */
  readonly test: RowSource | null
  /** Every file that is read. */
  readonly files: readonly string[]
  /** What a person should know of how the files were understood, in sentences. */
  readonly notes: readonly string[]
}

const TEST = /(^|[^a-z])(test|t10k)/i
const TRAIN = /(^|[^a-z])train/i
const VALIDATION = /(^|[^a-z])(val|valid|validation|dev)([^a-z]|$)/i
const LABEL = /(^|[^a-z])(y|labels?|targets?|class(es)?)([^a-z]|$)/i

/** @param tests files that the person gave for testing. @throws DataProblem */
export async function openParts(
  paths: readonly string[],
  tests: readonly string[],
  mapping: DataMapping,
): Promise<Parts> {
  if (tests.length > 0) {
    const [train, test] = [await openParts(paths, [], mapping), await openParts(tests, [], mapping)]
    if (train.test !== null)
      throw new DataProblem(
        paths[0] ?? '',
        'training samples alone, since the test samples have files of their own',
        'both in these files',
        'Leave the test files out, or give the training files alone.',
      )
    return {
      ...train,
      test: test.train,
      files: [...train.files, ...test.files],
      notes: [...train.notes, ...test.notes],
    }
  }
  const all = paths.map((path) => resolve(path))
  const [first = ''] = all
  if (lookAt(first)?.isDirectory() === true) {
    if (all.length > 1)
      throw new DataProblem(first, 'one folder, or files', 'several paths', 'Give the folder alone, or its files.')
    return openFolder(first, mapping)
  }
  const files = all.map(openInput)
  const tables = files.filter(({ kind }) => kind === 'text' || kind === 'parquet')
  if (tables.length > 0) return openTables(files, mapping)
  const png = files.find(({ kind }) => kind === 'png')
  if (png !== undefined)
    throw new DataProblem(
      png.path,
      KNOWN_FORMATS,
      'a single image',
      'Give the folder that holds a folder of images per class.',
    )
  const arrays: NamedArray[] = []
  for (const file of files) arrays.push(...(file.kind === 'npz' ? await openNpz(file.path) : [openArrayFile(file)]))
  return { ...pairUp(arrays, all, mapping), files: all }
}

/** A folder of class folders, of train/ and test/ with these, or of files. */
async function openFolder(folder: string, mapping: DataMapping): Promise<Parts> {
  const inside = foldersIn(folder)
  const named = (pattern: RegExp): string | undefined => inside.find((name) => pattern.test(name))
  const [train, test] = [named(/^train(ing)?$/i), named(/^test(ing)?$/i)]
  if (train !== undefined && test !== undefined) {
    const left = inside.filter((name) => name !== train && name !== test)
    return {
      train: openImageFolder(join(folder, train)),
      test: openImageFolder(join(folder, test)),
      files: [folder],
      notes: left.length === 0 ? [] : [`${left.join(', ')} beside ${train} and ${test} is left out.`],
    }
  }
  if (inside.length > 0) return { train: openImageFolder(folder), test: null, files: [folder], notes: [] }
  const files = readdirSync(folder)
    .filter((name) => /\.(csv|tsv|parquet|npy|npz|gz|idx)$|ubyte/i.test(name) && !name.startsWith('.'))
    .sort()
  if (files.length === 0) throw new DataProblem(folder, KNOWN_FORMATS, 'none of these in it', 'Choose another folder.')
  return openParts(
    files.map((name) => join(folder, name)),
    [],
    mapping,
  )
}

async function openTables(files: readonly InputFile[], mapping: DataMapping): Promise<Parts> {
  const other = files.find(({ kind }) => kind !== 'text' && kind !== 'parquet')
  if (other !== undefined)
    throw new DataProblem(other.path, 'a table like the others', 'an array or an image', 'Give files of one kind.')
  const tests = files.filter(({ path }) => TEST.test(basename(path)))
  const trains = files.filter((file) => !tests.includes(file))
  const isPair = files.length === 2 && tests.length === 1
  if (files.length > 1 && !isPair)
    throw new DataProblem(
      files.map(({ path }) => basename(path)).join(', '),
      'one table, or one to train on and one to test on, which has “test” in its name',
      `${files.length} tables`,
      'Put the tables together, or name the one for testing with --test.',
    )
  const open = async (file: InputFile | undefined): Promise<RowSource | null> => {
    if (file === undefined) return null
    return file.kind === 'parquet' ? openParquet(file) : openTextTable(file, mapping)
  }
  const train = await open(isPair ? trains[0] : files[0])
  if (train === null) throw new RangeError('no table among tables')
  return { train, test: isPair ? await open(tests[0]) : null, files: files.map(({ path }) => path), notes: [] }
}

/** Which arrays are samples and which their labels, by their names, and by their shape where names say nothing. */
function pairUp(
  arrays: readonly NamedArray[],
  paths: readonly string[],
  { labelColumn }: DataMapping,
): Pick<Parts, 'train' | 'test' | 'notes'> {
  const isLabel = ({ name, header }: NamedArray): boolean =>
    labelColumn === null
      ? header.shape.length < 2 || header.entry.text !== undefined || (LABEL.test(name) && header.shape[1] === 1)
      : name === labelColumn || (LABEL.test(name) && LABEL.test(labelColumn) && header.shape.length < 2)
  const validation = arrays.filter(({ name }) => VALIDATION.test(name) && !TRAIN.test(name) && !TEST.test(name))
  const used = arrays.filter((array) => !validation.includes(array))
  const tests = used.filter(({ name }) => TEST.test(name))
  const trains = used.filter((array) => !tests.includes(array))
  const pair = (part: readonly NamedArray[], what: string): RowSource => {
    let labels = part.filter(isLabel)
    const samples = part.filter((array) => !labels.includes(array) && array.header.shape.length >= 2)
    if (labels.length > 1) labels = labels.filter(({ name }) => LABEL.test(name))
    const [sample, label] = [samples[0], labels[0]]
    if (sample !== undefined && label !== undefined && samples.length === 1 && labels.length === 1)
      return openArrays(sample, label)
    throw new DataProblem(
      paths.map((path) => basename(path)).join(', '),
      `one array of ${what} and one of their labels`,
      part.length === 0
        ? 'none'
        : part
            .map(({ name, header: { shape } }) => `${name} (${shape.length === 0 ? 'one value' : shape.join('×')})`)
            .join(', '),
      'Give both, and no others; “train” and “test” in their names tell parts apart, “labels” or “y” the labels.',
    )
  }
  const notes = validation.map(({ name }) => `The array ${JSON.stringify(name)} is left out.`)
  if (tests.length === 0 || trains.length === 0) return { train: pair(used, 'samples'), test: null, notes }
  return { train: pair(trains, 'training samples'), test: pair(tests, 'test samples'), notes }
}
