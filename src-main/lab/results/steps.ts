/** Long work in steps: in one go for a process with nothing else to do, with turns for others in one that serves a window. */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Other work of the process waits no longer than about this. */
export const TURN_MS = 10

export function atOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

export async function inTurns<T>(steps: Generator<undefined, T>): Promise<T> {
  for (let turned = performance.now(); ;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (performance.now() - turned < TURN_MS) continue
    await nextTurn()
    turned = performance.now()
  }
}
