/** Writing so that a reader, or the next start after a crash, sees a whole file or none. */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileProblem, LabProblem } from '../problem.ts'
import { openToAppend } from './regular-file.ts'

/** Marks what an unfinished write left behind; such files are never read. */
export const TEMPORARY = '.writing-'

function temporaryFor(path: string): string {
  return join(dirname(path), `${TEMPORARY}${basename(path)}-${process.pid}-${randomBytes(4).toString('hex')}`)
}

/** Writes the pieces beside the target, flushes them to the disk, and only then gives the file its name. */
export function writeWhole(path: string, pieces: readonly (Uint8Array | string)[]): void {
  const temporary = temporaryFor(path)
  try {
    const file = openSync(temporary, 'wx')
    try {
      for (const piece of pieces) writeAll(file, typeof piece === 'string' ? Buffer.from(piece) : piece)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    flushFolder(dirname(path))
  } catch (error) {
    try {
      rmSync(temporary, { force: true })
    } catch {
      // The folder itself may be gone; the first error says so better.
    }
    throw fileProblem(error, 'Cannot write', path) ?? error
  }
}

/**
 * The same of pieces that come one by one, so that a large file is never in memory. Whoever makes them waits for the disk.
 * Never over a file that is there.
 *
 * @returns the bytes written
 */
export async function writeStreamed(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const temporary = temporaryFor(path)
  let bytes = 0
  try {
    const file = await open(temporary, 'wx')
    try {
      for await (const piece of pieces) {
        await file.writeFile(piece)
        bytes += piece.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
    if (existsSync(path))
      throw new LabProblem(`${path} is there already.`, 'Choose another name; nothing was overwritten.')
    renameSync(temporary, path)
    flushFolder(dirname(path))
    return bytes
  } catch (error) {
    rmSync(temporary, { force: true })
    throw fileProblem(error, 'Cannot write', path) ?? error
  }
}

export function writeJson(path: string, value: unknown): void {
  writeWhole(path, [`${JSON.stringify(value, null, 2)}\n`])
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written, bytes.length - written)
}

/** The rename itself is safe only once the folder is flushed. Not every system lets a folder be opened; there the rename is atomic anyway. */
function flushFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch {
    // Windows and some network shares refuse; the file's own bytes are flushed.
  }
}

/** Appends whole lines. A last line that a crash tore is ended first, so that only it is lost and not the one after it. */
export class LineFile {
  readonly #path: string
  readonly #file: number

  constructor(path: string) {
    this.#path = path
    this.#file = openToAppend(path)
    try {
      const { size } = fstatSync(this.#file)
      const last = Buffer.alloc(1)
      if (size > 0 && readSync(this.#file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a)
        writeAll(this.#file, Buffer.from('\n'))
    } catch (error) {
      throw fileProblem(error, 'Cannot write', path) ?? error
    }
  }

  append(value: unknown): void {
    try {
      writeAll(this.#file, Buffer.from(`${JSON.stringify(value)}\n`))
    } catch (error) {
      throw fileProblem(error, 'Cannot write', this.#path) ?? error
    }
  }

  /** Flushes to the disk: what is appended before a checkpoint must not be younger than it. */
  flush(): void {
    try {
      fsyncSync(this.#file)
    } catch (error) {
      throw fileProblem(error, 'Cannot write', this.#path) ?? error
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}

export function isTemporary(name: string): boolean {
  return name.startsWith(TEMPORARY)
}
