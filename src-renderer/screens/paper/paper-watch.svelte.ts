/** A paper as it is looked at: the document once, and what this lab has of it, asked for again as runs go on. */
import type { Exhibit, ExhibitState, Paper, PaperState } from '../../../src-main/contract.ts'
import type { LabStore } from '../../lab.svelte.ts'
import { Refusal } from '../../transport/wire.ts'

/** Histories are read for it: not more often than a reader follows. */
const AGAIN_MS = 2000

export interface ShownExhibit {
  readonly exhibit: Exhibit
  readonly state: ExhibitState
}

export class PaperWatch {
  readonly id: string
  paper = $state.raw<Paper | null>(null)
  state = $state.raw<PaperState | null>(null)
  refusal = $state.raw<Refusal | null>(null)
  readonly #lab: LabStore
  #asking = false
  #again: ReturnType<typeof setTimeout> | undefined
  #wanted = false

  constructor(lab: LabStore, id: string) {
    this.#lab = lab
    this.id = id
  }

  readonly shown = $derived.by((): readonly ShownExhibit[] => {
    const { paper, state } = this
    if (paper === null || state === null) return []
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- looked up at once, and not kept
    const states = new Map(state.exhibits.map((one) => [one.id, one]))
    return paper.exhibits.flatMap((exhibit) => {
      const found = states.get(exhibit.id)
      return found === undefined ? [] : [{ exhibit, state: found }]
    })
  })

  /** Asks at once, or a moment after the last answer. */
  refresh(): void {
    if (this.#asking || this.#again !== undefined) {
      this.#wanted = true
      return
    }
    void this.#ask()
  }

  close(): void {
    clearTimeout(this.#again)
    this.#wanted = false
  }

  async #ask(): Promise<void> {
    this.#asking = true
    this.#wanted = false
    try {
      this.paper ??= await this.#lab.call('paper', { id: this.id })
      this.state = await this.#lab.call('paperState', { id: this.id })
      this.refusal = null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.refusal = error
    } finally {
      this.#asking = false
      this.#again = setTimeout(() => {
        this.#again = undefined
        if (this.#wanted) this.refresh()
      }, AGAIN_MS)
    }
  }
}
