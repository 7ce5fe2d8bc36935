/**
 * The TensorFlow.js engine: float32 on CUDA or on the processor through libtensorflow where its package is installed,
 * else in WebAssembly. Nothing of TensorFlow.js is loaded before somebody asks whether it is there.
 */
import type { Compiled } from '../program/program.ts'
import { EngineProblem, type Availability, type Engine, type Session, type SessionOptions } from './engine.ts'
import { requireReplicas } from './request.ts'

export const tensorflow: Engine = {
  name: 'tensorflow',
  async available(): Promise<Availability> {
    try {
      const { findBinding } = await import('./tensorflow/binding.ts')
      const { device, reason, gpu } = await findBinding()
      return { available: true, device, reason, gpu }
    } catch (error) {
      return { available: false, reason: error instanceof Error ? error.message : String(error) }
    }
  },
  async open(compiled: Compiled, options: SessionOptions): Promise<Session> {
    requireReplicas(options)
    if (options.precision !== 'float32')
      throw new EngineProblem(
        `TensorFlow.js computes in float32, not ${options.precision}; ask for float32 or for the reference engine.`,
      )
    const availability = await tensorflow.available()
    if (!availability.available) throw new EngineProblem(availability.reason)
    const [{ findBinding }, { TensorFlowSession }] = await Promise.all([
      import('./tensorflow/binding.ts'),
      import('./tensorflow/session.ts'),
    ])
    const binding = await findBinding()
    return new TensorFlowSession(await binding.start(), binding, compiled.program, options)
  },
}
