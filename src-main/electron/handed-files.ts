/**
 * Files that the system hands to the app: named when it is started, double-clicked, or dropped on its icon. The page gets
 * them as if they had been dropped on the window, once it listens.
 */
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { HandedFile } from '../contract.ts'

/** Larger files are samples, which the lab reads where they lie. */
const LARGEST_BYTES = 50_000_000

/** Those of the words a program was started with that name something; `from` is the folder it was started in. */
export function pathsIn(words: readonly string[], from: string): string[] {
  return words.flatMap((word) => {
    const path = resolve(from, word)
    return !word.startsWith('-') && word !== '' && existsSync(path) ? [path] : []
  })
}

async function handedFile(path: string): Promise<HandedFile | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  const isFolder = found.isDirectory()
  const bytes = isFolder || found.size > LARGEST_BYTES ? null : await readFile(path).catch(() => null)
  return { name: basename(path), path, isFolder, bytes: bytes === null ? null : new Uint8Array(bytes) }
}

/** Holds files back until the page listens, then hands each over. */
export class HandedFiles {
  readonly #waiting: string[] = []
  #tell: ((file: HandedFile) => void) | null = null

  async take(paths: readonly string[]): Promise<void> {
    if (this.#tell === null) {
      this.#waiting.push(...paths)
      return
    }
    for (const path of paths) {
      const file = await handedFile(path)
      if (file !== null) this.#tell(file)
    }
  }

  /** From now on, beginning with those that wait. */
  async handTo(tell: (file: HandedFile) => void): Promise<void> {
    this.#tell = tell
    await this.take(this.#waiting.splice(0))
  }
}
