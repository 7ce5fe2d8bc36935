/** How a person last looked at the Lab table; kept while other screens are in front, and over a restart. */
import type { Filters, Sorting, SortKey, StateFilter } from './rows.ts'

const KEY = 'apical.lab'

class View {
  text = $state('')
  sorting = $state.raw<Sorting>({ by: 'created', down: true })
  #sets = $state.raw<Omit<Filters, 'text'>>({ datasets: new Set(), rules: new Set(), states: new Set() })
  filters = $derived<Filters>({ text: this.text, ...this.#sets })
  isFiltered = $derived(
    this.text !== '' || this.#sets.datasets.size + this.#sets.rules.size + this.#sets.states.size > 0,
  )

  constructor() {
    try {
      const stored = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Sorting | null
      if (stored !== null && typeof stored.by === 'string' && typeof stored.down === 'boolean') this.sorting = stored
    } catch {
      // No memory, or one from another time: the order of making is a good one to begin with.
    }
  }

  toggle(kind: 'datasets' | 'rules', value: string): void
  toggle(kind: 'states', value: StateFilter): void
  toggle(kind: keyof Omit<Filters, 'text'>, value: string): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- replaces the one before, never changes again
    const set = new Set<string>(this.#sets[kind])
    if (!set.delete(value)) set.add(value)
    this.#sets = { ...this.#sets, [kind]: set }
  }

  clear(): void {
    this.text = ''
    this.#sets = { datasets: new Set(), rules: new Set(), states: new Set() }
  }

  /** First by that column, the telling end up; again, the other way round. */
  sortBy(by: SortKey): void {
    const downFirst = by === 'test' || by === 'time' || by === 'created' || by === 'seeds'
    this.sorting = { by, down: this.sorting.by === by ? !this.sorting.down : downFirst }
    try {
      localStorage.setItem(KEY, JSON.stringify(this.sorting))
    } catch {
      // Remembered until the window closes.
    }
  }
}

export const remembered = new View()
