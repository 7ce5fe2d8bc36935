/**
 * The native engine: float32 in C++ for this processor, whole chunks of batches at a time off JavaScript's thread. The
 * set-up compiles its addon with the machine's compiler; nothing of it is loaded before somebody asks whether it is there.
 */
import { availableParallelism } from 'node:os'
import type { Compiled } from '../program/program.ts'
import { EngineProblem, type Availability, type Engine, type Session, type SessionOptions } from './engine.ts'
import { requireReplicas } from './request.ts'

/** How people call what a processor can do at once. */
const SET_LABELS: Readonly<Record<string, string>> = {
  avx512: 'AVX-512',
  avx2: 'AVX2',
  sse2: 'SSE2',
  neon: 'NEON',
  plain: 'plain C++',
}

export const native: Engine = {
  name: 'native',
  async available(): Promise<Availability> {
    try {
      const { findAddon } = await import('./native/addon.ts')
      const { set } = findAddon()
      const threads = availableParallelism()
      return {
        available: true,
        device: `CPU, ${SET_LABELS[set] ?? set}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
        reason: 'Compiled for this processor; it trains several networks side by side, one on each core.',
      }
    } catch (error) {
      return { available: false, reason: error instanceof Error ? error.message : String(error) }
    }
  },
  async open(compiled: Compiled, options: SessionOptions): Promise<Session> {
    requireReplicas(options)
    if (options.precision !== 'float32')
      throw new EngineProblem(
        `The native engine computes in float32, not ${options.precision}; ask for float32 or for the reference engine.`,
      )
    const availability = await native.available()
    if (!availability.available) throw new EngineProblem(availability.reason)
    const [{ findAddon }, { NativeSession }] = await Promise.all([
      import('./native/addon.ts'),
      import('./native/session.ts'),
    ])
    const { addon, set } = findAddon()
    const threads = options.threads ?? availableParallelism()
    const device = `CPU, ${SET_LABELS[set] ?? set}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
    return new NativeSession(addon, device, compiled.program, { ...options, threads, set })
  },
  async peak(threads: number): Promise<number> {
    const { findAddon } = await import('./native/addon.ts')
    const { addon, set } = findAddon()
    return addon.peak(set, threads)
  },
}
