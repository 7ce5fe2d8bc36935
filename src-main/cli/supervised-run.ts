/** One run, new or resumed, on the command line: reported as it happens, stopped on a signal, turned into an exit code. */
import { basename } from 'node:path'
import type { RunEvent } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { runSideBySide, type RunOptions, type RunOutcome } from '../lab/runs.ts'
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
  try {
    const outcome = await stoppable(terminal, limits.until, (signals) =>
      begin({
        ...options,
        ...signals,
        onEvent: (event) => {
          report.tell(event)
        },
      }),
    )
    return { code: exitOf(outcome, limits.resume, terminal), outcome }
  } finally {
    report.end()
  }
}

/** Experiments that train side by side: each is told when it has ended, as one that trains alone is told meanwhile. */
export async function superviseSideBySide(
  terminal: Terminal,
  experiments: readonly Experiment[],
  options: Pick<RunOptions, 'resultsFolder' | 'dataFolder'>,
  title: (experiment: Experiment) => void,
): Promise<readonly SupervisedRun[]> {
  const events = experiments.map((): RunEvent[] => [])
  const runs: SupervisedRun[] = []
  const onEvent = (place: number, event: RunEvent): void => {
    if (event.kind !== 'progress') events[place]?.push(event)
    else
      terminal.status(
        `${experiments.length} experiments side by side, ${runs.filter(Boolean).length} of them ended; epoch ${event.epoch}`,
      )
  }
  const onEnd = (place: number, outcome: RunOutcome): void => {
    title(experiments[place] as Experiment)
    const report = new Report(terminal)
    for (const event of events[place] ?? []) report.tell(event)
    report.end()
    runs[place] = { code: exitOf(outcome, undefined, terminal), outcome }
  }
  try {
    await stoppable(terminal, undefined, (signals) =>
      runSideBySide(experiments, { ...options, ...signals }, onEvent, onEnd),
    )
  } finally {
    terminal.status('')
  }
  return runs
}

/** Work that the first signal stops, with a checkpoint, and the second kills. */
async function stoppable<T>(
  terminal: Terminal,
  until: number | undefined,
  work: (signals: Required<Pick<RunOptions, 'stop' | 'kill'>>) => Promise<T>,
): Promise<T> {
  const stop = new AbortController()
  const kill = new AbortController()
  const timer =
    until === undefined
      ? undefined
      : setTimeout(() => {
          terminal.print(`${until} s are over: stopping after the current batches and keeping a checkpoint…`)
          stop.abort()
        }, 1000 * until)
  try {
    return await interruptible(
      terminal,
      () => {
        stop.abort()
      },
      () => {
        kill.abort()
      },
      () => work({ stop: stop.signal, kill: kill.signal }),
    )
  } finally {
    clearTimeout(timer)
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
