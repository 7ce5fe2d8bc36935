/**
 * The entry of a training worker: a plain Node process that is handed one experiment's folder over its IPC channel, trains, and
 * writes everything to the folder before it tells anyone. It ends cleanly, with a checkpoint, when it is told to, when a
 * signal asks it to, and when the host that started it is gone.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunEvent } from '../../experiment/event.ts'
import { TrainingControls } from '../../training/controls.ts'
import { Ledger, readExperiment } from '../results.ts'
import { trainExperiment } from './experiment-training.ts'
import { failureOf } from './failure.ts'
import { ALIVE_MS, type FromWorker, type Task, ToWorker } from './worker-messages.ts'
import { touchHeartbeat, HEARTBEAT_MS } from '../storage.ts'

/** Why a run that nobody stopped is not running any more. */
const CLOSED = 'Apical was closed, or lost its connection to the run, while it was going on.'

const controls = new TrainingControls()
let stopAs: 'stopped' | 'interrupted' = 'stopped'
let ledger: Ledger | null = null
let ending = false

process.on('message', (message) => {
  const parsed = ToWorker.safeParse(message)
  if (!parsed.success) return
  switch (parsed.data.kind) {
    case 'task':
      void run(parsed.data)
      return
    case 'pause':
      controls.pause()
      return
    case 'continue':
      controls.continue()
      return
    case 'stop-after':
      controls.stopAfterwards(parsed.data.what)
      return
    case 'stop-seed':
      controls.stopSeed(parsed.data.seed)
      return
    case 'stop':
      stop(parsed.data.as)
      return
    default:
      parsed.data satisfies never
  }
})
process.on('disconnect', () => {
  if (ledger === null && !ending) process.exit(0)
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
  if (!controls.stopRequested) stopAs = as
  controls.stop()
}

async function run({ folder, dataFolder, version }: Task): Promise<void> {
  const alive = setInterval(() => {
    send({ kind: 'alive' })
  }, ALIVE_MS)
  const sign = setInterval(() => {
    touchHeartbeat(folder)
  }, HEARTBEAT_MS)
  try {
    // A host that was killed in the moment after it asked is heard of in the next turns: then nothing is begun.
    for (let turn = 0; turn < 3; turn++) await nextTurn()
    const experiment = readExperiment(folder)
    ledger = new Ledger(folder, experiment.rule.name)
    ledger.setState('running')
    ledger.log(`Worker ${process.pid} began, Apical ${version}, Node ${process.version}.`)
    for await (const event of trainExperiment({ experiment, ledger, dataFolder, version }, controls)) {
      await recordAndSend(ledger, event)
    }
    await end(0)
  } catch (error) {
    await fail(error)
  } finally {
    clearInterval(alive)
    clearInterval(sign)
  }
}

/** Told often, and kept elsewhere in the folder if at all. */
const UNLOGGED: ReadonlySet<RunEvent['kind']> = new Set(['progress', 'batches', 'measure', 'confusion', 'costs'])

/** The folder first, then whoever listens. */
async function recordAndSend(into: Ledger, event: RunEvent): Promise<void> {
  into.record(event)
  if (event.kind === 'paused') into.setState('paused')
  if (event.kind === 'continued') into.setState('running')
  if (event.kind === 'stopped') {
    const reason = event.reason ?? (stopAs === 'interrupted' ? CLOSED : null)
    into.setState(stopAs, reason, reason === null ? null : 'Resume it.')
  }
  if (event.kind === 'done') {
    into.writeSummary(event)
    const [first, ...more] = event.seeds.filter(({ status }) => status === 'collapsed')
    const none = first !== undefined && more.length + 1 === event.seeds.length
    if (none)
      into.setState('collapsed', `No seed has a result. Seed ${first.seed}: ${first.reason ?? 'no reason given'}`)
    else into.setState('done')
  }
  if (!UNLOGGED.has(event.kind)) into.log(JSON.stringify('folder' in event ? { ...event, folder: undefined } : event))
  send({ kind: 'event', event })
  // Engines may compute without giving way; here pauses, stops and the loss of the host are heard.
  await nextTurn()
}

async function fail(error: unknown): Promise<void> {
  if (ending) return
  const { message, next } = failureOf(error)
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  // Standard error is the run's log, which travels with its folder.
  if (ledger === null) process.stderr.write(`${trace}\n`)
  else ledger.log(trace)
  const folder = ledger?.folder ?? ''
  try {
    ledger?.setState('failed', message, next)
  } catch {
    // A full disk or a deleted folder: what can still be told is told to the host.
  }
  send({ kind: 'event', event: { kind: 'failed', folder, message, next } })
  await end(1)
}

async function end(code: number): Promise<void> {
  ending = true
  try {
    ledger?.close()
  } catch {
    // Nothing more can be done about a folder that is gone.
  }
  // A message is on its way until its channel says otherwise.
  if (process.connected)
    await new Promise<void>((resolve) => process.send?.({ kind: 'alive' }, undefined, {}, () => resolve()))
  process.exit(code)
}

function send(message: FromWorker): void {
  // The host may be gone at any moment; its folder has everything.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined)
}
