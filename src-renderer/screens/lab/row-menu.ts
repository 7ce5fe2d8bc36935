/** What can be done to experiments of the table, in the order in which their menu says it. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { sharedSweep, sweepFrom, toggleArchived, togglePinned, trashRows } from '../../experiments/row-actions.ts'
import { canResume, isActive } from '../../experiments/rows.ts'
import { resumeRun } from '../../experiments/run-actions.ts'
import type { LabStore } from '../../lab.svelte.ts'
import { router } from '../../route.svelte.ts'

export interface MenuItem {
  readonly label: string
  /** The key that does the same in the table. */
  readonly key?: string
  readonly danger?: true
  /** Stands apart from those above it. */
  readonly apart?: true
  readonly run: () => void
}

/** More than this no chart can tell apart, and no address can hold. */
export const MOST_COMPARED = 24

export function openRow(row: ExperimentRow): void {
  router.go(isActive(row) ? { screen: 'live', run: row.id } : { screen: 'run', id: row.id })
}

export function rowMenu(lab: LabStore, rows: readonly ExperimentRow[], tag: () => void): readonly MenuItem[] {
  const [first, second] = rows
  if (first === undefined) return []
  const only = second === undefined ? first : undefined
  const sweep = sharedSweep(rows)
  const readable = only !== undefined && only.state !== 'unreadable' ? only : undefined
  const when = (there: boolean, item: () => MenuItem): readonly MenuItem[] => (there ? [item()] : [])
  return [
    ...when(only !== undefined, () => ({ label: 'Open', key: 'Enter', run: () => openRow(first) })),
    ...when(only === undefined && rows.length <= MOST_COMPARED, () => ({
      label: `Compare ${rows.length} experiments`,
      key: 'C',
      run: () => router.go({ screen: 'compare', ids: rows.map(({ id }) => id) }),
    })),
    ...when(sweep !== null, () => ({
      label: 'Whole sweep',
      key: 'W',
      run: () => router.go({ screen: 'sweep', id: sweep ?? '' }),
    })),
    ...when(only !== undefined && canResume(only), () => ({ label: 'Resume', run: () => void resumeRun(lab, first) })),
    ...when(readable !== undefined, () => ({
      label: 'New experiment from this…',
      apart: true,
      run: () => router.go({ screen: 'new', from: 'run', name: first.id }),
    })),
    ...when(readable !== undefined, () => ({ label: 'Sweep…', key: 'S', run: () => router.go(sweepFrom(first)) })),
    { label: 'Tag…', key: 'T', apart: true, run: tag },
    {
      label: rows.every(({ pinned }) => pinned) ? 'Unpin' : 'Pin to top',
      key: 'P',
      run: () => void togglePinned(lab, rows),
    },
    {
      label: rows.every(({ archived }) => archived) ? 'Take out of archive' : 'Archive',
      key: 'E',
      run: () => void toggleArchived(lab, rows),
    },
    { label: 'Trash', key: 'Delete', danger: true, apart: true, run: () => void trashRows(lab, rows) },
  ]
}
