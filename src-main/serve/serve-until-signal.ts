/** A lab in a browser from beginning to end: opened, served, and closed when a signal asks this process to end. */
import { openLab, readAhead, type LabOptions } from '../lab/lab.ts'
import { serveLab, type ServeOptions } from '../serve.ts'

interface ServedLabReport {
  /** A line for the person. */
  readonly print: (text: string) => void
  /** A line about something to be careful of, and about the end. */
  readonly warn: (text: string) => void
  readonly onAddress?: (address: string) => void
}

/** Resolves when everything is closed. @throws what `openLab` and `serveLab` throw */
export async function serveUntilSignal(
  labOptions: Pick<LabOptions, 'resultsFolder' | 'idleMeasuring' | 'sideBySide'>,
  options: ServeOptions,
  { print, warn, onAddress }: ServedLabReport,
): Promise<void> {
  const lab = await openLab({ host: 'browser', ...labOptions })
  try {
    const served = await serveLab(lab, options)
    if (served.warning !== null) warn(served.warning)
    print(`Apical is at ${served.address}`)
    print('Stop it with Ctrl-C; running experiments keep a checkpoint.')
    readAhead(lab)
    onAddress?.(served.address)
    await new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
    })
    warn('Stopping; running experiments write a checkpoint… (one that does not respond is ended after 30 s)')
    // Runs first: what a window does or does not do must not keep a worker from hearing of the end.
    const runs = lab.close()
    await Promise.all([runs, served.close()])
  } finally {
    await lab.close()
  }
}
