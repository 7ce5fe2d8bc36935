/**
 * How a refusal or a failure reads on the command line, and which exit code it gives.
 */
import type { Problem } from '../experiment/experiment.ts'
import { systemProblem } from '../lab/problem.ts'
import { EXIT } from './command.ts'
import type { Terminal } from './terminal.ts'

/** Tells what went wrong on standard error. Refusals in words end with 2, anything unforeseen with 1. */
export function explain(thrown: unknown, command: string, terminal: Terminal): number {
  terminal.status('')
  const error = systemProblem(thrown) ?? thrown
  if (!isRefusal(error)) {
    terminal.complain(`${command} failed: ${error instanceof Error ? error.message : String(error)}`)
    const stack = error instanceof Error ? error.stack : undefined
    if (process.env['APICAL_DEBUG'] !== undefined && stack !== undefined) terminal.complain(stack)
    else terminal.complain('This is a defect of Apical; APICAL_DEBUG=1 shows where it happened.')
    return EXIT.failed
  }
  terminal.complain(terminal.paint('red', error.message))
  for (const { path, message } of error.problems ?? [])
    terminal.complain(path === '' ? `  ${message}` : `  ${path}: ${message}`)
  if (error.next !== undefined && error.next !== '') terminal.complain(error.next)
  return EXIT.refused
}

/** Every room's own errors are named …Problem and speak in sentences; some add a next step and the fields concerned. */
interface Refusal extends Error {
  readonly next?: string
  readonly problems?: readonly Problem[]
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name.endsWith('Problem')
}
