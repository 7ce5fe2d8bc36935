/**
 * The WebGPU engine: float32 on any vendor's graphics card through Dawn. Nothing of it is loaded before somebody asks
 * whether it is there.
 */
import { defineEngine } from './define-engine.ts'

export const webgpu = defineEngine({
  name: 'webgpu',
  label: 'The WebGPU engine',
  precisions: ['float32'],
  async find() {
    const { findAdapters, labelOf } = await import('./webgpu/dawn.ts')
    const adapters = await findAdapters()
    const gpu = adapters.some(({ software }) => !software)
    const [first = '', ...others] = adapters.map(labelOf)
    const also = others.length === 0 ? '' : ` --device also takes ${others.map((name) => `"${name}"`).join(', ')}.`
    return {
      device: first,
      reason: gpu
        ? `seeds side by side in one dispatch, settling loops without a return to the processor.${also}`
        : 'a driver that imitates a graphics card on the processor: right, but slower than native and tensorflow.',
      devices: [first, ...others],
      gpu,
      software: !gpu,
    }
  },
  async open(program, { replicas, device }) {
    const [{ adapterNamed }, { acquire }, { WebGpuSession }, { strategyFor }] = await Promise.all([
      import('./webgpu/dawn.ts'),
      import('./webgpu/shared-device.ts'),
      import('./webgpu/session.ts'),
      import('./webgpu/steps.ts'),
    ])
    const { gpu, release } = await acquire(await adapterNamed(device))
    return WebGpuSession.open(gpu, release, program, { replicas, strategy: strategyFor(gpu, program) })
  },
})
