/** Looking at the experiments of another folder than the lab's own. */
import { commands } from './commands.svelte.ts'
import type { LabStore } from './lab.svelte.ts'
import type { Given } from './opened-data.svelte.ts'
import { router } from './route.svelte.ts'
import { toasts } from './toasts.svelte.ts'

class DroppedFolder {
  /** Its name, where the window was not told where it lies; null when none was dropped. */
  name = $state<string | null>(null)
}

/** What the dialog is opened for. */
export const droppedFolder = new DroppedFolder()

/** Shows what is in a folder, or in the lab's own again (null). @throws Refusal */
export async function openResults(lab: LabStore, folder: string | null): Promise<void> {
  const { id } = await lab.call('openResults', { folder })
  router.go(id === null ? { screen: 'lab' } : { screen: 'run', id })
}

/** A folder dropped on the window; in a browser, which does not say where it lies, its path is asked for. */
export function openDroppedFolder(lab: LabStore, { name, path }: Given): void {
  if (path === null) {
    droppedFolder.name = name
    commands.shown = 'open-results'
  } else void toasts.attempt(() => openResults(lab, path))
}
