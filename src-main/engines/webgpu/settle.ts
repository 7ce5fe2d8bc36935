/**
 * A repeat as one dispatch. While they settle, samples are independent: a workgroup takes a few samples of one
 * replica through all iterations, layer after layer in the rule's order, with their states in its own memory; only
 * weights come from the device's. So the number of dispatches does not grow with the iterations.
 *
 * States are stored as vec4 of four samples, unit by unit: one read of four numbers and one of a weight give four
 * multiply-adds for each group.
 */
import type { Lowered } from '../lowering/plan.ts'
import { planWorkgroup, type Limits, type Repeat, type Size } from './workgroup.ts'
import { Body } from './kernels/settled.ts'
import { States } from './kernels/states.ts'
import { wrapped, type Shader } from './shader.ts'
import { Writer, type Word } from './writer.ts'

/** The repeat as one dispatch, or null where its samples are not independent or their states do not fit into a workgroup. */
export function settle(
  lowered: Lowered,
  repeat: Repeat,
  readOutside: ReadonlySet<number>,
  size: Size,
  limits: Limits,
): Shader | null {
  const workgroup = planWorkgroup(lowered.buffers, repeat, limits, size)
  if (workgroup === null) return null
  const { quads } = workgroup
  const words: Word[] = []
  const writer = new Writer(lowered, words, true)
  const states = new States(writer, workgroup)
  const text = new Body(states).text(repeat, readOutside)
  return {
    code: wrapped(`${states.memory}\nfn settle(g: u32, tid: u32) {\n${text}\n}`, 'settle(g, tid);', words.length, {
      ...workgroup,
      vec4Weights: true,
    }),
    words,
    groups: (place) => Math.ceil(place.batch / (4 * quads)),
  }
}
