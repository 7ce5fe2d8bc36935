/**
 * A repeat as one dispatch. While they settle, samples are independent: a workgroup takes a few samples of one
 * replica through all iterations, layer after layer in the rule's order, with their states in its own memory; only
 * weights come from the device's. So the number of dispatches does not grow with the iterations.
 *
 * States are stored as vec4 of four samples, unit by unit: one read of four numbers and one of a weight give four
 * multiply-adds for each group.
 */
import type { Lowered } from '../lowering/plan.ts'
import { groupsOf, type Repeat, type WorkgroupPlan } from './workgroup.ts'
import { Exchange } from './kernels/exchange.ts'
import { Body } from './kernels/settled.ts'
import { States } from './kernels/states.ts'
import { wrapped, type Shader } from './shader.ts'
import { Writer, type Word } from './writer.ts'

interface Settling {
  readonly shader: Shader
  /** What a replica's teams exchange through; 0 where there are none. */
  readonly exchangeWords: Word
}

/** The repeat as one dispatch by such a plan. @param begin where the words begin that a team exchanges */
export function settle(
  lowered: Lowered,
  repeat: Repeat,
  readOutside: ReadonlySet<number>,
  workgroup: WorkgroupPlan,
  begin: number,
): Settling {
  const words: Word[] = []
  const writer = new Writer(lowered, words, true)
  const states = new States(writer, workgroup)
  const exchange = new Exchange(writer, workgroup, repeat, begin)
  const text = new Body(states, exchange).text(repeat, readOutside)
  return {
    shader: {
      code: wrapped(`${states.memory}\nfn settle(g: u32, tid: u32) {\n${text}\n}`, 'settle(g, tid);', words.length, {
        ...workgroup,
        vec4Weights: true,
      }),
      words,
      groups: (place) => groupsOf(place, workgroup) * (workgroup.team?.members ?? 1),
    },
    exchangeWords: (place) => exchange.words * groupsOf(place, workgroup),
  }
}
