/** Benchmarks of engines, one at a time. */
import type { Lab } from '../../contract.ts'
import { versionIn } from '../machine.ts'
import { LabProblem } from '../problem.ts'
import type { FolderParts } from './folder-parts.ts'

export function benchmarkCalls({ root, events, queue, jobs, benchmarks, pace }: FolderParts): Pick<Lab, 'bench'> {
  let measuring = false
  return {
    bench: async ({ engine }) => {
      if (measuring)
        throw new LabProblem(
          'A benchmark is being measured already.',
          'Two at once would slow each other down; wait for it.',
        )
      measuring = true
      pace?.cancel()
      try {
        const before = queue.isRunning
        const figures = await jobs.run({ kind: 'bench', engine, apical: versionIn(root) }, (fraction) => {
          events.tell({ kind: 'bench', engine, fraction })
        })
        const result = { ...figures, besideRun: before || queue.isRunning }
        benchmarks.keep(result)
        return result
      } finally {
        measuring = false
      }
    },
  }
}
