/** Runs as files for other programs, in the exports folder of the lab's home. */
import { join } from 'node:path'
import type { Lab } from '../../contract.ts'
import { exportRuns, readForExport } from '../exports.ts'
import { findRun } from '../results.ts'
import { apicalHome, lookAt, makeFolders } from '../storage.ts'
import type { FolderParts } from './folder-parts.ts'

export function exportCalls({ results, samples }: FolderParts): Pick<Lab, 'export'> {
  return {
    export: async ({ ids, as: kind }) => {
      const folders = [...new Set(ids)].map((id) => {
        const sample = samples.folderOf(id)
        return sample === null
          ? { folder: findRun(results, id), kind: 'run' as const }
          : { folder: sample, kind: 'sample' as const }
      })
      const runs = await readForExport(folders)
      const [only] = runs
      const base = runs.length === 1 && only !== undefined ? only.record.row.id : `${runs.length}-experiments`
      const file = freeName(base, kind)
      const bytes = await exportRuns(runs, {
        ...{ kind, file, table: 'epochs', besides: [], author: null, licence: null },
      })
      return { file, bytes }
    },
  }
}

/** One that no file has yet, in the folder for them, which is made where there is none. */
function freeName(base: string, ending: string): string {
  const folder = join(apicalHome(), 'exports')
  makeFolders(folder)
  for (let copy = 1; ; copy++) {
    const file = join(folder, `${copy === 1 ? base : `${base}-${copy}`}.${ending}`)
    if (lookAt(file) === undefined) return file
  }
}
