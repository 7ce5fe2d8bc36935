/** Says how a download ended, wherever the window stands by then. */
import type { Download } from '../../src-main/contract.ts'
import { datasetLabel } from '../text/setting-words.ts'
import type { LabStore } from '../lab.svelte.ts'
import { router } from '../route.svelte.ts'
import { toasts } from '../toasts.svelte.ts'

const known = new Map<string, Download['state']>()

/** To be called when the lab's downloads change. */
export function tellDownloads({ downloads, words }: LabStore): void {
  for (const { name, state, problem } of Object.values(downloads)) {
    const before = known.get(name)
    known.set(name, state)
    // What ended before this window was opened is no news.
    if (before === undefined || before === state) continue
    if (state === 'done')
      toasts.say(`${datasetLabel(words, name)} is downloaded; every file has its published checksum.`)
    if (state === 'failed' && problem !== null && router.current.screen !== 'data')
      toasts.say(problem.message, { tone: 'bad', next: 'See the Data screen for what to do.' })
  }
}
