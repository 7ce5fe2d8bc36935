/**
 * One engine session for several that open apart: each of them gets a share, whose networks are replicas of the one
 * behind. A graphics card trains forty networks side by side in little more time than one.
 */
import type { Compiled, Program } from '../program/program.ts'
import { checkedOpen } from './checked-session.ts'
import { EngineProblem, type Engine, type Session, type SessionOptions } from './engine.ts'
import { Joint } from './joint.ts'
import type { Share } from './share.ts'

/** One of those whose sessions are joined. */
export interface JoinedMember {
  /** Its first session is a share; any other is a session of its own. */
  readonly engine: Engine
  /** It will open none (any more): the others need not wait for it. */
  leave(): void
}

interface Asked {
  readonly compiled: Compiled
  readonly options: SessionOptions
  readonly opened: PromiseWithResolvers<Share>
}

/** Networks of programs with the same key can be replicas of one session. How they begin is the callers' own. */
export function programKey(program: Program): string {
  return JSON.stringify({
    ...program,
    parameters: program.parameters.map((parameter) => ({ ...parameter, initial: null })),
  })
}

/** The members open at once, when the last has asked or left; `open` rejects for those whose program or options differ from the first one's. */
export function joinedMembers(engine: Engine, members: number): readonly JoinedMember[] {
  const asked: Asked[] = []
  let awaited = members
  const settleOne = (): void => {
    if (--awaited === 0) void openAll(engine, asked)
  }
  return Array.from({ length: members }, () => {
    let isAwaited = true
    const settled = (): void => {
      if (!isAwaited) return
      isAwaited = false
      settleOne()
    }
    const share = async (compiled: Compiled, options: SessionOptions): Promise<Share> => {
      const [first] = asked
      const problem = first === undefined ? null : differenceOf(first, compiled, options)
      const opened = Promise.withResolvers<Share>()
      if (problem === null) asked.push({ compiled, options, opened })
      else opened.reject(problem)
      settled()
      return opened.promise
    }
    return {
      engine: {
        ...engine,
        open: async (compiled, options): Promise<Session> =>
          isAwaited
            ? checkedOpen(engine.name, () => share(compiled, options))(compiled, options)
            : engine.open(compiled, options),
      },
      leave: settled,
    }
  })
}

function differenceOf(first: Asked, compiled: Compiled, options: SessionOptions): EngineProblem | null {
  if (programKey(first.compiled.program) !== programKey(compiled.program))
    return new EngineProblem(
      `Sessions that are joined run one program; this one of ${compiled.program.rule} differs from the first. Open it by itself.`,
    )
  const others = ({ replicas: _, ...rest }: SessionOptions): string => JSON.stringify(Object.entries(rest).sort())
  return others(first.options) === others(options)
    ? null
    : new EngineProblem(
        'Sessions that are joined have the same precision, threads and device. Open this one by itself.',
      )
}

async function openAll(engine: Engine, asked: readonly Asked[]): Promise<void> {
  const [first] = asked
  if (first === undefined) return
  try {
    const replicas = asked.reduce((sum, { options }) => sum + options.replicas, 0)
    const inner = await engine.open(first.compiled, { ...first.options, replicas })
    const sizes = asked.map(({ options }) => options.replicas)
    const joint = new Joint(inner, first.compiled.program, sizes)
    asked.forEach(({ opened }, index) => {
      opened.resolve(joint.shares[index] as Share)
    })
  } catch (error) {
    for (const { opened } of asked) opened.reject(error)
  }
}
