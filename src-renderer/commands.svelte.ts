/** What can be done from the keyboard, wherever it stands: by the window itself, and by the screen in front. */
export interface Command {
  readonly name: string
  /** The key that does the same, as it is written: 'Ctrl+K', 'p'; null for none. */
  readonly key: string | null
  readonly run: () => void
}

interface Offer {
  /** Whose they are: 'Lab', 'Go to'. */
  readonly group: string
  readonly commands: readonly Command[]
}

class Commands {
  offers = $state.raw<readonly Offer[]>([])
  /** What the palette or a menu does beside: the palette itself and the help are shown by the window. */
  shown = $state<'palette' | 'shortcuts' | 'open-results' | null>(null)

  /** Offers what a screen can do as long as it is there; returns what takes it back, for an effect. */
  offer(group: string, commands: readonly Command[]): () => void {
    const offer = { group, commands }
    this.offers = [...this.offers, offer]
    return () => {
      this.offers = this.offers.filter((other) => other !== offer)
    }
  }
}

export const commands = new Commands()

/** Whether letters go into a field there, so that none of them is a shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}
