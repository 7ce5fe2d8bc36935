/** What a device reaches with nothing else to do: multiply-adds that touch no memory, and copying memory. */
import { USAGE, type Gpu } from '../../src-main/engines/webgpu/gpu.ts'
import type { Rates } from '../../src-main/program/cost.ts'

const ROUNDS = 5
/** Multiply-adds of a thread: independent chains, so that one does not wait for another. */
const CHAINS = 8

/** @param size shrinks the work, for drivers on the processor */
export async function measurePeaks(gpu: Gpu, size: number): Promise<Rates> {
  const steps = Math.max(64, Math.round(4096 * size))
  const groups = Math.max(64, Math.round(8192 * size))
  const chains = Array.from({ length: CHAINS }, (_, n) => n)
  const arithmetic = `
@group(0) @binding(0) var<storage, read_write> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  ${chains.map((n) => `var v${n} = f32(id.x) + ${n}f;`).join('\n  ')}
  for (var i = 0u; i < ${steps}u; i++) { ${chains.map((n) => `v${n} = fma(v${n}, 0.999f, 0.5f);`).join(' ')} }
  // Written, so that it must be computed.
  b[id.x % arrayLength(&b)] = ${chains.map((n) => `v${n}`).join(' + ')} + a[0];
}`
  const numbers = groups * 256
  const copying = `
@group(0) @binding(0) var<storage, read_write> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  for (var i = 0u; i < 16u; i++) { b[id.x + i * ${numbers}u] = a[id.x + i * ${numbers}u]; }
}`
  const bytes = numbers * 16 * 4
  const a = await gpu.buffer(bytes, USAGE.storage, 'Numbers')
  const b = await gpu.buffer(bytes, USAGE.storage, 'Numbers')
  const best = async (code: string): Promise<number> => {
    const module = gpu.device.createShaderModule({ code })
    const pipeline = await gpu.device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    })
    const group = gpu.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [a, b].map((buffer, binding) => ({ binding, resource: { buffer } })),
    })
    let least = Infinity
    for (let round = 0; round < ROUNDS; round++) {
      const encoder = gpu.device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      // Several in one submission, beside which the way to the device and back is short.
      for (let n = 0; n < 10; n++) pass.dispatchWorkgroups(groups)
      pass.end()
      const begin = performance.now()
      gpu.device.queue.submit([encoder.finish()])
      await gpu.done()
      least = Math.min(least, (performance.now() - begin) / 10)
    }
    return least
  }
  try {
    const flop = numbers * steps * CHAINS * 2
    return { gflops: flop / ((await best(arithmetic)) * 1e6), gigabytes: (2 * bytes) / ((await best(copying)) * 1e6) }
  } finally {
    a.destroy()
    b.destroy()
  }
}
