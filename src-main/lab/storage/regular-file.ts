/**
 * Reading what may have come from elsewhere: a results folder copied from a share, a file named by a person. Every room
 * reads through here: only regular files, never more of them than the limit.
 *
 * Why, dated 2026-11: opening a FIFO waits for a writer who may never come, a device never ends, and both may stand under
 * any name, also at the end of a link. So a file is opened without waiting and asked what it is before it is read.
 */
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  type ReadStream,
  readSync,
  type Stats,
  statSync,
} from 'node:fs'
import { fileProblem, LabProblem } from '../problem.ts'

/** Windows has neither FIFOs in folders nor this flag. */
const WITHOUT_WAITING = (constants.O_NONBLOCK as number | undefined) ?? 0
const PIECE = 1 << 20
const NEW_LINE = 0x0a

/** What is there by that name; undefined where nothing is, or nothing that can be reached. Never throws. */
export function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    // A link that leads back to itself, a folder that may not be entered, a name that no file can have.
    return undefined
  }
}

/**
 * A regular file of at most `limit` bytes, open; null when nothing is there. The caller closes it.
 *
 * @throws LabProblem when it is something else, larger, or cannot be opened
 */
export function openRegular(path: string, limit: number): { readonly file: number; readonly size: number } | null {
  try {
    // Asked without a throw: most folders of ten thousand have no notes, and an error costs more than the look.
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return null
    // Not opened either: the opening of some devices does something.
    requireRegular(path, found, limit)
    const file = openSync(path, constants.O_RDONLY | WITHOUT_WAITING)
    try {
      const opened = fstatSync(file)
      requireRegular(path, opened, limit)
      return { file, size: opened.size }
    } catch (error) {
      closeSync(file)
      throw error
    }
  } catch (error) {
    if (isMissing(error)) return null
    throw fileProblem(error, 'Cannot read', path) ?? error
  }
}

/** A file to append to, made when it is not there. @throws LabProblem when something else stands in its place */
export function openToAppend(path: string): number {
  try {
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | WITHOUT_WAITING
    const file = openSync(path, flags, 0o666)
    try {
      requireRegular(path, fstatSync(file), Infinity)
      return file
    } catch (error) {
      closeSync(file)
      throw error
    }
  } catch (error) {
    throw fileProblem(error, 'Cannot write', path) ?? error
  }
}

/** A file's bytes, null when it is not there. @throws LabProblem */
export function readBytes(path: string, limit: number): Buffer | null {
  const opened = openRegular(path, limit)
  if (opened === null) return null
  const { file, size } = opened
  try {
    const bytes = Buffer.allocUnsafeSlow(size)
    let at = 0
    while (at < size) {
      const count = readSync(file, bytes, at, Math.min(size - at, 1 << 30), at)
      // Somebody shortened it meanwhile.
      if (count === 0) break
      at += count
    }
    return bytes.subarray(0, at)
  } catch (error) {
    throw fileProblem(error, 'Cannot read', path) ?? error
  } finally {
    closeSync(file)
  }
}

/** A file as a stream, which closes it. @throws LabProblem also when it is not there */
export function streamRegular(path: string): ReadStream {
  const opened = openRegular(path, Infinity)
  if (opened === null)
    throw new LabProblem(`${path}: expected a file, found none.`, 'It was moved or deleted meanwhile.')
  return createReadStream(path, { fd: opened.file, highWaterMark: PIECE })
}

/** A file's text, null when it is not there. @throws LabProblem */
export function readText(path: string, limit: number): string | null {
  return readBytes(path, limit)?.toString('utf8') ?? null
}

/** Parsed JSON, null when the file is not there. @throws LabProblem */
export function readJson(path: string, limit = 10_000_000): unknown {
  const text = readText(path, limit)
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    throw new LabProblem(
      `${path}: expected JSON, found something else.`,
      'Restore the file from a copy, or move the folder away.',
    )
  }
}

/**
 * The lines of a file one by one, each with its line feed; none when it is not there. A history may be longer than the
 * longest text there can be. Of a line with more than `longest` bytes the beginning is given, without line feed.
 *
 * @throws LabProblem
 */
export function* readLines(path: string, limit: number, longest: number): Generator<string> {
  const opened = openRegular(path, limit)
  if (opened === null) return
  const { file, size } = opened
  try {
    const piece = Buffer.allocUnsafeSlow(Math.min(PIECE, Math.max(1, size)))
    let begun: Buffer[] = []
    let length = 0
    for (let at = 0; at < size;) {
      const count = readSync(file, piece, 0, Math.min(piece.length, size - at), at)
      if (count === 0) break
      at += count
      let from = 0
      while (from < count) {
        const found = piece.indexOf(NEW_LINE, from)
        const ends = found >= 0 && found < count
        const part = piece.subarray(from, ends ? found + 1 : count)
        from += part.length
        if (ends && length === 0) {
          yield part.toString('utf8', 0, longest)
          continue
        }
        if (length < longest) begun.push(Buffer.from(part))
        length += part.length
        if (!ends) continue
        yield Buffer.concat(begun).toString('utf8', 0, longest)
        begun = []
        length = 0
      }
    }
    if (length > 0) yield Buffer.concat(begun).toString('utf8', 0, longest)
  } catch (error) {
    throw fileProblem(error, 'Cannot read', path) ?? error
  } finally {
    closeSync(file)
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function requireRegular(path: string, found: Stats, limit: number): void {
  if (!found.isFile())
    throw new LabProblem(`${path}: expected a file, found ${kindOf(found)}.`, 'Apical did not make it; move it away.')
  if (found.size > limit)
    throw new LabProblem(
      `${path}: expected at most ${limit} bytes, found ${found.size}.`,
      'This file was not written by Apical; move it away.',
    )
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a FIFO, which has no end'
  if (found.isSocket()) return 'a socket'
  return found.isCharacterDevice() || found.isBlockDevice() ? 'a device' : 'something else'
}
