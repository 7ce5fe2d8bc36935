/**
 * Data sets that a person added: a folder each in `data/own` of the lab's home, with `data-set.json` (everything that was
 * recorded when it was made) and the samples as safetensors, which other programs read too. A set is written beside and
 * then named, never over another, and never changed.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sum } from 'd3-array'
import { z } from 'zod'
import type { DataSet, Samples } from '../../data/data-set.ts'
import { DataProblem } from '../../data/problem.ts'
import { DataMapping, ImageShape, OwnDataSetName } from '../../experiment/data-mapping.ts'
import { type DataSetSizes, knowOwnDataSets } from '../../experiment/data-sets.ts'
import { Sha256 } from '../../experiment/sha256.ts'
import { DATASET_NAMES } from '../../experiment/experiment.ts'
import { fileProblem, LabProblem } from '../problem.ts'
import {
  apicalHome,
  decodeSafetensors,
  encodeChecked,
  isTemporary,
  lookAt,
  makeFolders,
  readBytes,
  readJson,
  TEMPORARY,
  writeJson,
  writeWhole,
} from '../storage.ts'

const OWN_VERSION = 1
const Counts = z.array(z.int().min(0)).min(2)
const Numbers = z.array(z.number()).min(1)

/** What `data-set.json` says. */
export const OwnRecord = z.strictObject({
  version: z.literal(OWN_VERSION),
  name: OwnDataSetName,
  label: z.string(),
  made: z.iso.datetime(),
  features: z.int().min(1),
  classNames: z.array(z.string()).min(2),
  image: ImageShape.nullable(),
  /** Names of the features of a table, in order. */
  columnNames: z.array(z.string()).nullable(),
  /** Samples of each class. */
  trainCounts: Counts,
  testCounts: Counts,
  /** From kept numbers to what a network sees, by channel. */
  scaling: z.strictObject({ scale: Numbers, offset: Numbers }),
  /** Of a table's columns, from the training samples: kept = (value − offset) / divisor. */
  columns: z.array(z.strictObject({ offset: z.number(), divisor: z.number() })).nullable(),
  mapping: DataMapping,
  /** The files that it was made from. */
  sources: z.array(z.strictObject({ file: z.string(), bytes: z.int(), sha256: Sha256 })),
  /** The files beside this one. */
  files: z.record(z.string(), Sha256),
  notes: z.array(z.string()),
})
export type OwnRecord = z.infer<typeof OwnRecord>

interface KeptPart {
  readonly pixels: Uint8Array | Float32Array
  readonly labels: Int32Array
}

const RECORD = 'data-set.json'
const PARTS = { train: 'train.safetensors', test: 'test.safetensors' } as const
const LARGEST_RECORD = 100_000_000
const LARGEST_PART = 16_000_000_000

function ownFolder(): string {
  return join(apicalHome(), 'data', 'own')
}

export function folderOfOwn(name: string): string {
  return join(ownFolder(), name)
}

/** Whether a new set may have this name. @throws LabProblem */
export function requireFreeName(name: string): void {
  if (!OwnDataSetName.safeParse(name).success)
    throw new LabProblem(
      `Expected a name of lower-case letters, digits and hyphens, found ${JSON.stringify(name)}.`,
      'Choose another name.',
    )
  if (DATASET_NAMES.includes(name))
    throw new LabProblem(`${name} is the name of a data set that comes with Apical.`, 'Choose another name.')
  if (lookAt(folderOfOwn(name)) !== undefined)
    throw new LabProblem(
      `There is a data set ${name} already, in ${folderOfOwn(name)}.`,
      'Choose another name, or remove that one first.',
    )
}

/** Writes a set whole, or not at all. @throws LabProblem also when the name was taken meanwhile */
export function keepOwn(
  record: Omit<OwnRecord, 'version' | 'made' | 'files'>,
  parts: { readonly train: KeptPart; readonly test: KeptPart },
): OwnRecord {
  requireFreeName(record.name)
  const folder = folderOfOwn(record.name)
  const writing = join(ownFolder(), `${TEMPORARY}${record.name}-${randomBytes(4).toString('hex')}`)
  try {
    makeFolders(writing)
    const files: Record<string, string> = {}
    for (const part of ['train', 'test'] as const) {
      const { pixels, labels } = parts[part]
      const pieces = encodeChecked({
        tensors: [
          { name: 'samples', shape: [labels.length, record.features], data: pixels },
          { name: 'labels', shape: [labels.length], data: labels },
        ],
        metadata: { data_set: record.name, part },
      })
      const hash = createHash('sha256')
      for (const piece of pieces) hash.update(piece)
      files[PARTS[part]] = hash.digest('hex')
      writeWhole(join(writing, PARTS[part]), pieces)
    }
    const whole: OwnRecord = { version: OWN_VERSION, made: new Date().toISOString(), ...record, files }
    writeJson(join(writing, RECORD), whole)
    // Fails where somebody was quicker: a folder with files in it is never replaced.
    renameSync(writing, folder)
    return whole
  } catch (error) {
    rmSync(writing, { recursive: true, force: true })
    throw fileProblem(error, 'Cannot write', folder) ?? error
  }
}

/** @throws LabProblem when there is none */
export function removeOwn(name: string): string {
  const folder = folderOfOwn(name)
  if (!OwnDataSetName.safeParse(name).success || lookAt(folder) === undefined)
    throw new LabProblem(
      `There is no data set ${JSON.stringify(name)} of your own.`,
      ownNames().length === 0 ? 'None was added yet.' : `There are ${ownNames().join(', ')}.`,
    )
  // Named away first, so that nobody meets half of it.
  const leaving = join(ownFolder(), `${TEMPORARY}${name}-${randomBytes(4).toString('hex')}`)
  try {
    renameSync(folder, leaving)
    rmSync(leaving, { recursive: true, force: true })
  } catch (error) {
    throw fileProblem(error, 'Cannot remove', folder) ?? error
  }
  return folder
}

/** Folders of sets, readable or not. A later Apical may bring a set of that name itself, which then goes first. */
export function ownNames(): string[] {
  let entries: string[]
  try {
    entries = readdirSync(ownFolder())
  } catch {
    return []
  }
  return entries
    .filter((name) => !isTemporary(name) && OwnDataSetName.safeParse(name).success && !DATASET_NAMES.includes(name))
    .sort()
}

/** Null where there is no such set. @throws LabProblem or DataProblem where its record cannot be read */
export function ownRecord(name: string): OwnRecord | null {
  if (!OwnDataSetName.safeParse(name).success || DATASET_NAMES.includes(name)) return null
  const path = join(folderOfOwn(name), RECORD)
  const found = lookAt(path)
  if (found === undefined) {
    if (lookAt(folderOfOwn(name)) === undefined) return null
    throw new DataProblem(path, 'the record of a data set', 'none', 'Add the data set again.')
  }
  const before = read.get(path)
  if (before?.stamp === found.mtimeMs) return before.record
  const json = readJson(path, LARGEST_RECORD)
  const version = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined
  if (typeof version === 'number' && version > OWN_VERSION)
    throw new DataProblem(path, `version ${OWN_VERSION}`, `version ${version}`, 'Update Apical to use this data set.')
  const parsed = OwnRecord.safeParse(json)
  if (!parsed.success || parsed.data.name !== name)
    throw new DataProblem(path, `the record of the data set ${name}`, 'something else', 'Add the data set again.')
  read.set(path, { stamp: found.mtimeMs, record: parsed.data })
  return parsed.data
}

/** A table of ten thousand runs asks for the label of each. */
const read = new Map<string, { readonly stamp: number; readonly record: OwnRecord }>()

/** The samples, compared with the SHA-256 that were recorded. @throws DataProblem */
export function readOwn(record: OwnRecord): DataSet {
  const part = (which: 'train' | 'test'): Samples => {
    const path = join(folderOfOwn(record.name), PARTS[which])
    const bytes = readBytes(path, LARGEST_PART)
    if (bytes === null) throw new DataProblem(path, 'the samples of a data set', 'no such file', ADD_AGAIN)
    if (createHash('sha256').update(bytes).digest('hex') !== record.files[PARTS[which]])
      throw new DataProblem(path, 'the file that was written', 'other bytes: it has changed since', ADD_AGAIN)
    const { tensors } = decodeSafetensors(bytes, path)
    const pixels = tensors.find(({ name }) => name === 'samples')?.data
    const labels = tensors.find(({ name }) => name === 'labels')?.data
    if (!(pixels instanceof Uint8Array || pixels instanceof Float32Array) || !(labels instanceof Int32Array))
      throw new DataProblem(path, 'samples and labels', 'something else', ADD_AGAIN)
    return {
      count: labels.length,
      features: record.features,
      pixels,
      labels: Uint16Array.from(labels),
      classes: record.classNames.length,
      image: record.image,
      scaling: record.scaling,
    }
  }
  return { name: record.name, train: part('train'), test: part('test'), classNames: record.classNames }
}

const ADD_AGAIN = 'Remove the data set and add it again from its files.'

function sizesOfOwn(name: string): DataSetSizes | null {
  let record: OwnRecord | null
  try {
    record = ownRecord(name)
  } catch {
    // Its card says what is wrong; here it is a set that cannot be used.
    return null
  }
  if (record === null) return null
  const { label, features, classNames, trainCounts, testCounts } = record
  return {
    label,
    features,
    hidden: null,
    classes: classNames.length,
    counts: { train: sum(trainCounts), test: sum(testCounts) },
  }
}

/** Experiments are checked in every process of the lab; from here on their checks know a person's sets. */
knowOwnDataSets({ sizesOf: sizesOfOwn, names: ownNames })
