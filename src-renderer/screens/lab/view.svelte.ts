/** How a person looks at the Lab table; kept while other screens are in front, and over a restart. */
import type { LabView, SavedView } from '../../../src-main/contract.ts'
import type { LabStore } from '../../lab.svelte.ts'
import { toasts } from '../../toasts.svelte.ts'
import type { FilterKind } from './arrange.ts'
import { USUAL } from './usual-view.ts'

const KEY = 'apical.lab'

/** Columns whose large values are the telling ones. */
const DOWN_FIRST: ReadonlySet<string> = new Set([
  'test',
  'train',
  'validation',
  'best',
  'published',
  'time',
  'created',
  'seeds',
])

class View {
  now = $state.raw<LabView>(remembered())
  saved = $state.raw<readonly SavedView[]>([])
  isFiltered = $derived(this.now.text !== '' || Object.values(this.now.filters).some((chosen) => chosen.length > 0))
  /** The saved view that this is; null when it is none. */
  name = $derived(this.saved.find(({ view }) => JSON.stringify(view) === JSON.stringify(this.now))?.name ?? null)

  change(change: Partial<LabView>): void {
    this.now = { ...this.now, ...change }
    try {
      // What was searched for is of the moment; how the table looks is not.
      localStorage.setItem(KEY, JSON.stringify({ ...this.now, text: '', filters: {} }))
    } catch {
      // Remembered until the window closes.
    }
  }

  toggle(kind: FilterKind, value: string): void {
    const chosen = this.now.filters[kind] ?? []
    const others = chosen.filter((one) => one !== value)
    this.change({
      filters: { ...this.now.filters, [kind]: others.length < chosen.length ? others : [...chosen, value] },
    })
  }

  clear(): void {
    this.change({ text: '', filters: {} })
  }

  /** By that column alone, the telling end up; again, the other way round. With `also`, after those chosen already. */
  sortBy(by: string, also = false): void {
    const { sorting } = this.now
    const found = sorting.find((one) => one.by === by)
    const next = { by, down: found === undefined ? DOWN_FIRST.has(by) : !found.down }
    if (!also) this.change({ sorting: [next] })
    else if (found === undefined) this.change({ sorting: [...sorting, next].slice(-5) })
    else this.change({ sorting: sorting.map((one) => (one === found ? next : one)) })
  }

  toggleGroup(key: string): void {
    const { groups } = this.now
    this.change({ groups: groups.includes(key) ? groups.filter((one) => one !== key) : [...groups, key] })
  }

  toggleColumn(key: string): void {
    const { columns } = this.now
    this.change({ columns: columns.includes(key) ? columns.filter((one) => one !== key) : [...columns, key] })
  }

  moveColumn(key: string, by: -1 | 1): void {
    const columns = [...this.now.columns]
    const at = columns.indexOf(key)
    const to = at + by
    if (at < 0 || to < 0 || to >= columns.length) return
    columns.splice(to, 0, ...columns.splice(at, 1))
    this.change({ columns })
  }

  async load(lab: LabStore): Promise<void> {
    await toasts.attempt(async () => (this.saved = await lab.call('views', {})))
  }

  async keep(lab: LabStore, name: string): Promise<void> {
    const view = { name, view: this.now }
    if (await toasts.attempt(async () => (this.saved = await lab.call('keepView', { view }))))
      toasts.say(`The view “${name}” is saved with the results.`)
  }

  async forget(lab: LabStore, saved: SavedView): Promise<void> {
    const forgotten = async (): Promise<unknown> => (this.saved = await lab.call('forgetView', { name: saved.name }))
    if (!(await toasts.attempt(forgotten))) return
    const back = async (): Promise<unknown> => (this.saved = await lab.call('keepView', { view: saved }))
    toasts.say(`The view “${saved.name}” is removed.`, {
      action: { label: 'Undo', run: () => void toasts.attempt(back) },
    })
  }
}

function remembered(): LabView {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<LabView> | null
    if (
      stored !== null &&
      Array.isArray(stored.sorting) &&
      Array.isArray(stored.groups) &&
      Array.isArray(stored.columns)
    )
      return {
        ...USUAL,
        sorting: stored.sorting,
        groups: stored.groups,
        columns: stored.columns,
        showArchived: stored.showArchived === true,
      }
  } catch {
    // No memory, or one from another time.
  }
  return USUAL
}

export const view = new View()
