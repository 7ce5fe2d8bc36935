/**
 * Takes the files of a set, and nothing else, out of a `.tar.gz`: by their exact names, only whole ones of the length
 * that was published. Names in the archive lead nowhere; a file is written under the name that was expected.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { streamRegular } from '../storage.ts'
import type { Fetchable, WantedFile } from './publishers.ts'
import { storageProblem } from './storage-problem.ts'

/** Read-mes and lists of names beside the files, and the archive's own headers. */
const OVERHEAD_BYTES = 1 << 20

/** Writes each file that `of` gives into `folder`, new. @throws DataProblem for any other content, LabProblem of the disk */
export async function unpackArchive(
  archive: string,
  of: Fetchable,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const wanted = new Map(of.gives.map((file) => [`${of.archiveFolder ?? ''}/${file.name}`, file]))
  const most = of.gives.reduce((sum, { bytes }) => sum + bytes, OVERHEAD_BYTES)
  const writing: Promise<void>[] = []
  const wrong = (expected: string, found: string): DataProblem => new DataProblem(archive, expected, found)
  const parser = new Parser({ strict: true })
  const failed = new Promise<never>((_, reject) => {
    parser.on('error', (error: Error) => {
      reject(wrong('a whole .tar.gz', error.message))
    })
    parser.on('entry', (entry: ReadEntry) => {
      const file = wanted.get(entry.path)
      if (file === undefined) {
        entry.resume()
        return
      }
      wanted.delete(entry.path)
      if (entry.type !== 'File' || entry.size !== file.bytes) {
        reject(
          wrong(
            `${file.name} as a file of ${formatCount(file.bytes)} bytes`,
            `${entry.type}, ${formatCount(entry.size)} bytes`,
          ),
        )
        entry.resume()
        return
      }
      const written = store(entry, file, join(folder, file.name), wrong)
      written.catch(reject)
      writing.push(written)
    })
  })
  // Looked at below; until then a failure waits.
  failed.catch(() => undefined)
  const parsed = pipeline(
    streamRegular(archive),
    createGunzip(),
    async (source: AsyncIterable<Buffer>) => {
      let seen = 0
      for await (const chunk of source) {
        seen += chunk.length
        if (seen > most) throw wrong(`${formatCount(most)} bytes at most once unpacked`, 'more than that')
        if (!parser.write(chunk)) await Promise.race([new Promise((resolve) => parser.once('drain', resolve)), failed])
      }
      const ended = new Promise((resolve) => parser.once('end', resolve))
      parser.end()
      await Promise.race([ended, failed])
    },
    { signal },
  ).catch((error: unknown) => {
    throw isGzipProblem(error) ? wrong('a whole .tar.gz', error.message) : error
  })
  await Promise.race([parsed, failed])
  await Promise.race([Promise.all(writing), failed])
  const [missing] = wanted.values()
  if (missing !== undefined) throw wrong(`${missing.name} in it`, 'no such file')
}

async function store(
  entry: ReadEntry,
  file: WantedFile,
  path: string,
  wrong: (expected: string, found: string) => DataProblem,
): Promise<void> {
  const hash = createHash('sha256')
  const hashed = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  entry.pipe(hashed)
  try {
    await pipeline(hashed, createWriteStream(path, { flags: 'wx', flush: true }))
  } catch (error) {
    throw storageProblem(error, path)
  }
  if (hash.digest('hex') !== file.sha256) throw wrong(`${file.name} as it was published`, 'other bytes')
}

function isGzipProblem(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}
