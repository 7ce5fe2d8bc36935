/** One call of the lab by name, its argument checked by the contract's own schema: the same for every host. */
import { LAB_CALLS, type Lab, type LabCall } from '../../contract.ts'
import { LabProblem } from '../problem.ts'

/** Answers a call from any transport. @throws LabProblem for an unknown call or an argument that does not fit */
export async function labCall(lab: Lab, name: string, argument: unknown): Promise<unknown> {
  if (!isCall(name))
    throw new LabProblem(
      `The lab has no call "${name.slice(0, 100)}".`,
      'Window and lab may be of different versions; reload the window.',
    )
  const parsed = LAB_CALLS[name].safeParse(argument)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    throw new LabProblem(
      `The argument of "${name}" is not valid.`,
      'Window and lab may be of different versions; reload the window.',
      problems,
    )
  }
  // The schema just parsed is this very call's; the compiler cannot see that the two belong together.
  return (lab[name] as (argument: unknown) => Promise<unknown>).call(lab, parsed.data)
}

function isCall(name: string): name is LabCall {
  return Object.hasOwn(LAB_CALLS, name)
}
