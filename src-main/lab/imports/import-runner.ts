/** Runs each import in a process of its own, which can be stopped; what it has not kept by then is gone. */
import { spawnNode } from '../machine.ts'
import { LabProblem } from '../problem.ts'
import type { Stage } from './add.ts'
import type { ImportMessage, ImportTask } from './import-task.ts'

/** Resolves with what the process answered. @throws LabProblem with what it said, or that it ended without a word */
export function runImport(
  root: string,
  task: ImportTask,
  told: (stage: Stage, rows: number) => void,
  stop: AbortSignal,
): Promise<unknown> {
  const child = spawnNode(root, 'imports/import-entry.ts', 'ignore')
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const said = message as ImportMessage
      switch (said.kind) {
        case 'progress':
          told(said.stage, said.rows)
          return
        case 'result':
          resolve(said.result)
          break
        case 'refused':
          reject(new LabProblem(said.message, said.next))
      }
      child.kill()
    })
    child.once('error', (error) => {
      reject(new LabProblem(`A process could not be started: ${error.message}.`, 'Install Apical again.'))
    })
    child.once('close', (code, signal) => {
      const how = signal ?? `exit code ${code ?? 'unknown'}`
      reject(
        new LabProblem(
          `The files could not be read to their end (${how}).`,
          'There may be too little memory; use fewer columns.',
        ),
      )
    })
    stop.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
    child.send(task, () => undefined)
  })
}
