/** What all engines have in common: the checks before a session opens, and an answer where an engine cannot run. */
import type { Program } from '../program/program.ts'
import { checkedOpen } from './checked-session.ts'
import { EngineProblem, type Availability, type Engine, type Precision, type SessionOptions } from './engine.ts'
import type { UncheckedSession } from './unchecked-session.ts'

type Found = Omit<Extract<Availability, { readonly available: true }>, 'available'>

interface EngineDefinition extends Pick<Engine, 'name' | 'peak' | 'bandwidth'> {
  /** As a sentence begins with it: 'The native engine'. */
  readonly label: string
  readonly precisions: readonly Precision[]
  /** What it would run on; rejects, with a sentence for the person, where it cannot run. */
  readonly find: () => Found | Promise<Found>
  /** Called only where `find` found something, with a precision that it offers. */
  readonly open: (program: Program, options: SessionOptions) => UncheckedSession | Promise<UncheckedSession>
}

export function defineEngine({ label, precisions, find, open, ...rest }: EngineDefinition): Engine {
  const available = async (): Promise<Availability> => {
    try {
      return { available: true, ...(await find()) }
    } catch (error) {
      return { available: false, reason: error instanceof Error ? error.message : String(error) }
    }
  }
  return {
    ...rest,
    available,
    open: checkedOpen(rest.name, async (program, options) => {
      if (!precisions.includes(options.precision))
        throw new EngineProblem(
          `${label} computes in ${precisions.join(' or ')}, not ${options.precision}; ask for float32 or for the reference engine.`,
        )
      const availability = await available()
      if (!availability.available) throw new EngineProblem(availability.reason)
      return open(program, options)
    }),
  }
}
