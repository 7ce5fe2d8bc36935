/** Zip files written as they grow: entry after entry, so that no more than a piece of one is in memory. yazl packs. */
import { createHash } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { writeStreamed } from './files.ts'

export type Pieces = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>

/** What went into an entry. */
export interface Written {
  readonly path: string
  readonly bytes: number
  /** In hexadecimal. */
  readonly sha256: string
}

export interface ZipWriter {
  /** Resolves once all of it is packed. @param packed false for what does not get smaller: weights */
  add(path: string, pieces: Pieces, packed?: boolean): Promise<Written>
}

/** Writes a whole zip or none, never over a file that is there. @param made the time that its entries carry */
export function writeZip(path: string, made: Date, fill: (zip: ZipWriter) => Promise<void>): Promise<number> {
  return writeStreamed(path, zipPieces(made, fill))
}

/** The zip itself, piece by piece. */
export async function* zipPieces(made: Date, fill: (zip: ZipWriter) => Promise<void>): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile()
  const output = new PassThrough()
  zip.outputStream.pipe(output)
  const add: ZipWriter['add'] = async (path, pieces, packed = true) => {
    const hash = createHash('sha256')
    let bytes = 0
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        const found = typeof piece === 'string' ? Buffer.from(piece) : piece
        hash.update(found)
        bytes += found.length
        yield found
      }
    }
    const stream = Readable.from(counted(), { objectMode: false })
    zip.addReadStreamLazy(path, { compress: packed, mtime: made }, (take) => {
      take(null, stream)
    })
    await finished(stream, { writable: false })
    return { path, bytes, sha256: hash.digest('hex') }
  }
  fill({ add }).then(
    () => {
      zip.end()
    },
    (error: unknown) => {
      output.destroy(error instanceof Error ? error : new Error(String(error)))
    },
  )
  for await (const piece of output) yield piece as Uint8Array
}
