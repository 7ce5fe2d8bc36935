/**
 * One call from a face, answered: what every wire does with a message once it is JSON or a structured clone. Whatever
 * arrives, an answer or a refusal in words goes back; nothing is thrown at the wire.
 */
import type { Answer, Lab, LabRefusal } from './contract.ts'
import { labCall } from './lab/lab.ts'
import { LabProblem, systemProblem } from './lab/problem.ts'

/** Far above what an experiment or a note needs, far below what would hurt. */
const DEEPEST = 64
const MOST_VALUES = 200_000

/** Answers `call` with `argument`, or says in a refusal why not. Never rejects. */
export async function answer(lab: Lab, call: string, argument: unknown): Promise<Answer> {
  const odd = whyNotPlainJson(argument)
  if (odd !== null)
    return { refusal: refusal(`The argument of "${call.slice(0, 100)}" ${odd}.`, 'Send plain JSON values only.') }
  try {
    return { answer: await labCall(lab, call, argument) }
  } catch (error) {
    return { refusal: refusalOf(error) }
  }
}

/** What a face is told of an error: a lab's refusal as it is, anything else as the defect that it is. */
function refusalOf(error: unknown): LabRefusal {
  const said = error instanceof LabProblem ? error : systemProblem(error)
  if (said !== null) return { message: said.message, next: said.next, problems: said.problems }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  const message = error instanceof Error ? error.message : String(error)
  return refusal(
    `The lab failed: ${message}`,
    'This is a defect of Apical; the log has the details. Your files are untouched.',
  )
}

export function refusal(message: string, next: string): LabRefusal {
  return { message, next, problems: [] }
}

/**
 * Why a value is not the plain, modest JSON that a face sends; null when it is. Walks without recursion, so that no
 * nesting overflows the stack, and looks at structured clones (Electron) as well as at parsed text.
 */
export function whyNotPlainJson(value: unknown): string | null {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }]
  let seen = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    // A cycle is met as endless nesting, and ends here too.
    if (next.depth > DEEPEST) return `is nested more than ${DEEPEST} deep`
    if (++seen > MOST_VALUES) return `has more than ${MOST_VALUES} values`
    const { value: found, depth } = next
    if (found === null || found === undefined || typeof found === 'string' || typeof found === 'boolean') continue
    if (typeof found === 'number') continue
    if (typeof found !== 'object') return `has a ${typeof found}, which is not JSON`
    if (Array.isArray(found)) {
      if (found.length > MOST_VALUES) return `has more than ${MOST_VALUES} values`
      for (const part of found as readonly unknown[]) open.push({ value: part, depth: depth + 1 })
      continue
    }
    const kind: unknown = Object.getPrototypeOf(found)
    if (kind !== Object.prototype && kind !== null) return 'has a value that is not a plain object'
    for (const [key, part] of Object.entries(found)) {
      // JSON.parse makes it an ordinary key; a careless merge further down would make it a prototype.
      if (key === '__proto__') return 'has a key "__proto__"'
      open.push({ value: part, depth: depth + 1 })
    }
  }
  return null
}
