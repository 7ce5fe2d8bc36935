/** The listing that windows ask for page by page, and what is found out about it once they have it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ExperimentRow, LabArgument } from '../../contract.ts'
import { type Listed, listInBackground, newestFirst, TURN_MS } from './list.ts'
import { edited, storeIndex } from './row-index.ts'
import { isMoving } from './status.ts'
import type { SampleExperiments } from './sample-experiments.ts'

/** How long nobody may have listed before files are looked at one by one: a window that opens has the disk to itself. */
const QUIET_MS = 1000

export class RowPages {
  readonly #results: string
  readonly #samples: SampleExperiments
  readonly #tellEdited: (id: string) => void
  /** What was listed last, for the pages after the first. */
  #listed: readonly Listed[] | null = null
  #quiet: NodeJS.Timeout | undefined
  #looking = false
  /** Pages asked for so far: while files are looked at, another one means that a window waits. */
  #pages = 0

  /** `tellEdited` hears of folders whose files were edited in place since their rows were remembered. */
  constructor(results: string, samples: SampleExperiments, tellEdited: (id: string) => void) {
    this.#results = results
    this.#samples = samples
    this.#tellEdited = tellEdited
  }

  /** The rows after the one named, at most `limit`; a page without `after` lists anew. */
  async page(after: LabArgument<'list'>['after'], limit: number | undefined): Promise<readonly ExperimentRow[]> {
    this.#pages++
    const all = after === undefined || this.#listed === null ? await this.#listAll() : this.#listed
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => void this.#lookAtEdits(), QUIET_MS).unref()
    const from = after === undefined ? 0 : all.findIndex((listed) => comesAfter(listed, after))
    if (from < 0) return []
    const rows: ExperimentRow[] = []
    let turned = performance.now()
    for (const { row } of all.slice(from, limit === undefined ? undefined : from + limit)) {
      if (performance.now() - turned > TURN_MS) {
        await nextTurn()
        turned = performance.now()
      }
      const found = row()
      if (found !== null) rows.push(found.early === null || isMoving(found.state) ? found : { ...found, early: null })
    }
    return rows
  }

  async close(): Promise<void> {
    clearTimeout(this.#quiet)
    if (this.#listed !== null) await storeIndex(this.#results)
  }

  async #listAll(): Promise<readonly Listed[]> {
    const samples = this.#samples.list().map((row) => ({ id: row.id, created: row.created, row: () => row }))
    this.#listed = newestFirst([...(await listInBackground(this.#results)), ...samples])
    return this.#listed
  }

  async #lookAtEdits(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const pages = this.#pages
    try {
      for await (const id of edited(this.#results, () => this.#pages !== pages)) this.#tellEdited(id)
      await storeIndex(this.#results)
    } finally {
      this.#looking = false
    }
  }
}

/** Whether a row stands after the one named where the newest come first, also when that one is gone. */
function comesAfter(row: Listed, after: { readonly created: string; readonly id: string }): boolean {
  return row.created === after.created ? row.id < after.id : row.created < after.created
}
