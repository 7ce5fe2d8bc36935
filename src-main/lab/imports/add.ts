/** A person's files made a data set of the lab. */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join, relative, basename, dirname } from 'node:path'
import type { DataMapping } from '../../experiment/data-mapping.ts'
import { keepOwn, type OwnRecord, requireFreeName } from '../datasets.ts'
import { lookAt, streamRegular } from '../storage.ts'
import { makeSet } from './keep.ts'
import { openParts } from './parts.ts'
import { survey } from './survey.ts'

export type Stage = 'reading' | 'writing'
/** Told how many rows were read of the first and of the second pass; throws to stop. */
export type Told = (stage: Stage, rows: number) => void

/** Reads, makes and keeps. @throws DataProblem or LabProblem; nothing is kept then */
export async function addDataSet(
  paths: readonly string[],
  tests: readonly string[],
  mapping: DataMapping,
  told: Told,
): Promise<OwnRecord> {
  requireFreeName(mapping.name)
  const parts = await openParts(paths, tests, mapping)
  const found = await survey(parts, mapping, (rows) => told('reading', rows))
  const { train, test, classNames, trainCounts, testCounts, image, features, columnNames, scaling, columns, notes } =
    await makeSet(found, (rows) => told('writing', rows))
  return keepOwn(
    {
      name: mapping.name,
      label: mapping.title,
      features,
      classNames: [...classNames],
      image,
      columnNames: columnNames === null ? null : [...columnNames],
      trainCounts: [...trainCounts],
      testCounts: [...testCounts],
      scaling: { scale: [...scaling.scale], offset: [...scaling.offset] },
      columns: columns === null ? null : [...columns],
      mapping: found.mapping,
      sources: await sourcesOf(parts.files),
      notes: [...notes],
    },
    { train, test },
  )
}

/** Every file with its SHA-256; of a folder of images one for all of them, by their paths and bytes. */
async function sourcesOf(paths: readonly string[]): Promise<OwnRecord['sources']> {
  const sources: OwnRecord['sources'] = []
  for (const path of paths) {
    const isFolder = lookAt(path)?.isDirectory() ?? false
    const hash = createHash('sha256')
    let bytes = 0
    for (const file of isFolder ? filesUnder(path) : [path]) {
      if (isFolder) hash.update(`${relative(path, file).replaceAll('\\', '/')}\n`)
      for await (const piece of streamRegular(file) as AsyncIterable<Buffer>) {
        hash.update(piece)
        bytes += piece.length
      }
    }
    sources.push({ file: basename(path) || dirname(path), bytes, sha256: hash.digest('hex') })
  }
  return sources
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : []
    })
}
