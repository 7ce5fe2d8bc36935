/**
 * Ctrl-C and its kin: the first asks to stop cleanly, the second stops at once.
 */
import { EXIT } from './command.ts'
import type { Terminal } from './terminal.ts'

/** Ctrl-C, a scheduler's notice, a terminal that went away: each asks a run to keep a checkpoint and end. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Two signals this close together are one press: a terminal and a wrapper may both deliver it. */
const SAME_PRESS_MS = 100

/**
 * Lets a run be interrupted while `work` goes on.
 *
 * @param stop asked for a clean stop, once
 * @param kill asked for the end at once; what was not yet written is lost, the last checkpoint is not
 */
export async function interruptible<T>(
  terminal: Terminal,
  stop: () => void,
  kill: () => void,
  work: () => Promise<T>,
): Promise<T> {
  let asked: number | null = null
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now()
    if (asked === null) {
      asked = now
      terminal.print(
        `${signal === 'SIGINT' ? '' : `${signal}: `}Stopping after the current batches and keeping a checkpoint… (Ctrl-C again stops at once)`,
      )
      stop()
    } else if (now - asked >= SAME_PRESS_MS) {
      kill()
      terminal.status('')
      process.exit(EXIT.stopped)
    }
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  // A reader that left (… | head -1) wants no more: the run is stopped rather than left behind unseen.
  terminal.whenClosed(() => {
    asked ??= performance.now()
    stop()
  })
  try {
    return await work()
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
    terminal.whenClosed(null)
  }
}
