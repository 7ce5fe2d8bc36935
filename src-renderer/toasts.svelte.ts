/** Short messages at the foot of the window, with a way back where there is one. */
import { Refusal } from './transport/wire.ts'

interface Toast {
  readonly id: number
  readonly tone: 'plain' | 'bad'
  readonly text: string
  readonly next: string
  readonly action: { readonly label: string; readonly run: () => void } | null
}

const STAYS_MS = 7_000
const BAD_STAYS_MS = 15_000
const HELD_MS = 1_000

class Toasts {
  all = $state.raw<readonly Toast[]>([])
  /** As long as somebody is at them, none goes by itself. */
  held = false
  #lastId = 0

  say(text: string, more: Partial<Pick<Toast, 'tone' | 'next' | 'action'>> = {}): void {
    const toast: Toast = { id: ++this.#lastId, tone: 'plain', next: '', action: null, ...more, text }
    this.all = [...this.all.slice(-3), toast]
    setTimeout(() => this.#expire(toast.id), toast.tone === 'bad' ? BAD_STAYS_MS : STAYS_MS)
  }

  #expire(id: number): void {
    if (this.held) setTimeout(() => this.#expire(id), HELD_MS)
    else this.dismiss(id)
  }

  dismiss(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id)
  }

  /** Takes back what the latest message that offers it was about; false when none does. */
  undo(): boolean {
    const toast = this.all.findLast(({ action }) => action?.label === 'Undo')
    if (toast === undefined) return false
    this.dismiss(toast.id)
    toast.action?.run()
    return true
  }

  /** Does something that the lab may refuse; the refusal is said in its own words. Returns whether it was done. */
  async attempt(doing: () => Promise<unknown>): Promise<boolean> {
    try {
      await doing()
      return true
    } catch (error) {
      if (error instanceof Refusal) this.say(error.message, { tone: 'bad', next: error.next })
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
