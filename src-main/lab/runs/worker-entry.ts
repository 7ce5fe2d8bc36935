/**
 * Entry of a training worker: a plain Node process that is handed folders of experiments over its IPC channel, trains
 * them, and writes everything to the folders before it tells anyone. It ends cleanly, with checkpoints, when it is told
 * to, when a signal asks it to, and when the host that started it is gone.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { FolderRun } from './folder-run.ts'
import { OWN_RESOURCES, sharedResources } from './shared-session.ts'
import { ALIVE_MS, type FromWorker, type Task, ToWorker } from './worker-messages.ts'

let runs: readonly FolderRun[] = []
let ending = false

process.on('message', (message) => {
  const parsed = ToWorker.safeParse(message)
  if (!parsed.success) return
  const request = parsed.data
  if (request.kind === 'task') void trainAll(request)
  else runs.find(({ folder }) => folder === request.folder)?.obey(request)
})
process.on('disconnect', () => {
  if (!ending && !runs.some(({ hasBegun }) => hasBegun)) process.exit(0)
  stop('interrupted')
})
process.on('SIGINT', () => {
  stop('stopped')
})
process.on('SIGTERM', () => {
  stop('stopped')
})
process.on('SIGHUP', () => {
  stop('interrupted')
})
process.on('uncaughtException', (error) => {
  void fail(error)
})
process.on('unhandledRejection', (error) => {
  void fail(error)
})

function stop(as: 'stopped' | 'interrupted'): void {
  for (const run of runs) run.stop(as)
}

async function trainAll(task: Task): Promise<void> {
  const { folders } = task
  const resources = folders.length === 1 ? [OWN_RESOURCES] : sharedResources(folders.length)
  runs = folders.map(
    (folder, index) =>
      new FolderRun(folder, resources[index] ?? OWN_RESOURCES, (event) => {
        send({ kind: 'event', folder, event })
      }),
  )
  setInterval(() => {
    send({ kind: 'alive' })
  }, ALIVE_MS)
  // A host that was killed in the moment after it asked is heard of in the next turns: then nothing is begun.
  for (let turn = 0; turn < 3; turn++) await nextTurn()
  await Promise.all(
    runs.map(async (run) => {
      await run.run(task)
      if (runs.some(({ isOver }) => !isOver)) send({ kind: 'left', folder: run.folder })
    }),
  )
  await end()
}

/** What was thrown outside of any run concerns all of them. */
async function fail(error: unknown): Promise<void> {
  for (const run of runs) run.fail(error)
  await end()
}

async function end(): Promise<void> {
  if (ending) return
  ending = true
  // A message is on its way until its channel says otherwise.
  if (process.connected)
    await new Promise<void>((resolve) => process.send?.({ kind: 'alive' }, undefined, {}, () => resolve()))
  process.exit(runs.some(({ hasFailed }) => hasFailed) ? 1 : 0)
}

function send(message: FromWorker): void {
  // The host may be gone at any moment; its folder has everything.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined)
}
