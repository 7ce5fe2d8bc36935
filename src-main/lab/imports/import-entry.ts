/** The entry of a process for one import, plain Node: files may be large, and the lab answers others meanwhile. */
import { refusalOf, systemProblem } from '../problem.ts'
import { addDataSet, type Stage } from './add.ts'
import { type ImportMessage, ImportTask } from './import-task.ts'
import { lookAtFiles } from './look.ts'

/** Progress is told at most so often. */
const TOLD_EVERY_MS = 100

process.on('disconnect', () => process.exit(0))
process.on('message', (message) => {
  const parsed = ImportTask.safeParse(message)
  if (parsed.success) void run(parsed.data)
})

async function run({ kind, paths, tests, mapping }: ImportTask): Promise<void> {
  let last = performance.now()
  const told = (stage: Stage, rows: number): void => {
    if (performance.now() - last < TOLD_EVERY_MS) return
    last = performance.now()
    tell({ kind: 'progress', stage, rows })
  }
  try {
    if (kind === 'look')
      tell({ kind: 'result', result: await lookAtFiles(paths, tests, mapping, (rows) => told('reading', rows)) })
    else {
      await addDataSet(paths, tests, mapping, told)
      tell({ kind: 'result', result: null })
    }
  } catch (thrown) {
    tell({ kind: 'refused', ...refusalOf(systemProblem(thrown) ?? thrown) })
  }
}

function tell(message: ImportMessage): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined)
}
