/** Experiments as files for other programs: the lab writes them, large ones too, and says where they are. */
import type { LabStore } from '../lab.svelte.ts'
import { toasts } from '../toasts.svelte.ts'
import { copyText } from './files.ts'

type Kind = 'zip' | 'csv' | 'parquet' | 'npz'

/** What a menu offers, in its order. */
const KINDS: readonly (readonly [Kind, string])[] = [
  ['zip', 'Export everything as ZIP'],
  ['csv', 'Export epochs as CSV'],
  ['parquet', 'Export epochs as Parquet'],
  ['npz', 'Export weights as NPZ'],
]

export function exportEntries(
  lab: LabStore,
  rows: readonly { readonly id: string }[],
): { readonly label: string; readonly run: () => void }[] {
  return KINDS.map(([kind, label]) => ({ label, run: () => void exportRows(lab, rows, kind) }))
}

/** Without an answer for so long, a person wonders. */
const LONG_MS = 1500

async function exportRows(lab: LabStore, rows: readonly { readonly id: string }[], kind: Kind): Promise<void> {
  const slow = setTimeout(() => toasts.say('Exporting. This may take a minute.'), LONG_MS)
  await toasts.attempt(async () => {
    const { file } = await lab.call('export', { ids: rows.map(({ id }) => id), as: kind })
    toasts.say(`Exported to ${file}`, {
      action: {
        label: 'Copy path',
        run: () => void copyText(file, 'The path of the file is on the clipboard.'),
      },
    })
  })
  clearTimeout(slow)
}
