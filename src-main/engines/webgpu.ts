/**
 * The WebGPU engine: float32 on any vendor's graphics card through Dawn. Nothing of it is loaded before somebody asks
 * whether it is there.
 */
import type { Compiled } from '../program/program.ts'
import { EngineProblem, type Availability, type Engine, type Session, type SessionOptions } from './engine.ts'
import { requireReplicas } from './request.ts'

export const webgpu: Engine = {
  name: 'webgpu',
  async available(): Promise<Availability> {
    try {
      const { findAdapters, labelOf } = await import('./webgpu/dawn.ts')
      const adapters = await findAdapters()
      const gpu = adapters.some(({ software }) => !software)
      const [first = '', ...others] = adapters.map(labelOf)
      const also = others.length === 0 ? '' : ` --device also takes ${others.map((name) => `"${name}"`).join(', ')}.`
      return {
        available: true,
        device: first,
        reason: gpu
          ? `seeds side by side in one dispatch, settling loops without a return to the processor.${also}`
          : 'a driver that imitates a graphics card on the processor: right, but slower than native and tensorflow.',
        devices: adapters.map(labelOf),
        gpu,
        software: !gpu,
      }
    } catch (error) {
      return { available: false, reason: error instanceof Error ? error.message : String(error) }
    }
  },
  async open(compiled: Compiled, options: SessionOptions): Promise<Session> {
    requireReplicas(options)
    if (options.precision !== 'float32')
      throw new EngineProblem(
        `The WebGPU engine computes in float32, not ${options.precision}; ask for float32 or for the reference engine.`,
      )
    const availability = await webgpu.available()
    if (!availability.available) throw new EngineProblem(availability.reason)
    const [{ adapterNamed }, { borrow }, { WebGpuSession }, { wayOn }] = await Promise.all([
      import('./webgpu/dawn.ts'),
      import('./webgpu/shared.ts'),
      import('./webgpu/session.ts'),
      import('./webgpu/steps.ts'),
    ])
    const { gpu, giveBack } = await borrow(await adapterNamed(options.device))
    return WebGpuSession.open(gpu, giveBack, compiled.program, {
      replicas: options.replicas,
      way: wayOn(gpu, compiled.program),
    })
  },
}
