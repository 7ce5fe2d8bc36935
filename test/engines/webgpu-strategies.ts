/** The WebGPU engine with a given dispatch strategy, whatever it would choose itself. */
import { checkedOpen } from '../../src-main/engines/checked-session.ts'
import type { Engine } from '../../src-main/engines/engine.ts'
import { webgpu } from '../../src-main/engines/webgpu.ts'
import { adapterNamed } from '../../src-main/engines/webgpu/dawn.ts'
import type { Limits } from '../../src-main/engines/webgpu/workgroup.ts'
import { WebGpuSession } from '../../src-main/engines/webgpu/session.ts'
import { acquire } from '../../src-main/engines/webgpu/shared-device.ts'
import type { DispatchStrategy } from '../../src-main/engines/webgpu/steps.ts'

/** What WebGPU promises on any device. */
export const LEAST: Limits = { workgroupBytes: 16_384, threads: 256 }

/** As on a graphics card, with what any of them has. */
export const SETTLING: DispatchStrategy = { fuse: LEAST, join: true, tile: true }
export const STEP_BY_STEP: DispatchStrategy = { fuse: null, join: true, tile: true }

/** Those that tests hold to the reference and `npm run bench:gpu -- --strategies` compares, the first being the present one. */
/** @param subgroup as a `Gpu` tells; 0 leaves out what needs subgroups */
export function strategiesOn(fuse: Limits, subgroup: number): Readonly<Record<string, DispatchStrategy>> {
  return {
    'settling in one dispatch': { ...SETTLING, fuse },
    ...(subgroup === 0 ? {} : { 'settling, sums within subgroups': { ...SETTLING, fuse: { ...fuse, subgroup } } }),
    'step by step': STEP_BY_STEP,
  }
}

export function webgpuWith(strategy: DispatchStrategy): Engine {
  return {
    ...webgpu,
    open: checkedOpen('webgpu', async (program, { replicas, device }) => {
      const { gpu, release } = await acquire(await adapterNamed(device))
      return WebGpuSession.open(gpu, release, program, { replicas, strategy })
    }),
  }
}
