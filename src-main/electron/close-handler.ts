/**
 * How the window is left. Why, dated 2026-11: closing it ends the lab, so running experiments are stopped at a checkpoint
 * and go on with "Resume" at the next start. Training that goes on behind a closed window would heat a machine that
 * nobody knows is busy; those who want that have `apical serve`. So the person is asked first, and nothing is lost.
 */
import type { ExperimentRow } from '../contract.ts'

interface ClosableLab {
  list(): Promise<readonly Pick<ExperimentRow, 'state'>[]>
  /** Stops workers at a checkpoint; resolves when all of them are gone. */
  close(): Promise<void>
}

interface ClosingShell {
  /** Asks the person; resolves true to leave. */
  ask(sentence: string, detail: string): Promise<boolean>
  quit(): void
}

/** A checkpoint is written within a second; a worker that hangs longer must not hold the window for ever. */
const CLOSE_TIMEOUT_MS = 15_000

/** Returns a handler for everything that would close the app: prevents it until the lab is closed. */
export function closeHandler(
  lab: Promise<ClosableLab>,
  shell: ClosingShell,
): (event: { preventDefault(): void }) => void {
  let state: 'here' | 'asking' | 'left' = 'here'
  // Looked at when it is time to leave; until then a failure to open is somebody else's to tell.
  lab.catch(() => undefined)
  const leave = async (): Promise<void> => {
    // A lab that did not open has nothing to lose.
    const open = await lab.catch(() => null)
    const rows = (await open?.list().catch(() => [])) ?? []
    const busy = rows.filter((row) => row.state === 'running' || row.state === 'paused').length
    const sentence = busy === 1 ? 'One experiment is running.' : `${busy} experiments are running.`
    const detail = 'Closing Apical stops it at a checkpoint. Nothing is lost: "Resume" goes on from there.'
    if (busy > 0 && !(await shell.ask(sentence, detail))) {
      state = 'here'
      return
    }
    await Promise.race([open?.close().catch(() => undefined), timeout()])
    state = 'left'
    shell.quit()
  }
  return (event) => {
    if (state === 'left') return
    event.preventDefault()
    if (state === 'asking') return
    state = 'asking'
    void leave()
  }
}

function timeout(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())
}
