/** Passes events on, `progress` at most ten times a second: a window that gets more drops frames. */
import type { RunEvent } from '../../experiment/event.ts'

const PROGRESS_MS = 100

export function throttleProgress(
  tell: (event: RunEvent) => void,
  now: () => number = () => performance.now(),
): (event: RunEvent) => void {
  let told = -Infinity
  let phase = ''
  return (event) => {
    if (event.kind === 'progress') {
      // A change of phase is always passed on.
      if (now() - told < PROGRESS_MS && event.phase === phase) return
      told = now()
      phase = event.phase
    }
    tell(event)
  }
}
