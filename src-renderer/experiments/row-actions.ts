/** What can be done to several experiments at once, each with its words and its way back. */
import type { ExperimentRow, LabArgument, Several } from '../../src-main/contract.ts'
import type { LabStore } from '../lab.svelte.ts'
import type { Route } from '../route.svelte.ts'
import { toasts } from '../toasts.svelte.ts'

/** New experiment with the settings of that one, and the first sweep toggle at hand. */
export function sweepFrom({ id }: Pick<ExperimentRow, 'id'>): Route {
  return { screen: 'new', from: 'run', name: id, sweep: true }
}

/** The sweep that all of them belong to; null where they belong to none or to several. */
export function sharedSweep(rows: readonly Pick<ExperimentRow, 'sweep'>[]): string | null {
  const [first] = rows
  const id = first?.sweep?.id ?? null
  return rows.every(({ sweep }) => sweep?.id === id) ? id : null
}

type Change = LabArgument<'label'>['change']

export function countOf(rows: readonly Pick<ExperimentRow, 'name'>[]): string {
  return rows.length === 1 ? (rows[0]?.name ?? '') : `${rows.length.toLocaleString('en-GB')} experiments`
}

/** Does it, says so with an Undo, and says what could not be done. */
async function several(
  rows: readonly ExperimentRow[],
  words: string,
  doing: (ids: string[]) => Promise<Several>,
  undoing: (done: readonly ExperimentRow[]) => Promise<unknown>,
): Promise<void> {
  if (rows.length === 0) return
  let answer: Several | undefined
  if (!(await toasts.attempt(async () => (answer = await doing(rows.map(({ id }) => id))))) || answer === undefined)
    return
  const ids = new Set(answer.done)
  const done = rows.filter(({ id }) => ids.has(id))
  toasts.say(`${countOf(done)} ${words}.`, {
    action: { label: 'Undo', run: () => void toasts.attempt(() => undoing(done)) },
  })
  const [first] = answer.refused
  if (first === undefined) return
  const more = answer.refused.length > 1 ? ` The same goes for ${answer.refused.length - 1} more.` : ''
  toasts.say(`${first.message}${more}`, { tone: 'bad', next: first.next })
}

export function trashRows(lab: LabStore, rows: readonly ExperimentRow[]): Promise<void> {
  return several(
    rows,
    rows.length === 1 ? 'is in the trash' : 'are in the trash',
    (ids) => lab.call('trash', { ids }),
    (done) => lab.call('restore', { ids: done.map(({ id }) => id) }),
  )
}

/** Pins, archives or tags those of the rows that are not so already; undoing changes these alone. */
function label(
  lab: LabStore,
  rows: readonly ExperimentRow[],
  words: string,
  change: Change,
  back: Change,
): Promise<void> {
  return several(
    rows,
    words,
    (ids) => lab.call('label', { ids, change }),
    (done) => lab.call('label', { ids: done.map(({ id }) => id), change: back }),
  )
}

/** Pins all, or unpins them when all are pinned. */
export function togglePinned(lab: LabStore, rows: readonly ExperimentRow[]): Promise<void> {
  const pinned = rows.some((row) => !row.pinned)
  const others = rows.filter((row) => row.pinned !== pinned)
  return label(lab, others, pinned ? 'is pinned' : 'is no longer pinned', { pinned }, { pinned: !pinned })
}

export function toggleArchived(lab: LabStore, rows: readonly ExperimentRow[]): Promise<void> {
  const archived = rows.some((row) => !row.archived)
  const others = rows.filter((row) => row.archived !== archived)
  const verb = others.length === 1 ? 'is' : 'are'
  const words = archived ? `${verb} archived` : `${verb} out of the archive`
  return label(lab, others, words, { archived }, { archived: !archived })
}

export function addTag(lab: LabStore, rows: readonly ExperimentRow[], tag: string): Promise<void> {
  const others = rows.filter(({ tags }) => !tags.includes(tag))
  const verb = others.length === 1 ? 'is' : 'are'
  return label(lab, others, `${verb} tagged “${tag}”`, { addTags: [tag] }, { removeTags: [tag] })
}

export function removeTag(lab: LabStore, rows: readonly ExperimentRow[], tag: string): Promise<void> {
  const those = rows.filter(({ tags }) => tags.includes(tag))
  const verb = those.length === 1 ? 'is' : 'are'
  return label(lab, those, `${verb} no longer tagged “${tag}”`, { removeTags: [tag] }, { addTags: [tag] })
}
