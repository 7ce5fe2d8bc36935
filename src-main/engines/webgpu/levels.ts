/** Which instructions are independent: those of a level touch nothing that another of it writes. */
import { readsOf, writesOf, type Instruction } from '../lowering/plan.ts'

/** The instructions in as few levels as their order of reading and writing allows; a repeat is a level of its own. */
export function levelsOf(instructions: readonly Instruction[]): readonly (readonly Instruction[])[] {
  const levels: { readonly list: Instruction[]; readonly reads: Set<number>; readonly writes: Set<number> }[] = []
  for (const instruction of instructions) {
    const reads = readsOf(instruction)
    const writes = writesOf(instruction)
    const alone = instruction.kind === 'repeat'
    const last = levels.findLastIndex(
      (level) =>
        reads.some((buffer) => level.writes.has(buffer)) ||
        writes.some((buffer) => level.writes.has(buffer) || level.reads.has(buffer)),
    )
    let at = last + 1
    while (at < levels.length && (alone || levels[at]?.list[0]?.kind === 'repeat')) at++
    const level = (levels[at] ??= { list: [], reads: new Set(), writes: new Set() })
    level.list.push(instruction)
    reads.forEach((buffer) => level.reads.add(buffer))
    writes.forEach((buffer) => level.writes.add(buffer))
  }
  return levels.map(({ list }) => list)
}
