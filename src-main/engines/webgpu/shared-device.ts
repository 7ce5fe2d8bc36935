/** One open device for all sessions of a process: opened for the first, destroyed a while after the last. */
import type { Adapter } from './dawn.ts'
import { Gpu } from './gpu.ts'

/** Kept open for the next session, since its pipelines are compiled. */
const LINGER_MS = 5_000

interface Opened {
  readonly gpu: Promise<Gpu>
  sessions: number
  timer: NodeJS.Timeout | undefined
}

const opened = new Map<string, Opened>()

/** The device, and a function that releases it. */
export async function acquire(adapter: Adapter): Promise<{ readonly gpu: Gpu; readonly release: () => void }> {
  let entry = opened.get(adapter.name)
  if (entry !== undefined && (await entry.gpu.then((gpu) => gpu.isLost).catch(() => true))) {
    if (opened.get(adapter.name) === entry) opened.delete(adapter.name)
    entry = opened.get(adapter.name)
  }
  if (entry === undefined) {
    entry = { gpu: Gpu.open(adapter), sessions: 0, timer: undefined }
    opened.set(adapter.name, entry)
  }
  const mine = entry
  clearTimeout(mine.timer)
  mine.sessions++
  let given = false
  const release = (): void => {
    if (given) return
    given = true
    if (--mine.sessions > 0) return
    mine.timer = setTimeout(() => {
      if (opened.get(adapter.name) === mine) opened.delete(adapter.name)
      mine.gpu.then((gpu) => gpu.destroy()).catch(() => undefined)
    }, LINGER_MS)
    // Dawn does not keep the process alive; neither does this.
    mine.timer.unref()
  }
  try {
    return { gpu: await mine.gpu, release }
  } catch (error) {
    release()
    if (opened.get(adapter.name) === mine) opened.delete(adapter.name)
    throw error
  }
}
