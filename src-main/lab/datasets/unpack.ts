/**
 * One data file, packed or not, read into memory as a stream: never more than its own beginning allows, so that neither
 * a small packed file nor a large wrong one can fill the memory.
 */
import { spawn } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { closeSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { LONGEST_HEADER } from '../../data/idx.ts'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { LabProblem } from '../problem.ts'
import { openRegular, streamRegular } from '../storage.ts'
import type { FoundFile } from './find.ts'

export interface UnpackedFile {
  /** As on disk. */
  readonly name: string
  readonly path: string
  /** Of the file as on disk. */
  readonly sha256: string
  readonly bytes: Uint8Array
}

/** The most bytes that a file may unpack to, told by its first 16 (or all, if it has fewer). May throw a DataProblem. */
export type Bound = (beginning: Uint8Array) => number

const CHUNK = 1 << 20

/** @throws DataProblem when it cannot be read or unpacked, or is longer than it may be */
export async function unpack(file: FoundFile, bound: Bound): Promise<UnpackedFile> {
  const hash = createHash('sha256')
  const read = collector(file, bound)
  try {
    if (file.packing === 'xz') {
      await digest(file.path, hash)
      await throughXz(file.path, read.take)
    } else {
      const source = streamRegular(file.path)
      const hashed = async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          yield chunk
        }
      }
      if (file.packing === 'gz') await pipeline(source, hashed, createGunzip({ chunkSize: CHUNK }), read.take)
      else await pipeline(source, hashed, read.take)
    }
  } catch (error) {
    throw asDataProblem(error, file)
  }
  return { name: basename(file.path), path: file.path, sha256: hash.digest('hex'), bytes: read.bytes() }
}

/** The first bytes of the unpacked file; null for .xz, which is not worth a process just to look. */
export function beginningOf(file: FoundFile): Uint8Array | null {
  if (file.packing === 'xz') return null
  try {
    const opened = openRegular(file.path, Infinity)
    if (opened === null) throw gone(file.path)
    try {
      const packed = Buffer.alloc(file.packing === 'gz' ? 4096 : LONGEST_HEADER)
      const begun = packed.subarray(0, readSync(opened.file, packed, 0, packed.length, 0))
      // Without an end in sight zlib is asked for what it has so far; 4 KiB unpack to 4 MiB at most.
      return file.packing === 'gz'
        ? gunzipSync(begun, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, LONGEST_HEADER)
        : begun
    } finally {
      closeSync(opened.file)
    }
  } catch (error) {
    throw asDataProblem(error, file)
  }
}

function collector(file: FoundFile, bound: Bound) {
  const chunks: Buffer[] = []
  let length = 0
  let most: number | null = null
  const limit = () => (most ??= bound(Buffer.concat(chunks).subarray(0, LONGEST_HEADER)))
  return {
    take: async (source: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of source) {
        chunks.push(chunk)
        length += chunk.length
        if (length >= LONGEST_HEADER && length > limit())
          throw new DataProblem(
            file.path,
            `${formatCount(limit())} bytes${file.packing === null ? '' : ' once unpacked'}`,
            'more than that',
          )
      }
      limit()
    },
    /** Bytes of their own, not a view on somebody's pool. */
    bytes: (): Uint8Array => {
      const whole = new Uint8Array(length)
      let at = 0
      for (const chunk of chunks) {
        whole.set(chunk, at)
        at += chunk.length
      }
      return whole
    },
  }
}

async function digest(path: string, hash: Hash): Promise<void> {
  for await (const chunk of streamRegular(path)) hash.update(chunk as Buffer)
}

/**
 * Node has no xz of its own; where somebody has packed files, the system's program nearly always is there.
 *
 * Why no WebAssembly decoder, dated 2026-11: xz-decompress is xz-embedded, which has neither the delta filter that images
 * are packed with nor SHA-256 checks. What publishers offer is .gz, and needs none of this.
 */
async function throughXz(path: string, take: (source: AsyncIterable<Buffer>) => Promise<void>): Promise<void> {
  const xz = spawn('xz', ['--decompress', '--stdout', '--keep', '--memlimit-decompress=512MiB', '--', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaint = ''
  xz.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 1000) complaint += text
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    xz.once('error', reject)
    xz.once('close', (code) => resolve(code))
  })
  try {
    const [code] = await Promise.all([ended, take(xz.stdout as AsyncIterable<Buffer>)])
    if (code !== 0)
      throw new DataProblem(
        path,
        'a whole .xz file',
        complaint.replace(/^xz: /, '').replace(`${path}: `, '').trim() || `that xz gave up on it`,
      )
  } finally {
    xz.kill()
  }
}

function gone(path: string): DataProblem {
  return new DataProblem(path, 'a file', 'none', 'Check that it was not moved or deleted meanwhile.')
}

/** What zlib, the file system or the shell said, as a DataProblem; anything else as it is. */
function asDataProblem(thrown: unknown, { path, packing }: FoundFile): unknown {
  // What the reader of files put into words for results is said here in the words for data.
  const error = thrown instanceof LabProblem && thrown.cause !== undefined ? thrown.cause : thrown
  if (error instanceof DataProblem || !(error instanceof Error) || !('code' in error)) return error
  switch (error.code) {
    case 'Z_BUF_ERROR':
      return new DataProblem(path, 'a whole .gz file', 'one that is cut short')
    case 'Z_DATA_ERROR':
      return new DataProblem(path, 'a .gz file', `bytes that are not gzip or are damaged (${error.message})`)
    case 'ENOENT':
      if (packing === 'xz' && 'syscall' in error && String(error.syscall).startsWith('spawn'))
        return new DataProblem(
          path,
          'the program xz to unpack it',
          'no such program',
          'Install xz-utils, or unpack the file with another program (7-Zip on Windows) and leave it beside this one.',
        )
      return gone(path)
    case 'EACCES':
    case 'EPERM':
      return new DataProblem(
        path,
        'a file that may be read',
        'one that you have no permission to read',
        'Change its permissions, or copy it to a folder of your own.',
      )
    default:
      return new DataProblem(
        path,
        'a file that can be read',
        error.message,
        'Check the disk or the connection to the share.',
      )
  }
}
