/**
 * Notes while they are typed: saved by themselves a moment after the last letter and when they are left. What the lab has
 * not taken stays in the browser's memory under the run's folder, and is tried again when the run is looked at again.
 */
import { connectionLost, Refusal } from '../../transport/wire.ts'

const PAUSE_MS = 800
const KEY = 'apical.notes '

type Saving = 'saved' | 'typing' | 'saving' | 'refused'

export class NoteKeeper {
  text = $state('')
  state = $state<Saving>('saved')
  refusal = $state.raw<Refusal | null>(null)
  readonly #key: string
  readonly #write: (text: string) => Promise<unknown>
  /** As the lab has it. */
  #kept: string
  #timer: ReturnType<typeof setTimeout> | undefined
  #writing: Promise<void> | null = null

  constructor(folder: string, onDisk: string, write: (text: string) => Promise<unknown>) {
    this.#key = KEY + folder
    this.#write = write
    this.#kept = onDisk
    const left = remembered(this.#key)
    this.text = left === null ? onDisk : together(onDisk, left)
    if (this.text !== onDisk) void this.save()
  }

  /** The lab's word again: it counts while nothing is typed that the lab has not. */
  found(onDisk: string): void {
    if (this.state !== 'saved') return
    this.#kept = onDisk
    this.text = onDisk
  }

  type(text: string): void {
    this.text = text
    if (text !== this.#kept) remember(this.#key, { over: this.#kept, text })
    this.state = 'typing'
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.save(), PAUSE_MS)
  }

  /** Writes what is not written yet; also called when the notes, the screen or the tab are left. */
  async save(): Promise<void> {
    clearTimeout(this.#timer)
    // One at a time, so that the last one written is the last one typed.
    while (this.#writing !== null) await this.#writing
    if (this.text === this.#kept) {
      this.state = 'saved'
      this.refusal = null
      forget(this.#key)
      return
    }
    this.#writing = this.#writeNow(this.text).finally(() => (this.#writing = null))
    await this.#writing
  }

  async #writeNow(text: string): Promise<void> {
    this.state = 'saving'
    try {
      await this.#write(text)
      this.#kept = text
      this.refusal = null
      // More may have been typed meanwhile, for which a save is on its way.
      this.state = this.text === text ? 'saved' : 'typing'
      if (this.text === text) forget(this.#key)
    } catch (error) {
      this.refusal = error instanceof Refusal ? error : connectionLost()
      this.state = 'refused'
    }
  }
}

/** What the lab has not taken yet, and what it had when that was typed. */
interface Left {
  readonly over: string
  readonly text: string
}

/** Where others wrote in the meantime both are kept: theirs, and below it what was typed here. */
function together(onDisk: string, { over, text }: Left): string {
  return onDisk === over || onDisk === text ? text : `${onDisk.trimEnd()}\n\n${text}`
}

function remembered(key: string): Left | null {
  try {
    const { over, text } = JSON.parse(localStorage.getItem(key) ?? '') as Partial<Left>
    return typeof over === 'string' && typeof text === 'string' ? { over, text } : null
  } catch {
    return null
  }
}

function remember(key: string, left: Left): void {
  try {
    localStorage.setItem(key, JSON.stringify(left))
  } catch {
    // A window without a memory: the lab is all there is.
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // As above.
  }
}
