/** Which experiments are chosen, and where the keyboard stands. */
class Selection {
  ids = $state.raw<ReadonlySet<string>>(new Set())
  /** The line that the keyboard stands on; null before it came there. */
  active = $state<string | null>(null)
  /** Where a range begins: what was chosen last. */
  #anchor: string | null = null

  toggle(id: string): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaces the one before, never changes again
    const ids = new Set(this.ids)
    if (!ids.delete(id)) ids.add(id)
    this.ids = ids
    this.#anchor = id
  }

  /** All of them, or none where all are chosen already. */
  toggleAll(those: readonly string[]): void {
    const all = those.every((id) => this.ids.has(id))
    this.ids = new Set(all ? [...this.ids].filter((id) => !those.includes(id)) : [...this.ids, ...those])
  }

  /** All between the last chosen and this one, in the order shown. */
  extendTo(id: string, shown: readonly string[]): void {
    const from = shown.indexOf(this.#anchor ?? id)
    const to = shown.indexOf(id)
    if (from < 0 || to < 0) this.toggle(id)
    else this.ids = new Set([...this.ids, ...shown.slice(Math.min(from, to), Math.max(from, to) + 1)])
  }

  /** Begins a range where the keyboard stands, unless one was begun. */
  begin(id: string): void {
    if (this.#anchor !== null && this.ids.has(this.#anchor)) return
    this.#anchor = id
    this.ids = new Set([...this.ids, id])
  }

  all(shown: readonly string[]): void {
    this.ids = new Set(shown)
  }

  /** Chooses no longer what is not there. */
  keep(there: ReadonlySet<string>): void {
    const ids = [...this.ids].filter((id) => there.has(id))
    if (ids.length < this.ids.size) this.ids = new Set(ids)
  }

  clear(): void {
    this.ids = new Set()
    this.#anchor = null
  }
}

export const selection = new Selection()
