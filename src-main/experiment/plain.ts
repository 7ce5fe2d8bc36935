/** Whether a value is what JSON can say, of modest size and depth: looked at before any schema, since it came from elsewhere. */
import type { Problem } from './experiment.ts'
import { describe, dotted } from './problem.ts'

/** Far above what an experiment needs (its deepest place is rule.settings.schedule.0.base). */
const DEEPEST = 16
const MOST_VALUES = 20_000
/** Names that would reach an object's prototype instead of the object. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** The first thing that is not plain, or null. Keeps a list instead of recursing, so that no nesting overflows the stack. */
export function notPlain(value: unknown): Problem | null {
  const open: { value: unknown; path: readonly string[] }[] = [{ value, path: [] }]
  let seen = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: found, path } = next
    if (++seen > MOST_VALUES)
      return { path: '', message: `Expected an experiment of at most ${MOST_VALUES} values, found more.` }
    if (path.length > DEEPEST)
      return {
        path: dotted(path.slice(0, 3)),
        message: `Expected an experiment nested at most ${DEEPEST} deep, found it deeper.`,
      }
    if (found === undefined || found === null || ['string', 'number', 'boolean'].includes(typeof found)) continue
    if (typeof found !== 'object')
      return {
        path: dotted(path),
        message: `Expected text, a number, true, false, a list or an object, found a ${typeof found}.`,
      }
    const prototype: unknown = Object.getPrototypeOf(found)
    const isList = Array.isArray(found)
    if (!isList && prototype !== Object.prototype && prototype !== null)
      return { path: dotted(path), message: `Expected a plain object, found ${describe(found)} of another kind.` }
    if (isList && found.length > MOST_VALUES)
      return { path: dotted(path), message: `Expected a list of at most ${MOST_VALUES}, found one of ${found.length}.` }
    for (const [key, part] of Object.entries(found)) {
      if (FORBIDDEN.has(key)) return { path: dotted([...path, key]), message: `The name "${key}" is not allowed.` }
      open.push({ value: part, path: [...path, key] })
    }
  }
  return null
}
