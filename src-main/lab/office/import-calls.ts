/** A person's own files: looked at, made a data set, taken away again. */
import type { Lab, LabArgument } from '../../contract.ts'
import type { DataLook } from '../../experiment/data-look.ts'
import { removeOwn, requireFreeName } from '../datasets.ts'
import { runImport } from '../imports.ts'
import { LabProblem } from '../problem.ts'
import type { FolderParts } from './folder-parts.ts'

export function importCalls({
  root,
  events,
}: FolderParts): Pick<Lab, 'lookAtData' | 'addData' | 'stopImport' | 'removeData'> {
  let underWay: { readonly kind: 'look' | 'add'; readonly stop: AbortController } | null = null

  /** Null where it was stopped, or another look took its place. */
  async function run(kind: 'look' | 'add', asked: LabArgument<'addData'>): Promise<{ readonly said: unknown } | null> {
    if (underWay?.kind === 'add')
      throw new LabProblem('A data set is being added.', 'Wait for it, or stop it; then add the next.')
    // Whoever changes the mapping is not interested in what the former one would have shown.
    underWay?.stop.abort()
    const own = { kind, stop: new AbortController() }
    underWay = own
    try {
      const said = await runImport(
        root,
        { kind, ...asked },
        ({ stage, rows }) => {
          if (!own.stop.signal.aborted) events.tell({ kind: 'import', stage, rows })
        },
        own.stop.signal,
      )
      return { said }
    } catch (error) {
      if (own.stop.signal.aborted) return null
      throw error
    } finally {
      if (underWay === own) underWay = null
    }
  }

  return {
    // The process runs the same source, which says what a look is.
    lookAtData: async (asked) => ((await run('look', asked))?.said ?? null) as DataLook | null,

    addData: async (asked) => {
      requireFreeName(asked.mapping.name)
      return { added: (await run('add', asked)) !== null }
    },

    stopImport: async () => {
      underWay?.stop.abort()
      return null
    },

    removeData: async ({ name }) => {
      removeOwn(name)
      return null
    },
  }
}
