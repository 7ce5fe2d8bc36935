/**
 * Draws networks that begin, on all cores: ten of the size that CIFAR is trained with take one core several seconds, in
 * which nobody sees anything learn.
 */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ParameterDeclaration } from '../../program/program.ts'
import { drawParameter, type DrawNetworks } from '../../training/draw.ts'

/** What a thread is asked for; it answers with the numbers. */
export interface Drawing {
  readonly seed: number
  readonly declaration: ParameterDeclaration
}

/** So many operations are done before a thread has begun. */
const WORTH_A_THREAD = 20_000_000

/** About how many operations: a number drawn takes fifty, and M Mᵀ as many as it has products. */
function costOf({ shape: [rows, columns], initial: { kind } }: ParameterDeclaration): number {
  if (kind === 'constant' || kind === 'identity') return 0
  return 50 * rows * columns + (kind === 'xavierGram' ? (rows * rows * columns) / 2 : 0)
}

export const drawInThreads: DrawNetworks = async (declarations, seeds, put) => {
  const drawings = declarations.flatMap((declaration) => {
    const cost = costOf(declaration)
    return seeds.map((seed, replica) => ({ cost, replica, seed, declaration }))
  })
  const work = drawings.reduce((sum, { cost }) => sum + cost, 0)
  const threads = work < WORTH_A_THREAD ? 0 : Math.min(availableParallelism(), drawings.length)
  // The largest first: what is left for the end should be small.
  const heavy = threads === 0 ? [] : drawings.filter(({ cost }) => cost > 0).sort((a, b) => b.cost - a.cost)
  const turns = heavy.values()
  const drawn = Array.from({ length: threads }, async () => {
    const thread = new Worker(new URL('./drawing-thread.ts', import.meta.url))
    try {
      for (const { replica, seed, declaration } of turns) {
        thread.postMessage({ seed, declaration } satisfies Drawing)
        const [values] = (await once(thread, 'message')) as [Float64Array]
        put(replica, declaration.name, values)
      }
    } finally {
      await thread.terminate()
    }
  })
  for (const { cost, replica, seed, declaration } of drawings)
    if (threads === 0 || cost === 0) put(replica, declaration.name, drawParameter(declaration, seed))
  await Promise.all(drawn)
}
