/** Data sets: pointed to a folder, downloaded, previewed. */
import type { Lab } from '../../contract.ts'
import { useDataFolder } from '../datasets.ts'
import { refuseDataProblems } from './data-refusal.ts'
import type { FolderParts } from './folder-parts.ts'

export function dataSetCalls({
  dataFolder,
  downloads,
  jobs,
}: FolderParts): Pick<Lab, 'useDataFolder' | 'download' | 'stopDownload' | 'preview'> {
  return {
    useDataFolder: ({ name, folder }) => refuseDataProblems(() => useDataFolder(name, folder)),

    download: async ({ name }) => {
      downloads.start(name)
      return null
    },

    stopDownload: async ({ name }) => {
      await downloads.stop(name)
      return null
    },

    preview: ({ samples = null, ...asked }) => jobs.run({ kind: 'preview', ...asked, samples, dataFolder }),
  }
}
