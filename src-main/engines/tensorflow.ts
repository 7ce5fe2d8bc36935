/**
 * The TensorFlow.js engine: float32 on CUDA or on the processor through libtensorflow where its package is installed,
 * else in WebAssembly. Nothing of TensorFlow.js is loaded before somebody asks whether it is there.
 */
import { defineEngine } from './define-engine.ts'

export const tensorflow = defineEngine({
  name: 'tensorflow',
  label: 'TensorFlow.js',
  precisions: ['float32'],
  async find() {
    const { findBinding } = await import('./tensorflow/binding.ts')
    const { device, reason, gpu } = await findBinding()
    return { device, reason, gpu }
  },
  async open(program, { replicas }) {
    const [{ findBinding }, { TensorFlowSession }] = await Promise.all([
      import('./tensorflow/binding.ts'),
      import('./tensorflow/session.ts'),
    ])
    const binding = await findBinding()
    return new TensorFlowSession(await binding.start(), binding, program, replicas)
  },
})
