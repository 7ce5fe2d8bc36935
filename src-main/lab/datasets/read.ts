/** The files of a found data set, read, checked against each other and against what is known of the set. */
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { CIFAR_10, CIFAR_100, cifarRecordLength, readCifar } from '../../data/cifar.ts'
import { readIdx, readIdxHeader } from '../../data/idx.ts'
import { DataProblem, formatCount } from '../../data/problem.ts'
import type { Samples } from '../../data/data-set.ts'
import { readBytes } from '../storage.ts'
import { type DataSetFacts, publishedAs, type PublishedFile } from './cards.ts'
import type { FoundFile, FoundSet } from './find.ts'
import { beginningOf, type Bound, unpack, type UnpackedFile } from './unpack.ts'

export interface ReadSet {
  readonly train: Samples
  readonly test: Samples
  readonly files: readonly (UnpackedFile & { readonly published: PublishedFile })[]
}

/** No IDX file of these sets comes near it (the largest has 47 MB); a header that claims more is a lie. */
const MOST_IDX_BYTES = 1 << 28
/** Bytes that are read and hashed without anybody waiting for it. */
const SMALL_FILE_BYTES = 1 << 20

/** @throws DataProblem */
export async function readFound({ files }: Pick<FoundSet, 'files'>, facts: DataSetFacts): Promise<ReadSet> {
  const read = await mapConcurrently(files, async ({ published, found }) => {
    const unpacked = await unpack(found, boundOf(found, published))
    // Records have no header; cut between two of them, a file would pass for whole.
    if (published.holds === 'records')
      checkSize({ ...found, size: unpacked.bytes.length }, published.bytes, 'as published')
    return { ...unpacked, published }
  })
  const part = (name: 'train' | 'test'): Samples =>
    samplesOf(
      read.filter(({ published }) => published.part === name),
      facts,
    )
  return { train: part('train'), test: part('test'), files: read }
}

function samplesOf(files: ReadSet['files'], facts: DataSetFacts): Samples {
  const named = files.map(({ path, bytes, published }) => ({ file: path, bytes, published }))
  if (facts.format !== 'idx') return readCifar(named, facts.format === 'cifar-10' ? CIFAR_10 : CIFAR_100)
  const images = named.find(({ published }) => published.holds === 'images')
  const labels = named.find(({ published }) => published.holds === 'labels')
  if (images === undefined || labels === undefined)
    throw new RangeError(`${facts.name} names no images or no labels in resources/datasets.json`)
  const samples = readIdx(images, labels, facts.classNames.length)
  checkImage(images.file, samples.image, facts)
  return samples
}

function checkImage(file: string, image: Samples['image'], { image: expected, label }: DataSetFacts): void {
  if (image === null || expected === null || (image.height === expected.height && image.width === expected.width))
    return
  throw new DataProblem(
    file,
    `images of ${expected.height}×${expected.width}, as ${label} has`,
    `${image.height}×${image.width}`,
  )
}

/** How long the unpacked file may be: what its header says (IDX), or what is published, there being no header (CIFAR). */
function boundOf({ path }: FoundFile, { holds, bytes }: PublishedFile): Bound {
  if (holds === 'records') return () => bytes
  return (beginning) => {
    const { length } = readIdxHeader(beginning, path, holds)
    if (length > MOST_IDX_BYTES)
      throw new DataProblem(
        path,
        `at most ${formatCount(MOST_IDX_BYTES)} bytes`,
        `a header that claims ${formatCount(length)}`,
      )
    return length
  }
}

/** A quick look, without reading whole files. Returns how many samples each part holds. @throws DataProblem */
export async function inspectHeaders(
  { files }: FoundSet,
  facts: DataSetFacts,
): Promise<{ readonly train: number; readonly test: number }> {
  const counts = { train: 0, test: 0 }
  for (const { published, found } of files) {
    const { part, holds, bytes } = published
    if (holds === 'records') {
      if (found.packing === null) checkSize(found, bytes, 'as published')
      counts[part] += bytes / cifarRecordLength(facts.format === 'cifar-10' ? CIFAR_10 : CIFAR_100)
      continue
    }
    const beginning = beginningOf(found)
    if (beginning === null) {
      counts[part] = part === 'train' ? facts.trainCount : facts.testCount
      continue
    }
    const { count, rows, columns, length } = readIdxHeader(beginning, found.path, holds)
    if (found.packing === null) checkSize(found, length, 'as its header says')
    if (holds === 'images') checkImage(found.path, { height: rows, width: columns, channels: 1 }, facts)
    else if (counts[part] !== count)
      throw new DataProblem(
        found.path,
        `${formatCount(counts[part])} labels, one for each image`,
        `${formatCount(count)} labels`,
      )
    counts[part] = count
    // Labels are small enough to be known by their SHA-256 at once, packed or not.
    if (holds === 'labels' && found.size < SMALL_FILE_BYTES) {
      const sha256 = createHash('sha256')
        .update(readBytes(found.path, SMALL_FILE_BYTES) ?? '')
        .digest('hex')
      refuseOtherSets([{ path: found.path, sha256 }], facts)
    }
  }
  return counts
}

function checkSize({ path, size }: FoundFile, expected: number, why: string): void {
  if (size !== expected)
    throw new DataProblem(path, `${formatCount(expected)} bytes (${why})`, `${formatCount(size)} bytes`)
}

/** A file of another set under this set's names would train without a word; its SHA-256 tells. @throws DataProblem */
export function refuseOtherSets(files: readonly Pick<UnpackedFile, 'path' | 'sha256'>[], facts: DataSetFacts): void {
  for (const { path, sha256 } of files) {
    const set = publishedAs(sha256)?.set
    if (set !== undefined && set.name !== facts.name)
      throw new DataProblem(
        path,
        `a file of ${facts.label}`,
        `one of ${set.label}`,
        `Choose the folder of ${facts.label}, or an experiment on ${set.label}.`,
      )
  }
}

/** Unpacking keeps one core busy a file: as many at a time as there are cores, and no more, for the sake of memory. */
async function mapConcurrently<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const turns = items.entries()
  await Promise.all(
    Array.from({ length: Math.min(items.length, availableParallelism()) }, async () => {
      for (const [index, item] of turns) results[index] = await work(item)
    }),
  )
  return results
}
