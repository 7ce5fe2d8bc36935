/** Experiments as they lie in the results folder: listed, read, annotated, moved to the trash and back. */
import type { Lab } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import {
  changeLabels,
  findRun,
  moveToTrash,
  paths,
  readFilePart,
  readForReport,
  readRecordInTurns,
  restoreFromTrash,
} from '../results.ts'
import { liveOwner, writeWhole } from '../storage.ts'
import type { FolderParts } from './folder-parts.ts'
import { forEachExperiment } from './for-each-experiment.ts'

export function recordCalls({
  results,
  events,
  queue,
  rows,
  pages,
  samples,
}: FolderParts): Pick<
  Lab,
  'list' | 'read' | 'readForReport' | 'readFile' | 'writeNotes' | 'label' | 'trash' | 'restore'
> {
  return {
    list: async ({ after, limit }) => (await pages.page(after, limit)).map((row) => rows.seenFromHere(row)),

    read: async ({ id }) => {
      const sample = samples.folderOf(id)
      if (sample !== null) return readRecordInTurns(sample, 'sample')
      const record = await readRecordInTurns(findRun(results, id))
      return { ...record, row: rows.seenFromHere(record.row) }
    },

    readForReport: async ({ id }) => {
      const sample = samples.folderOf(id)
      if (sample !== null) return readForReport(sample, 'sample')
      const record = await readForReport(findRun(results, id))
      // What waits or runs is known to the queue; what a sentence says of a folder stays as it was cleaned.
      const { state, queuePosition } = rows.seenFromHere(record.row)
      return { ...record, row: { ...record.row, state, queuePosition } }
    },

    readFile: async ({ id, path, part }) => readFilePart(samples.folderOf(id) ?? findRun(results, id), path, part),

    writeNotes: async ({ id, text }) => {
      samples.refuse(id, 'came with Apical and takes no notes')
      writeWhole(paths(findRun(results, id)).notes, [text])
      rows.tell(id)
      return null
    },

    label: ({ ids, change }) =>
      forEachExperiment(ids, (id) => {
        samples.refuse(id, 'came with Apical and takes no name and no tags')
        changeLabels(findRun(results, id), change)
        rows.tell(id)
      }),

    trash: ({ ids }) =>
      forEachExperiment(ids, async (id) => {
        if (samples.folderOf(id) !== null) samples.hide(id)
        else {
          const folder = findRun(results, id)
          await queue.untilExited(id)
          if (queue.has(id) || liveOwner(folder) !== null)
            throw new LabProblem(`"${id}" is running or queued.`, 'Stop it first.')
          moveToTrash(results, id)
          rows.remove(id)
        }
        events.tell({ kind: 'removed', id })
      }),

    restore: ({ ids }) =>
      forEachExperiment(ids, (id) => {
        if (samples.folderOf(id) !== null) {
          samples.show(id)
          for (const row of samples.list()) if (row.id === id) events.tell({ kind: 'row', row })
          return
        }
        restoreFromTrash(results, id)
        rows.add(id)
        rows.tell(id)
      }),
  }
}
