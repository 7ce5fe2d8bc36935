import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Several } from '../../contract.ts'
import { LabProblem } from '../problem.ts'

/**
 * Applies `doing` to several experiments one after the other, yielding to the event loop; a refusal of one does not stop
 * the others.
 *
 * @throws LabProblem, the first, when all were refused
 */
export async function forEachExperiment(
  ids: readonly string[],
  doing: (id: string) => void | Promise<void>,
): Promise<Several> {
  const done: string[] = []
  const refused: { id: string; message: string; next: string }[] = []
  let first: LabProblem | null = null
  for (const [place, id] of ids.entries()) {
    if (place % 10 === 9) await nextTurn()
    try {
      await doing(id)
      done.push(id)
    } catch (error) {
      if (!(error instanceof LabProblem)) throw error
      first ??= error
      refused.push({ id, message: error.message, next: error.next })
    }
  }
  if (done.length === 0 && first !== null) throw first
  return { done, refused }
}
