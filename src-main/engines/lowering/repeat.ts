/**
 * Loops: a state whose next value has no other reader is overwritten in place; any other has two buffers that are swapped
 * after each iteration.
 */
import type { Statement } from '../../program/program.ts'
import type { Scope } from './scope.ts'

/** @param inside an empty scope within `scope`, for the body */
export function repeat(
  scope: Scope,
  inside: Scope,
  { count, carried, body }: Extract<Statement, { kind: 'repeat' }>,
): void {
  const states = carried.map((carry) => {
    const initial = scope.operation(carry.initial)
    const inner = scope.buffers.bufferFor(carry.inner)
    if (initial?.kind === 'fill') scope.instructions.push({ kind: 'fill', to: inner, number: initial.number })
    else scope.instructions.push({ kind: 'copy', from: scope.materialise(carry.initial), to: inner })
    inside.kept.set(carry.inner, inner)
    return { ...carry, buffer: inner }
  })
  inside.take(body)
  const inner = new Set(states.map(({ buffer }) => buffer))
  const taken = new Set<number>()
  const nexts = states
    .toReversed()
    .map((state) => ({ state, from: inside.materialise(state.next) }))
    .toReversed()
  inside.measure()
  const own = nexts.map(({ state, from }) => {
    const fresh = inside.kept.get(state.next) === from && !inner.has(from) && !taken.has(from)
    taken.add(from)
    return fresh
  })
  // Another state's value, one that is the same in every iteration, or one that two states take: read before any
  // state is overwritten.
  const sources = nexts.map(({ state, from }, index) => {
    if (own[index] === true) return from
    const copy = scope.buffers.bufferFor(state.next)
    inside.instructions.push({ kind: 'copy', from, to: copy })
    return copy
  })
  const swaps: { a: number; b: number }[] = []
  nexts.forEach(({ state }, index) => {
    const b = sources[index] as number
    const overwritten = own[index] === true && inside.storeInstead(b, state.buffer)
    if (!overwritten) swaps.push({ a: state.buffer, b })
  })
  scope.instructions.push({ kind: 'repeat', count, body: inside.instructions, swaps })
  for (const { result, buffer } of states) scope.kept.set(result, buffer)
}
