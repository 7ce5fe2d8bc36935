/** Which experiments are compared and how each is drawn; kept while other screens are in front, and over a restart. */
import type { Route } from './route.svelte.ts'
import { lookAt, placed, type GroupLook } from './charts/looks.ts'

const KEY = 'apical.compare'

class Comparison {
  ids = $state.raw<readonly string[]>([])
  #places = $state.raw<ReadonlyMap<string, number>>(new Map())
  route = $derived<Route>({ screen: 'compare', ids: this.ids })

  constructor() {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
      const entries = Array.isArray(stored) ? stored.filter(isPlace) : []
      this.ids = entries.map(([id]) => id)
      this.#places = new Map(entries)
    } catch {
      // No memory, or one from another time: nothing is compared yet.
    }
  }

  /** Follows the address. */
  show(ids: readonly string[]): void {
    if (ids.join('/') === this.ids.join('/')) return
    this.ids = ids
    this.#places = placed(ids, this.#places)
    try {
      localStorage.setItem(KEY, JSON.stringify([...this.#places]))
    } catch {
      // Remembered until the window closes.
    }
  }

  look(id: string): GroupLook {
    return lookAt(this.#places.get(id) ?? 0)
  }
}

function isPlace(entry: unknown): entry is [string, number] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && Number.isInteger(entry[1]) && entry[1] >= 0
}

export const comparison = new Comparison()
