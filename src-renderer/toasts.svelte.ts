/** Short messages at the foot of the window, with a way back for as long as there is one. */
import { Refusal } from './transport/wire.ts'

interface Toast {
  readonly id: number
  readonly tone: 'plain' | 'bad'
  readonly text: string
  readonly next: string
  readonly action: {
    readonly label: string
    readonly run: () => void
    /** A message whose action is no longer possible goes. */
    readonly isPossible?: () => boolean
  } | null
}

const STAYS_MS = 6_000
const BAD_STAYS_MS = 12_000
/** More at once are a list, and nobody reads one in passing. */
const MOST = 3
const HELD_MS = 1_000

class Toasts {
  #said = $state.raw<readonly Toast[]>([])
  readonly all = $derived(this.#said.filter(({ action }) => action?.isPossible?.() ?? true))
  /** As long as somebody is at them, none goes by itself. */
  held = false
  #lastId = 0

  say(text: string, more: Partial<Pick<Toast, 'tone' | 'next' | 'action'>> = {}): void {
    const toast: Toast = { id: ++this.#lastId, tone: 'plain', next: '', action: null, ...more, text }
    this.#said = [...this.all.slice(1 - MOST), toast]
    setTimeout(() => this.#expire(toast.id), toast.tone === 'bad' ? BAD_STAYS_MS : STAYS_MS)
  }

  #expire(id: number): void {
    if (this.held) setTimeout(() => this.#expire(id), HELD_MS)
    else this.dismiss(id)
  }

  dismiss(id: number): void {
    this.#said = this.#said.filter((toast) => toast.id !== id)
  }

  /** Takes back what the latest message that offers it was about; false when none does. */
  undo(): boolean {
    const toast = this.all.findLast(({ action }) => action?.label === 'Undo')
    if (toast === undefined) return false
    this.dismiss(toast.id)
    toast.action?.run()
    return true
  }

  /** Does something that the lab may refuse; the refusal is said in its own words, or in others. Returns whether it was done. */
  async attempt(doing: () => Promise<unknown>, otherWords?: Pick<Toast, 'text' | 'next'>): Promise<boolean> {
    try {
      await doing()
      return true
    } catch (error) {
      if (error instanceof Refusal)
        this.say(otherWords?.text ?? error.message, { tone: 'bad', next: otherWords?.next ?? error.next })
      else {
        this.say(error instanceof Error ? error.message : String(error), {
          tone: 'bad',
          next: 'This is a bug in Apical. Reload the window to continue.',
        })
      }
      return false
    }
  }
}

export const toasts = new Toasts()
