/**
 * Room for a worker's last word, taken while the disk still has some: where it is full at the end, the status cannot be written
 * anew, and without another trace a run that failed for want of room would be said to have been killed.
 */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readText } from '../storage.ts'

const ROOM = 4096

const Word = z.object({
  state: z.enum(['stopped', 'interrupted', 'failed']),
  reason: z.string().nullable(),
  next: z.string().nullable(),
})
type Word = z.infer<typeof Word>

export class LastWord {
  readonly #path: string
  readonly #file: number

  /** Null where there is no room even for this. */
  static keep(folder: string): LastWord | null {
    try {
      return new LastWord(pathIn(folder))
    } catch {
      return null
    }
  }

  private constructor(path: string) {
    this.#path = path
    rmSync(path, { force: true, recursive: true })
    this.#file = openSync(path, 'wx')
    this.#write(' '.repeat(ROOM))
  }

  /** Written over the room that was kept, so that it takes no more. */
  say({ state, reason, next }: Word): void {
    const text = JSON.stringify({ state, reason: reason?.slice(0, 500) ?? null, next: next?.slice(0, 300) ?? null })
    try {
      this.#write(text.padEnd(ROOM))
    } catch {
      // Some file systems write nothing over in place.
    }
  }

  /** `needed`: what was said is in no other file. */
  close(needed: boolean): void {
    closeSync(this.#file)
    if (!needed) rmSync(this.#path, { force: true })
  }

  #write(text: string): void {
    writeSync(this.#file, text, 0)
    fsyncSync(this.#file)
  }
}

/** What a worker that could no longer write its status said; null when it said nothing. */
export function lastWordIn(folder: string): Word | null {
  try {
    return Word.safeParse(JSON.parse(readText(pathIn(folder), 4 * ROOM) ?? '')).data ?? null
  } catch {
    return null
  }
}

function pathIn(folder: string): string {
  return join(folder, 'last-word.json')
}
