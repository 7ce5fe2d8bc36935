/** Refusals in sentences: what a schema found wrong, beside its field, said as a person would say it. */
import type { z } from 'zod'
import type { Problem } from './experiment.ts'
import { suggestion } from './nearest.ts'

/** An experiment, or a change to one, that cannot be taken; each problem stands beside its field. */
export class ExperimentProblem extends Error {
  override readonly name = 'ExperimentProblem'
  readonly problems: readonly Problem[]
  readonly next: string

  constructor(message: string, problems: readonly Problem[], next = '') {
    super(message)
    this.problems = problems
    this.next = next
  }
}

/** What a schema found wrong with `value`, in sentences; `prefix` is the path of `value` itself, `knownKeys` those of its objects. */
export function problemsOf(
  error: z.ZodError,
  value: unknown,
  prefix: readonly PropertyKey[],
  knownKeys: (path: readonly PropertyKey[]) => readonly string[],
): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = [...prefix, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(issue.path)
      return issue.keys.map((key) => ({
        path: dotted([...path, key]),
        message: `There is no "${shown(key)}" here.${suggestion(key, known) || (known.length > 0 ? ` Known are ${known.join(', ')}.` : '')}`,
      }))
    }
    const found = at(value, issue.path)
    return [
      {
        path: dotted(path),
        message: `Expected ${expectation(issue)}, found ${describe(found)}.${meant(issue, found)}`,
      },
    ]
  })
}

export function dotted(path: readonly PropertyKey[]): string {
  return path.map((part) => shown(String(part))).join('.')
}

type Issue = z.core.$ZodIssue

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? `a ${issue.expected}`
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)
    case 'invalid_value':
      return issue.values.length === 1 ? describe(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap((errors) => errors.map(expectation)))].join(', or ')
    default:
      return issue.message
  }
}

function meant(issue: Issue, found: unknown): string {
  return issue.code === 'invalid_value' && typeof found === 'string' ? suggestion(found, issue.values.map(String)) : ''
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

function bound(origin: string, words: string, limit: number | bigint): string {
  const several = Number(limit) === 1 ? '' : 's'
  if (origin === 'string') return `text of ${words} ${limit} letter${several}`
  if (origin === 'array') return `a list of ${words} ${limit} value${several}`
  return `a number of ${words} ${limit}`
}

/** A value as it reads in a sentence; short, whatever it is. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return `"${shown(value)}"`
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? String(value) : `a ${typeof value}`
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<PropertyKey, unknown>)[key]
  }
  return found
}
