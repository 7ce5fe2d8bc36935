/** The machine does not fall asleep over a training; its screen may. */
import type { LabEvent } from '../contract.ts'

/** As much of Electron's power save blocker as is used. */
interface Blocker {
  start(kind: 'prevent-app-suspension'): number
  stop(id: number): boolean
}

/** Returns a listener of the lab's events: blocks from the first run that trains to the last one. */
export function keepAwake(blocker: Blocker): (event: LabEvent) => void {
  const training = new Set<string>()
  let block: number | null = null
  return (event) => {
    if (event.kind === 'row' && event.row.state === 'running') training.add(event.row.id)
    else if (event.kind === 'row') training.delete(event.row.id)
    else if (event.kind === 'removed') training.delete(event.id)
    else return
    if (training.size > 0) block ??= blocker.start('prevent-app-suspension')
    else if (block !== null) {
      blocker.stop(block)
      block = null
    }
  }
}
