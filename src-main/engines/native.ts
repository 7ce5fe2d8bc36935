/**
 * The native engine: float32 in C++ for this processor, whole chunks of batches at a time off JavaScript's thread. The
 * set-up compiles its addon with the machine's compiler; nothing of it is loaded before somebody asks whether it is there.
 */
import { availableParallelism } from 'node:os'
import { defineEngine } from './define-engine.ts'

const SET_LABELS: Readonly<Record<string, string>> = {
  avx512: 'AVX-512',
  avx2: 'AVX2',
  sse2: 'SSE2',
  neon: 'NEON',
  plain: 'plain C++',
}

export const native = defineEngine({
  name: 'native',
  label: 'The native engine',
  precisions: ['float32'],
  async find() {
    const { findAddon } = await import('./native/addon.ts')
    return {
      device: deviceLabel(findAddon().set, availableParallelism()),
      reason: 'Compiled for this processor; it trains several networks side by side, one on each core.',
    }
  },
  async open(program, { replicas, threads = availableParallelism() }) {
    const [{ findAddon }, { NativeSession }] = await Promise.all([
      import('./native/addon.ts'),
      import('./native/session.ts'),
    ])
    const { addon, set } = findAddon()
    return new NativeSession(addon, deviceLabel(set, threads), program, { replicas, threads, set })
  },
  async peak(threads) {
    const { findAddon } = await import('./native/addon.ts')
    const { addon, set } = findAddon()
    return addon.peak(set, threads)
  },
  async bandwidth(threads, bytes) {
    const { findAddon } = await import('./native/addon.ts')
    const { addon, set } = findAddon()
    return addon.bandwidth(set, threads, bytes)
  },
})

function deviceLabel(set: string, threads: number): string {
  return `CPU, ${SET_LABELS[set] ?? set}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
}
