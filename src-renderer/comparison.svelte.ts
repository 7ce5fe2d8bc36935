/** Which experiments are compared and how each is drawn; kept while other screens are in front, and over a restart. */
import type { Route } from './route.svelte.ts'
import { lookAt, placed, shaded, type GroupLook } from './charts/looks.ts'

const KEY = 'apical.compare'

class Comparison {
  ids = $state.raw<readonly string[]>([])
  #places = $state.raw<ReadonlyMap<string, number>>(new Map())
  /** Which shade of its rule's colour each has; asked for when the rules are known, and looked at nowhere else. */
  #shades: ReadonlyMap<string, number> = new Map()
  route = $derived<Route>({ screen: 'compare', ids: this.ids })

  constructor() {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
      const entries = Array.isArray(stored) ? stored.filter(isPlace) : []
      this.ids = entries.map(([id]) => id)
      this.#places = new Map(entries.map(([id, place]) => [id, place]))
      this.#shades = new Map(
        entries.flatMap(([id, , shade]) => (shade === undefined || shade === null ? [] : [[id, shade]])),
      )
    } catch {
      // No memory, or one from another time: nothing is compared yet.
    }
  }

  /** Follows the address. */
  show(ids: readonly string[]): void {
    if (ids.join('/') === this.ids.join('/')) return
    this.ids = ids
    this.#places = placed(ids, this.#places)
    this.#remember()
  }

  /** Of all groups at once, each with its rule's slot of the palette. */
  looks(groups: readonly { readonly id: string; readonly series: number }[]): ReadonlyMap<string, GroupLook> {
    const shades = shaded(groups, this.#shades)
    const changed = groups.some(({ id }) => this.#shades.get(id) !== shades.get(id))
    this.#shades = shades
    if (changed) this.#remember()
    return new Map(groups.map(({ id, series }) => [id, lookAt(this.#places.get(id) ?? 0, series, shades.get(id) ?? 0)]))
  }

  #remember(): void {
    const entries = [...this.#places].map(([id, place]) => [id, place, this.#shades.get(id)])
    try {
      localStorage.setItem(KEY, JSON.stringify(entries))
    } catch {
      // Remembered until the window closes.
    }
  }
}

function isPlace(entry: unknown): entry is [id: string, place: number, shade?: number | null] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false
  const [, place, shade = 0] = entry as unknown[]
  return isCount(place) && (shade === null || isCount(shade))
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0
}

export const comparison = new Comparison()
