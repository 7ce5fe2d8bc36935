/** What went wrong in a run, as a sentence and a next step: from what was thrown, or from how a process ended. */
import { systemProblem } from '../problem.ts'

export interface Failure {
  readonly message: string
  readonly next: string
}

const RESUME = 'Resume the run; it continues from its last checkpoint.'
const MEMORY = 'Close other programs, train fewer seeds at a time or a smaller network, then resume the run.'

/** The words of a problem that some room put into words, or of a defect that nobody foresaw. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), next: RESUME }
  if (error.name.endsWith('Problem')) {
    const next = 'next' in error && typeof error.next === 'string' && error.next !== '' ? error.next : RESUME
    return { message: error.message, next }
  }
  const said = systemProblem(error)
  if (said !== null) return { message: said.message, next: said.next }
  if (/allocation failed|out of memory|Invalid (typed )?array (buffer )?length/i.test(error.message))
    return { message: `There is not enough memory for this run (${error.message}).`, next: MEMORY }
  return {
    message: `The run failed unexpectedly: ${error.message}`,
    next: `This is a defect of Apical; run.log in its folder has the details. ${RESUME}`,
  }
}

/** Why a worker is gone that did not say so itself; `said` is the end of what it wrote to its log. */
export function crashOf(code: number | null, signal: NodeJS.Signals | null, said: string): Failure {
  if (/out of memory|allocation failed|bad_alloc/i.test(said))
    return { message: `The worker ran out of memory${signal === null ? '' : ` (${signal})`}.`, next: MEMORY }
  switch (signal) {
    case null:
      return { message: `The worker ended with exit code ${code ?? 'unknown'}${lastLine(said)}.`, next: RESUME }
    case 'SIGKILL':
      return {
        message: 'The worker was killed by the system or by somebody (SIGKILL); systems do so when memory runs out.',
        next: `${RESUME} If it happens again, train fewer seeds at a time.`,
      }
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGILL':
    case 'SIGFPE':
    case 'SIGABRT':
      return {
        message: `The worker crashed in native code (${signal})${lastLine(said)}; the engine or a driver is at fault.`,
        next: `${RESUME} If it happens again, choose another engine.`,
      }
    default:
      return { message: `The worker was ended by ${signal}.`, next: RESUME }
  }
}

export function stallOf(seconds: number): Failure {
  return {
    message: `The worker did not respond for ${Math.round(seconds)} s and was terminated: a driver or the machine hangs.`,
    next: `${RESUME} If it happens again, choose another engine or device.`,
  }
}

function lastLine(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  // Of a stack trace the line with the error says most.
  const telling = lines.findLast((line) => /error/i.test(line) && !/^\s+at /.test(line)) ?? lines.at(-1)
  return telling === undefined ? '' : `: ${telling.trim().slice(0, 300)}`
}
