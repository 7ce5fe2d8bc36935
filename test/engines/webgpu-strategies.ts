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
export const SETTLING: DispatchStrategy = { fuse: LEAST, teams: null, join: true, tile: true, block: 1 }
export const STEP_BY_STEP: DispatchStrategy = { fuse: null, teams: null, join: true, tile: true, block: 1 }

export function webgpuWith(strategy: DispatchStrategy): Engine {
  return {
    ...webgpu,
    open: checkedOpen('webgpu', async (program, { replicas, device }) => {
      const { gpu, release } = await acquire(await adapterNamed(device))
      return WebGpuSession.open(gpu, release, program, { replicas, strategy })
    }),
  }
}
