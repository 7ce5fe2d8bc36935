/** What can be done to experiments, one or several at once, each with its words and its way back. */
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

interface Doing {
  readonly words: string
  readonly call: (ids: string[]) => Promise<Several>
  readonly back: (ids: string[]) => Promise<Several>
  /** Whether taking it back needs the experiments in the lab, or in the trash. */
  readonly backNeeds: 'lab' | 'trash'
}

/** Does it, says so with an Undo, and says what could not be done. Returns whether any of it was. */
async function several(lab: LabStore, rows: readonly ExperimentRow[], doing: Doing): Promise<boolean> {
  if (rows.length === 0) return false
  const { words, call, back, backNeeds } = doing
  const folder = lab.description?.resultsFolder
  let answer: Several | undefined
  if (!(await toasts.attempt(async () => (answer = await call(rows.map(({ id }) => id))))) || answer === undefined)
    return false
  const ids = new Set(answer.done)
  const done = rows.filter(({ id }) => ids.has(id))
  /** Those for which there is a way back still: others were trashed or taken back since, or lie in another folder. */
  const open = (): readonly ExperimentRow[] =>
    folder !== lab.description?.resultsFolder
      ? []
      : done.filter(({ id }) => (lab.row(id) !== undefined) === (backNeeds === 'lab'))
  toasts.say(`${countOf(done)} ${words}.`, {
    action: {
      label: 'Undo',
      run: () => void takeBack(open(), back),
      isPossible: () => open().length > 0,
    },
  })
  const [first] = answer.refused
  if (first === undefined) return true
  const more = answer.refused.length > 1 ? ` The same goes for ${answer.refused.length - 1} more.` : ''
  const name = rows.find(({ id }) => id === first.id)?.name ?? first.id
  toasts.say(`${first.message.replaceAll(first.id, name)}${more}`, { tone: 'bad', next: first.next })
  return true
}

/** What the lab refuses now was changed by somebody else, and is said by the name that a person knows. */
async function takeBack(rows: readonly ExperimentRow[], back: Doing['back']): Promise<void> {
  const lost = (those: readonly ExperimentRow[]): { text: string; next: string } => ({
    text: `${countOf(those)} cannot be changed back.`,
    next: 'Something else has moved, changed or deleted it since.',
  })
  let answer: Several | undefined
  await toasts.attempt(async () => (answer = await back(rows.map(({ id }) => id))), lost(rows))
  const ids = new Set(answer?.refused.map(({ id }) => id))
  if (ids.size === 0) return
  const { text, next } = lost(rows.filter(({ id }) => ids.has(id)))
  toasts.say(text, { tone: 'bad', next })
}

export function trashRows(lab: LabStore, rows: readonly ExperimentRow[]): Promise<boolean> {
  return several(lab, rows, {
    words: rows.length === 1 ? 'is in the trash' : 'are in the trash',
    call: (ids) => lab.call('trash', { ids }),
    back: (ids) => lab.call('restore', { ids }),
    backNeeds: 'trash',
  })
}

/** Names, pins, archives or tags those of the rows that are not so already; undoing changes these alone. */
function label(
  lab: LabStore,
  rows: readonly ExperimentRow[],
  words: string,
  change: Change,
  back: Change,
): Promise<boolean> {
  return several(lab, rows, {
    words,
    call: (ids) => lab.call('label', { ids, change }),
    back: (ids) => lab.call('label', { ids, change: back }),
    backNeeds: 'lab',
  })
}

/** What it is called from now on, everywhere; its folder stays as it is. */
export function renameRow(lab: LabStore, row: ExperimentRow, name: string): Promise<boolean> {
  return label(lab, [row], `is now called “${name}”`, { name }, { name: row.name })
}

/** Pins all, or unpins them when all are pinned. */
export function togglePinned(lab: LabStore, rows: readonly ExperimentRow[]): Promise<boolean> {
  const pinned = rows.some((row) => !row.pinned)
  const others = rows.filter((row) => row.pinned !== pinned)
  const verb = others.length === 1 ? 'is' : 'are'
  return label(lab, others, `${verb} ${pinned ? '' : 'no longer '}pinned`, { pinned }, { pinned: !pinned })
}

export function toggleArchived(lab: LabStore, rows: readonly ExperimentRow[]): Promise<boolean> {
  const archived = rows.some((row) => !row.archived)
  const others = rows.filter((row) => row.archived !== archived)
  const verb = others.length === 1 ? 'is' : 'are'
  const words = archived ? `${verb} archived` : `${verb} out of the archive`
  return label(lab, others, words, { archived }, { archived: !archived })
}

export function addTag(lab: LabStore, rows: readonly ExperimentRow[], tag: string): Promise<boolean> {
  const others = rows.filter(({ tags }) => !tags.includes(tag))
  const verb = others.length === 1 ? 'is' : 'are'
  return label(lab, others, `${verb} tagged “${tag}”`, { addTags: [tag] }, { removeTags: [tag] })
}

export function removeTag(lab: LabStore, rows: readonly ExperimentRow[], tag: string): Promise<boolean> {
  const those = rows.filter(({ tags }) => tags.includes(tag))
  const verb = those.length === 1 ? 'is' : 'are'
  return label(lab, those, `${verb} no longer tagged “${tag}”`, { removeTags: [tag] }, { addTags: [tag] })
}
