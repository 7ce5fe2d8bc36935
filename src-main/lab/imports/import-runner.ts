/** Runs each import in a process of its own, which can be stopped; what it has not kept by then is gone. */
import { askProcess } from '../machine.ts'
import { LabProblem } from '../problem.ts'
import type { ImportMessage, ImportProgress, ImportTask } from './import-task.ts'

/** Resolves with what the process answered. @throws LabProblem with what it said, or that it ended without a word */
export function runImport(
  root: string,
  task: ImportTask,
  told: (progress: ImportProgress) => void,
  stop: AbortSignal,
): Promise<unknown> {
  const gone = (how: string): LabProblem =>
    new LabProblem(
      `The files could not be read to their end (${how}).`,
      'There may be too little memory; use fewer columns.',
    )
  return askProcess<ImportMessage>(root, 'imports/import-entry.ts', task, told, stop, gone).result
}
