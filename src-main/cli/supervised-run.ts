/** One run, new or resumed, on the command line: reported as it happens, stopped on a signal, turned into an exit code. */
import { basename } from 'node:path'
import type { RunOptions, RunOutcome } from '../lab/runs.ts'
import { EXIT } from './command.ts'
import { interruptible } from './interrupt.ts'
import { doneExit, Report } from './report.ts'
import type { Terminal } from './terminal.ts'

interface SupervisedRun {
  /** Exit code. */
  readonly code: number
  readonly outcome: RunOutcome
}

/**
 * @param options where results and data lie
 * @param begin starts the run with the options completed by an event listener and abort signals
 * @param limits after so many seconds it is asked to stop, with a checkpoint; what is said of how it is resumed
 */
export async function superviseRun(
  terminal: Terminal,
  options: Pick<RunOptions, 'resultsFolder' | 'dataFolder'>,
  begin: (options: RunOptions) => Promise<RunOutcome>,
  limits: { readonly until?: number | undefined; readonly resume?: string } = {},
): Promise<SupervisedRun> {
  const report = new Report(terminal)
  const stop = new AbortController()
  const kill = new AbortController()
  const { until } = limits
  const timer =
    until === undefined
      ? undefined
      : setTimeout(() => {
          terminal.print(`${until} s are over: stopping after the current batches and keeping a checkpoint…`)
          stop.abort()
        }, 1000 * until)
  try {
    const outcome = await interruptible(
      terminal,
      () => {
        stop.abort()
      },
      () => {
        kill.abort()
      },
      () =>
        begin({
          ...options,
          onEvent: (event) => {
            report.tell(event)
          },
          stop: stop.signal,
          kill: kill.signal,
        }),
    )
    return { code: exitOf(outcome, limits.resume, terminal), outcome }
  } finally {
    clearTimeout(timer)
    report.end()
  }
}

function exitOf({ id, ending, folder }: RunOutcome, resume: string | undefined, terminal: Terminal): number {
  switch (ending.kind) {
    case 'done':
      return doneExit(ending.seeds)
    case 'failed':
      return EXIT.failed
    case 'stopped':
      terminal.print(resume ?? `Resume with: npm run apical -- resume ${id === basename(folder) ? id : folder}`)
      return EXIT.stopped
    default:
      return ending satisfies never
  }
}
