/** What the runs of one worker have in common: one session of the engine, and the data in memory once. */
import type { Engine } from '../../engines/engine.ts'
import { joinedMembers, type JoinedMember } from '../../engines/joined.ts'
import type { DrawNetworks } from '../../training/draw.ts'
import { loadDataSet } from '../datasets.ts'
import { drawInThreads } from './drawing.ts'

type Load = typeof loadDataSet

/** How one run of a worker comes to its session and its data. */
export interface RunResources {
  /** Other runs in the same session. */
  readonly beside: number
  readonly load: Load
  readonly draw: DrawNetworks
  /** The engine as this run is to use it. */
  engine(chosen: Engine): Engine
  /** It opens no session (any more), and the others need not wait for it. */
  leave(): void
}

/** Of a run that is alone in its worker. */
export const OWN_RESOURCES: RunResources = {
  beside: 0,
  load: loadDataSet,
  draw: drawInThreads,
  engine: (chosen) => chosen,
  leave: () => undefined,
}

/** Of so many runs, which are compatible. */
export function sharedResources(runs: number): readonly RunResources[] {
  let members: readonly JoinedMember[] | null = null
  const left = new Set<number>()
  const loaded = new Map<string, ReturnType<Load>>()
  let drawing: Promise<unknown> = Promise.resolve()
  const load: Load = (name, options) => {
    const key = JSON.stringify([name, options])
    const known = loaded.get(key) ?? loadDataSet(name, options)
    loaded.set(key, known)
    return known
  }
  // Each drawing takes all cores.
  const draw: DrawNetworks = (...wanted) => {
    const drawn = drawing.then(() => drawInThreads(...wanted))
    drawing = drawn.catch(() => undefined)
    return drawn
  }
  return Array.from({ length: runs }, (_, index) => ({
    beside: runs - 1,
    load,
    draw,
    engine: (chosen) => {
      if (members === null) {
        members = joinedMembers(chosen, runs)
        for (const gone of left) members[gone]?.leave()
      }
      return members[index]?.engine ?? chosen
    },
    leave: () => {
      left.add(index)
      members?.[index]?.leave()
    },
  }))
}
